"""Makes a fixture of an assembly: ``python -m tests.aws_moto.pack_assembly CDK_OUT NAME``.

Everything of this machine and everything large is left out: traces, source maps, archives and the
code of the CDK's own providers, which moto never runs.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "assemblies"
_LARGEST = 6000
_NEVER = 4102444800
_REPLACED = "This was too large for a fixture, and nothing here runs it.\n"


def pack(assembly: Path, name: str) -> Path:
    """Write ``assemblies/NAME.json``."""
    manifest = json.loads((assembly / "manifest.json").read_text())
    artifacts = {
        key: artifact
        for key, artifact in manifest["artifacts"].items()
        if artifact["type"] in {"aws:cloudformation:stack", "cdk:asset-manifest"}
    }
    files = {"manifest.json": json.dumps({**manifest, "artifacts": artifacts})}
    for artifact in artifacts.values():
        if artifact["type"] == "aws:cloudformation:stack":
            metadata = artifact["additionalMetadataFile"]
            files[metadata] = json.dumps(_ids(json.loads((assembly / metadata).read_text())))
        else:
            files |= _assets(assembly, artifact["properties"]["file"])
    target = FOLDER / f"{name}.json"
    target.write_text(json.dumps(dict(sorted(files.items())), indent=0) + "\n")
    found = re.search(r"/(?:home|work|tmp|root|Users)/", target.read_text())
    assert found is None, f"{target} names a folder of this machine: {found}"
    return target


def _ids(metadata: dict[str, Any]) -> dict[str, Any]:
    kept = {
        path: [entry for entry in entries if entry["type"] == "aws:cdk:logicalId"]
        for path, entries in metadata.items()
    }
    return {
        path: [{"type": entry["type"], "data": entry["data"]} for entry in entries]
        for path, entries in kept.items()
        if entries
    }


def _assets(assembly: Path, file: str) -> dict[str, str]:
    assets = json.loads((assembly / file).read_text())
    found = {file: json.dumps(assets)}
    for asset in assets["files"].values():
        source = assembly / asset["source"]["path"]
        if source.is_dir():
            for path in sorted(source.iterdir()):
                if path.is_file() and not path.name.endswith((".map", ".d.ts")):
                    found[f"{source.name}/{path.name}"] = _text(path)
        elif source.suffix == ".zip":
            found[source.name] = ""
        else:
            text = source.read_text()
            is_template = source.name.endswith(".template.json")
            found[source.name] = _template(text) if is_template else text
    return found


def _template(text: str) -> str:
    template = json.loads(text)
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::AppSync::ApiKey":
            resource["Properties"]["Expires"] = _NEVER  # the fixture's key must not expire
    return json.dumps(template)


def _text(path: Path) -> str:
    return path.read_text() if path.stat().st_size <= _LARGEST else _REPLACED


if __name__ == "__main__":
    print(pack(Path(sys.argv[1]), sys.argv[2]))
