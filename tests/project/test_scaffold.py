from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.project.models import ProjectProblem
from workbench.project.scaffold import planned, scaffold

QUICKSTART_PACKAGE = Path(__file__).parents[1] / "quickstart" / "package.json"


def silent(_line: str) -> None:
    """Say nothing."""


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def test_a_new_folder_becomes_a_project(tmp_path: Path) -> None:
    said: list[str] = []
    project = scaffold(tmp_path / "My Shop", "typescript", said.append)
    assert project.package_name == "my-shop"
    assert project.backend_file.name == "backend.ts"
    package = json.loads((project.root / "package.json").read_text())
    assert package["type"] == "module"
    assert json.loads((project.amplify_dir / "package.json").read_text()) == {"type": "module"}
    ignored = (project.root / ".gitignore").read_text().splitlines()
    assert {"node_modules", ".amplify", "amplify_outputs*", "amplifyconfiguration*"} <= set(ignored)
    assert "wrote amplify/data/resource.ts" in said
    assert len(said) == len(snapshot(project.root))


def test_the_template_asks_for_the_versions_that_the_tests_run(tmp_path: Path) -> None:
    project = scaffold(tmp_path / "app", "typescript", silent)
    made = json.loads((project.root / "package.json").read_text())
    tested = json.loads(QUICKSTART_PACKAGE.read_text())
    for section in ("dependencies", "devDependencies"):
        assert made[section].items() <= tested[section].items()


@pytest.mark.parametrize("kind", ["folder", "file", "broken link"])
def test_an_existing_amplify_is_refused_and_nothing_changes(tmp_path: Path, kind: str) -> None:
    amplify = tmp_path / "amplify"
    if kind == "folder":
        amplify.mkdir()
        (amplify / "mine.ts").write_text("mine")
    elif kind == "file":
        amplify.write_text("mine")
    else:
        amplify.symlink_to(tmp_path / "nowhere")
    before = snapshot(tmp_path)
    with pytest.raises(ProjectProblem, match="already"):
        scaffold(tmp_path, "typescript", silent)
    assert snapshot(tmp_path) == before
    assert not (tmp_path / "package.json").exists()


def test_an_existing_package_json_keeps_its_content_and_gains_what_is_missing(
    tmp_path: Path,
) -> None:
    mine = {
        "name": "shop",
        "scripts": {"dev": "vite"},
        "dependencies": {"react": "^19.0.0", "typescript": "~5.8.0"},
        "devDependencies": {"vite": "^7.0.0"},
    }
    (tmp_path / "package.json").write_text(json.dumps(mine, indent="\t"))
    scaffold(tmp_path, "typescript", silent)
    text = (tmp_path / "package.json").read_text()
    made = json.loads(text)
    assert made["scripts"] == {"dev": "vite"}
    assert "type" not in made
    assert made["dependencies"]["typescript"] == "~5.8.0"
    assert "typescript" not in made["devDependencies"]
    assert made["devDependencies"]["vite"] == "^7.0.0"
    assert "@aws-amplify/backend" in made["devDependencies"]
    assert '\n\t"name"' in text


def test_gitignore_lines_are_appended_only_where_missing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/node_modules/\ndist\n.amplify")
    scaffold(tmp_path, "typescript", silent)
    lines = (tmp_path / ".gitignore").read_text().splitlines()
    assert lines[:3] == ["/node_modules/", "dist", ".amplify"]
    assert lines[3:] == ["", "# Amplify", "amplify_outputs*", "amplifyconfiguration*"]


@pytest.mark.parametrize("content", ["{", "[]", '{"devDependencies": []}'])
def test_a_broken_package_json_stops_before_anything_is_written(
    tmp_path: Path, content: str
) -> None:
    (tmp_path / "package.json").write_text(content)
    with pytest.raises(ProjectProblem):
        scaffold(tmp_path, "typescript", silent)
    assert snapshot(tmp_path) == {"package.json": content.encode()}


def test_a_write_that_fails_half_way_is_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitignore").write_text("dist\n")
    write = Path.write_bytes

    def full_disk(self: Path, data: bytes) -> int:
        if "tsconfig.json" in self.name:
            raise OSError(28, "No space left on device", str(self))
        return write(self, data)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(ProjectProblem, match="No space left"):
        scaffold(tmp_path, "typescript", silent)
    assert snapshot(tmp_path) == {".gitignore": b"dist\n"}
    assert [entry.name for entry in tmp_path.iterdir()] == [".gitignore"]


def test_an_unknown_language_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(ProjectProblem) as caught:
        scaffold(tmp_path / "app", "cobol", silent)
    assert "typescript" in caught.value.next_step
    assert not (tmp_path / "app").exists()


def test_what_is_planned_names_what_is_found_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "my-web"}')
    typescript, python = planned(tmp_path, "typescript"), planned(tmp_path, "python")
    assert any("package.json (my-web)" in step for step in typescript)
    assert any("npm" in step for step in typescript)
    assert not any("npm" in step for step in python)
    assert [each.name for each in tmp_path.iterdir()] == ["package.json"]
