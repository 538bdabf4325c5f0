from __future__ import annotations

from pathlib import Path

import pytest

from workbench.project.models import Project
from workbench.project.remembered import (
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


@pytest.mark.parametrize("content", ["", "{", "[]", '{"target": "moon", "profile": 3}', "\xff"])
def test_a_damaged_file_counts_as_nothing(tmp_path: Path, content: str) -> None:
    file = remembered_file(project(tmp_path))
    file.parent.mkdir(parents=True)
    file.write_bytes(content.encode("latin-1"))
    assert load_remembered(project(tmp_path)) == Remembered()
