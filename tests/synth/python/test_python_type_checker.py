"""The type check of a Python project by a real mypy in its environment."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from workbench.project.models import Project
from workbench.synth.python.type_checker import (
    PythonTypeChecker,
    find_checker,
    read_mypy,
    read_pyright,
)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    (tmp_path / "amplify" / "data").mkdir(parents=True)
    backend = tmp_path / "amplify" / "backend.py"
    backend.write_text("from data.resource import size\n\nhalf: int = size // 2\n")
    (tmp_path / "amplify" / "data" / "resource.py").write_text("size = 4\n")
    return Project(tmp_path, backend, "app")


def with_mypy(project: Project) -> Project:
    """An environment with this one's mypy."""
    programs = project.root / ".venv" / "bin"
    programs.mkdir(parents=True)
    (project.root / ".venv" / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (programs / "mypy").symlink_to(Path(sys.executable).with_name("mypy"))
    return project


async def test_a_project_without_a_checker_is_not_checked(project: Project) -> None:
    checker = PythonTypeChecker(project)
    result = await checker.check()
    assert result.diagnostics == ()
    assert "no mypy or pyright" in result.skipped


async def test_errors_come_and_go_with_their_place(project: Project) -> None:
    checker = PythonTypeChecker(with_mypy(project))
    assert (await checker.check()).diagnostics == ()
    (project.amplify_dir / "data" / "resource.py").write_text('size = "four"\n')
    (wrong,) = (await checker.check()).diagnostics
    assert (wrong.file, wrong.line, wrong.column) == ("amplify/backend.py", 3, 13)
    assert wrong.code == "operator"
    assert wrong.severity == "error"
    (project.amplify_dir / "data" / "resource.py").write_text("size = 8\n")
    assert (await checker.check()).diagnostics == ()
    assert not list(project.amplify_dir.rglob(".mypy_cache"))


async def test_a_checker_that_cannot_run_is_told(project: Project) -> None:
    found = find_checker(with_mypy(project))
    assert found is not None
    found.program.unlink()
    found.program.write_text("#!/bin/sh\necho 'mypy is broken here' >&2\nexit 2\n")
    found.program.chmod(0o755)
    (wrong,) = (await PythonTypeChecker(project).check()).diagnostics
    assert "mypy is broken here" in wrong.message
    assert "--no-type-check" in wrong.hint


async def test_a_closed_check_leaves_no_process(project: Project) -> None:
    found = find_checker(with_mypy(project))
    assert found is not None
    found.program.unlink()
    mark = project.root / "pid"
    found.program.write_text(f"#!/bin/sh\necho $$ > {mark}\nexec sleep 60\n")
    found.program.chmod(0o755)
    checker = PythonTypeChecker(project)
    running = asyncio.create_task(checker.check())
    while not mark.exists() or not mark.read_text().strip():  # noqa: ASYNC110 - another process
        await asyncio.sleep(0.02)
    await checker.close()
    await asyncio.wait({running}, timeout=10)
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


def test_both_reports_are_read() -> None:
    mypy = (
        '{"file": "amplify/a.py", "line": 2, "column": 4, "message": "No.", "hint": null, '
        '"code": "arg-type", "severity": "error"}\n'
        '{"file": "amplify/a.py", "line": 2, "column": 4, "message": "see", "severity": "note"}\n'
        "Found 1 error\n"
    )
    (one,) = read_mypy(mypy)
    assert (one.line, one.column, one.code) == (2, 5, "arg-type")
    pyright = (
        '{"generalDiagnostics": [{"file": "/p/a.py", "severity": "error", "message": "No.", '
        '"rule": "reportX", "range": {"start": {"line": 1, "character": 4}}}, '
        '{"file": "/p/a.py", "severity": "warning", "message": "w", '
        '"range": {"start": {"line": 1, "character": 4}}}]}'
    )
    (two,) = read_pyright(pyright)
    assert (two.file, two.line, two.column, two.code) == ("/p/a.py", 2, 5, "reportX")
    assert read_pyright("not JSON") == []
