"""The templates that Amplify's own packages generate, from the installed packages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.quickstart_project import copy_quickstart
from workbench.project.identity import cdk_context, sandbox_identity
from workbench.project.locate import find_project
from workbench.project.node_runtime import NodeRuntime
from workbench.synth.synthesizer import Synthesizer

_PSEUDO = {"AWS::AccountId": "000000000000", "AWS::Region": "us-east-1", "AWS::Partition": "aws"}


@pytest.fixture(scope="session")
def real_templates(
    npm_modules: Path, node_runtime: NodeRuntime, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Every mapping template of a wide schema's assembly, inline ones included, by where it is."""
    root = tmp_path_factory.mktemp("wide")
    project_root = copy_quickstart(root / "quickstart", npm_modules)
    wide = Path(__file__).with_name("wide_resource.ts").read_text()
    (project_root / "amplify/data/resource.ts").write_text(wide)
    (project_root / "amplify/data/echo.js").write_text(
        "export const request = () => ({});\nexport const response = (ctx) => ctx.args.text;\n"
    )
    assembly = asyncio.run(_synth(project_root, node_runtime, root / "cdk.out"))
    templates = {path.name: path.read_text() for path in sorted(assembly.glob("*.vtl"))}
    for path in sorted(assembly.glob("*.template.json")):
        for where, text in _inline(json.loads(path.read_text())):
            templates[f"{path.name}:{where}"] = text
    return templates


async def _synth(root: Path, node: NodeRuntime, outdir: Path) -> Path:
    project = find_project(root)
    synthesizer = Synthesizer(project, node.executable, lambda _: None, rehearsals=0)
    try:
        context = cdk_context(sandbox_identity(project, "tester"), None)
        result = await synthesizer.synth(context, outdir)
    finally:
        await synthesizer.close()
    assert result.assembly is not None, result.diagnostics
    return result.assembly


def _inline(template: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, resource in template.get("Resources", {}).items():
        for key, value in resource.get("Properties", {}).items():
            if key in ("RequestMappingTemplate", "ResponseMappingTemplate"):
                yield f"{name}.{key}", _resolved(value)


def _resolved(value: Any) -> str:
    """A property's text; what only a deployment knows becomes a name for it."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        return "".join(_resolved(part) for part in value["Fn::Join"][1])
    name = value.get("Ref") or ".".join(value.get("Fn::GetAtt", ["unknown"]))
    return _PSEUDO.get(name, name)
