from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.project.locate import find_project, package_manager_of
from workbench.project.models import ProjectProblem


def make_project(root: Path, backend: str = "backend.ts", **package: object) -> Path:
    (root / "amplify").mkdir(parents=True)
    (root / "amplify" / backend).write_text("")
    (root / "package.json").write_text(json.dumps({"name": "my-app", **package}))
    return root


@pytest.mark.parametrize("backend", ["backend.ts", "backend.js", "backend.mjs", "backend.cjs"])
def test_the_root_is_found_upward_from_any_folder(tmp_path: Path, backend: str) -> None:
    root = make_project(tmp_path / "app", backend)
    deep = root / "src" / "pages"
    deep.mkdir(parents=True)
    project = find_project(deep)
    assert project.root == root
    assert project.backend_file == root / "amplify" / backend
    assert project.package_name == "my-app"


def test_the_amplify_folder_itself_belongs_to_its_project(tmp_path: Path) -> None:
    root = make_project(tmp_path / "app")
    assert find_project(root / "amplify").root == root


def test_the_nearest_project_wins_in_a_monorepo(tmp_path: Path) -> None:
    make_project(tmp_path)
    inner = make_project(tmp_path / "packages" / "shop", name="shop")
    assert find_project(inner).package_name == "shop"


def problem(start: Path) -> ProjectProblem:
    with pytest.raises(ProjectProblem) as caught:
        find_project(start)
    return caught.value


def test_a_folder_without_a_project_offers_to_start_one(tmp_path: Path) -> None:
    found = problem(tmp_path)
    assert found.offer == "init"
    assert "amplify-tui init" in found.next_step


def test_two_backend_files_are_both_named(tmp_path: Path) -> None:
    root = make_project(tmp_path / "app")
    (root / "amplify" / "backend.js").write_text("")
    found = problem(root)
    assert "backend.ts" in found.what
    assert "backend.js" in found.what


def test_an_amplify_folder_without_backend_file_is_no_offer_to_scaffold(tmp_path: Path) -> None:
    (tmp_path / "amplify").mkdir()
    found = problem(tmp_path)
    assert "backend file" in found.what
    assert found.offer == ""


def test_a_gen_1_project_is_recognised(tmp_path: Path) -> None:
    (tmp_path / "amplify" / ".config").mkdir(parents=True)
    assert "Gen 1" in problem(tmp_path).what


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "not valid JSON"),
        ("[]", "JSON object"),
        ("{}", "no name"),
        ('{"name": ""}', "no name"),
        ('{"name": 3}', "no name"),
    ],
)
def test_a_broken_package_json_is_explained(tmp_path: Path, content: str, said: str) -> None:
    root = make_project(tmp_path / "app")
    (root / "package.json").write_text(content)
    assert said in problem(root).what


def test_a_missing_package_json_is_explained(tmp_path: Path) -> None:
    root = make_project(tmp_path / "app")
    (root / "package.json").unlink()
    assert "missing" in problem(root).what


@pytest.mark.parametrize(
    ("lock", "manager"),
    [
        ("package-lock.json", "npm"),
        ("pnpm-lock.yaml", "pnpm"),
        ("yarn.lock", "yarn"),
        ("bun.lockb", "bun"),
        ("bun.lock", "bun"),
    ],
)
def test_the_lock_file_tells_the_package_manager(tmp_path: Path, lock: str, manager: str) -> None:
    root = make_project(tmp_path / "app")
    (root / lock).write_text("")
    assert find_project(root).package_manager == manager


def test_the_declared_package_manager_outranks_a_lock_file(tmp_path: Path) -> None:
    root = make_project(tmp_path / "app", packageManager="pnpm@9.1.0+sha512.abc")
    (root / "yarn.lock").write_text("")
    assert package_manager_of(root) == "pnpm"


def test_a_workspace_root_tells_the_package_manager_up_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "yarn.lock").write_text("")
    repository = tmp_path / "repository"
    root = make_project(repository / "apps" / "web")
    (repository / ".git").mkdir()
    assert package_manager_of(root) == "npm"
    (repository / "pnpm-lock.yaml").write_text("")
    assert package_manager_of(root) == "pnpm"
