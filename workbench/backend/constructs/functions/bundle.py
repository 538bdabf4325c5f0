"""A JavaScript or TypeScript function in one file, by the project's own esbuild."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError

_OUTPUT = "index.mjs"
_BANNER = (
    "import { createRequire as amplifyRequire } from 'node:module'; "
    "const require = amplifyRequire(import.meta.url);"
)


def esbuild_for(entry: Path) -> Path | None:
    """The esbuild of the nearest ``node_modules`` above the file, if one has it."""
    for folder in entry.parents:
        binary = folder / "node_modules" / ".bin" / "esbuild"
        if binary.exists():
            return binary
    return None


def bundle(
    function: FunctionDefinition, esbuild: Path, cache: Path
) -> tuple[str, dict[str, bytes]]:
    """The bundle's file name and contents; made again only where one of its inputs has changed."""
    folder = cache / "bundles" / function.name
    made, listing = folder / _OUTPUT, folder / "inputs.json"
    settings = json.dumps([str(function.entry), function.runtime, sorted(function.layers)])
    if not (made.exists() and listing.exists() and _is_current(listing, settings)):
        folder.mkdir(parents=True, exist_ok=True)
        inputs = _run(function, esbuild, made, folder / "meta.json")
        listing.write_text(json.dumps({"settings": settings, "inputs": inputs}), "utf-8")
    return _OUTPUT, {_OUTPUT: made.read_bytes()}


def _run(function: FunctionDefinition, esbuild: Path, made: Path, meta: Path) -> Mapping[str, str]:
    root = esbuild.parents[2]
    version = function.runtime.removeprefix("nodejs").removesuffix(".x")
    command = [
        *(str(esbuild), str(function.entry), "--bundle", "--platform=node", "--format=esm"),
        *(f"--target=node{version}", "--minify", "--log-level=error", f"--banner:js={_BANNER}"),
        *(f"--outfile={made}", f"--metafile={meta}", "--external:@aws-sdk/*"),
        *(f"--external:{name}" for name in function.layers),
    ]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise DefinitionError(
            f"The function {function.name} cannot be bundled:\n{done.stderr.strip()}",
            "Fix the file that esbuild names.",
            function.place,
        )
    names = json.loads(meta.read_text("utf-8"))["inputs"]
    return {str(root / name): _hash(root / name) for name in names}


def _is_current(listing: Path, settings: str) -> bool:
    kept = json.loads(listing.read_text("utf-8"))
    if kept["settings"] != settings:
        return False
    inputs: Mapping[str, str] = kept["inputs"]
    return all(Path(name).is_file() and _hash(Path(name)) == was for name, was in inputs.items())


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
