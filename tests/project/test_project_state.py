from __future__ import annotations

from pathlib import Path

import pytest

from workbench.project.models import Project, ProjectProblem
from workbench.project.project_state import (
    Remembered,
    load_remembered,
    remembered_file,
    save_remembered,
)


def project(root: Path) -> Project:
    return Project(root, root / "amplify" / "backend.ts", "app")


def test_choices_come_back(tmp_path: Path) -> None:
    chosen = Remembered(target="aws", profile="work", region="eu-central-1", identifier="x")
    save_remembered(project(tmp_path), chosen)
    assert load_remembered(project(tmp_path)) == chosen
    assert [f.name for f in remembered_file(project(tmp_path)).parent.iterdir()] == ["project.json"]


def test_nothing_is_remembered_at_first(tmp_path: Path) -> None:
    assert load_remembered(project(tmp_path)) == Remembered()


@pytest.mark.parametrize("content", ["", "{", "[]", "\xff"])
def test_a_damaged_file_is_never_taken_for_no_choice(tmp_path: Path, content: str) -> None:
    file = write(tmp_path, content)
    with pytest.raises(ProjectProblem, match="cannot be read") as problem:
        load_remembered(project(tmp_path))
    assert str(file) in problem.value.where


def test_a_choice_that_is_none_counts_as_nothing(tmp_path: Path) -> None:
    write(tmp_path, '{"target": "moon", "profile": 3}')
    assert load_remembered(project(tmp_path)) == Remembered()


def write(root: Path, content: str) -> Path:
    file = remembered_file(project(root))
    file.parent.mkdir(parents=True)
    file.write_bytes(content.encode("latin-1"))
    return file
