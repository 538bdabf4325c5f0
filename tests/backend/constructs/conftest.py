"""A wide backend, synthesised once for all tests of a process: importing the CDK takes seconds."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workbench.project.node_runtime import find_node

CONTEXT = {
    "amplify-backend-namespace": "oracle",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:disable-stack-trace": True,
    "secretLastUpdated": 7,
}
STACK = "amplify-oracle-me-sandbox-18608ee572"


@dataclass(frozen=True)
class Made:
    """An assembly: its folder, and its templates by the nested stack's name ("" is the root)."""

    folder: Path
    templates: dict[str, Any]

    def of_type(self, stack: str, kind: str) -> list[Any]:
        """The properties of every resource of a type."""
        resources = self.templates[stack]["Resources"].values()
        return [each.get("Properties", {}) for each in resources if each["Type"] == kind]


Synth = Callable[[Callable[[], object]], Made]


@pytest.fixture(scope="session")
def synth(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Synth]:
    """Synthesises what a function defines."""
    before = dict(os.environ)
    os.environ["JSII_NODE"] = str(find_node().executable)
    os.environ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "1"
    from workbench.backend.session import SynthSession, begin_session, end_session

    def run(define: Callable[[], object], **context: object) -> Made:
        folder = tmp_path_factory.mktemp("assembly")
        outdir = folder / "cdk.out"
        session = begin_session(SynthSession({**CONTEXT, **context}, str(outdir), folder / "code"))
        try:
            define()
            session.synthesize()
        finally:
            end_session()
        return Made(outdir, _templates(outdir))

    yield run
    os.environ.clear()
    os.environ.update(before)


def _templates(outdir: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for file in outdir.glob("*.nested.template.json"):
        name = file.name.removesuffix(".nested.template.json")
        for plain in ("auth", "data", "storage", "function", "maps"):
            if name.startswith("amplify") and name[:-8].endswith(plain):
                name = plain
        found[name.partition("-")[0]] = json.loads(file.read_text())
    found[""] = json.loads(next(outdir.glob("amplify-*.template.json")).read_text())
    return found
