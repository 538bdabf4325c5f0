"""Traces of real bundles: made by esbuild's own format, read by Node."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from workbench.functions.bundles import Bundle
from workbench.functions.open_functions import FunctionsProblem
from workbench.functions.source_places import SourcePlaces, has_frames
from workbench.project.node_runtime import find_node

pytestmark = pytest.mark.npm

# Line 1, column 1 and 11 of the bundle are lines 3 and 4 of handler.ts, line 2 is the library's.
MAP = {
    "version": 3,
    "sources": ["../../../amplify/functions/hello/handler.ts", "../node_modules/lib/index.js"],
    "mappings": "AAEA,UACE;ACAF",
    "names": [],
}
TRACE = (
    "Error: no\n"
    "    at handler (file:///var/task/index.mjs:1:11)\n"
    "    at lib (/var/task/index.mjs:2:1)\n"
    "    at process.processTicksAndRejections (node:internal/process/task_queues:95:5)"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "amplify" / "functions" / "hello"
    folder.mkdir(parents=True)
    (folder / "handler.ts").write_text("one\ntwo\nthree\nfour\n")
    (folder / "handler.py").write_text("def handler(event, context):\n    raise ValueError\n")
    return tmp_path


def places(project: Path, files: dict[str, str]) -> SourcePlaces:
    folder = project / "asset"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_text(content)
    bundle = Bundle("key", {name: len(text) for name, text in files.items()}, folder)
    return SourcePlaces(project, project / "amplify", bundle, lambda: find_node().executable)


INLINE = base64.b64encode(json.dumps(MAP).encode()).decode()


@pytest.mark.parametrize(
    "files",
    [
        {"index.mjs": "x", "index.mjs.map": json.dumps(MAP)},
        {"index.mjs": f"x\n//# sourceMappingURL=data:application/json;base64,{INLINE}\n"},
    ],
    ids=["beside", "inline"],
)
def test_a_bundles_frame_leads_to_the_users_typescript(
    project: Path, files: dict[str, str]
) -> None:
    found = places(project, files)
    (place,) = found.places(TRACE)
    assert place.shown(project) == "amplify/functions/hello/handler.ts:4:3"
    assert "at handler (amplify/functions/hello/handler.ts:4:3)" in found.mapped(TRACE)
    assert "at lib (/var/task/index.mjs:2:1)" in found.mapped(TRACE)


def test_a_python_frame_leads_to_the_file_of_the_same_content(project: Path) -> None:
    own = project / "amplify" / "functions" / "hello" / "handler.py"
    other = project / "amplify" / "functions" / "other"
    other.mkdir()
    (other / "handler.py").write_text("another")
    trace = 'Traceback (most recent call last):\n  File "/var/task/handler.py", line 2, in handler'
    found = places(project, {"handler.py": own.read_text()})
    (place,) = found.places(trace)
    assert (place.file, place.line) == (own, 2)
    assert 'File "amplify/functions/hello/handler.py", line 2' in found.mapped(trace)
    assert places(project, {"handler.py": "as it was deployed before"}).places(trace) == ()


def test_a_map_that_cannot_be_read_is_said(project: Path) -> None:
    with pytest.raises(FunctionsProblem, match="source map could not be read"):
        places(project, {"index.mjs": "x", "index.mjs.map": "{"}).places(TRACE)


def test_only_frames_of_lambda_are_frames() -> None:
    assert has_frames(TRACE)
    assert not has_frames("at index.mjs:1:2")
