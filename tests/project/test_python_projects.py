"""Python projects: found, named, scaffolded."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.project.locate import find_project
from workbench.project.models import ProjectProblem
from workbench.project.scaffold import scaffold


def backend(root: Path) -> Path:
    (root / "amplify" / "data").mkdir(parents=True)
    (root / "amplify" / "backend.py").write_text("")
    return root


def test_a_python_backend_needs_no_package_json(tmp_path: Path) -> None:
    root = backend(tmp_path / "my-chat")
    project = find_project(root / "amplify" / "data")
    assert (project.root, project.language, project.package_name) == (root, "python", "my-chat")


def test_its_name_is_package_jsons_then_pyprojects(tmp_path: Path) -> None:
    root = backend(tmp_path / "folder")
    (root / "pyproject.toml").write_text('[project]\nname = "of-pyproject"\n')
    assert find_project(root).package_name == "of-pyproject"
    (root / "package.json").write_text('{"name": "of-package"}')
    assert find_project(root).package_name == "of-package"


def test_a_broken_pyproject_is_told(tmp_path: Path) -> None:
    root = backend(tmp_path)
    (root / "pyproject.toml").write_text("[project\n")
    with pytest.raises(ProjectProblem, match=r"pyproject\.toml cannot be read"):
        find_project(root)


def test_two_backends_in_two_languages_compete(tmp_path: Path) -> None:
    root = backend(tmp_path)
    (root / "amplify" / "backend.ts").write_text("")
    with pytest.raises(ProjectProblem, match=r"two backend files: .*backend\.ts and .*backend\.py"):
        find_project(root)


def test_a_python_project_is_scaffolded_without_npm(tmp_path: Path) -> None:
    said: list[str] = []
    project = scaffold(tmp_path / "Team Chat", "python", said.append)
    assert project.language == "python"
    assert project.package_name == "team-chat"
    assert not (project.root / "package.json").exists()
    assert ".amplify" in (project.root / ".gitignore").read_text()
    for file in project.amplify_dir.rglob("*.py"):
        compile(file.read_text(), file, "exec")
        assert len(file.read_text().splitlines()) <= 60, f"{file} is longer than a screen"
    with pytest.raises(ProjectProblem, match="already an amplify folder"):
        scaffold(project.root, "python", said.append)


def test_an_existing_pyproject_stays(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "mine"\n')
    project = scaffold(tmp_path, "python", lambda _: None)
    assert (tmp_path / "pyproject.toml").read_text() == '[project]\nname = "mine"\n'
    assert project.package_name == "mine"
