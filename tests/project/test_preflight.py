from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.project.locate import find_project
from workbench.project.models import ProjectProblem
from workbench.project.node_runtime import NodeRuntime
from workbench.project.preflight import check_project, installed_version
from workbench.project.scaffold import scaffold

NODE = NodeRuntime(Path("/usr/bin/node"), (20, 1, 0), ("npm",))


def problem(root: Path, node: NodeRuntime = NODE) -> ProjectProblem:
    with pytest.raises(ProjectProblem) as caught:
        check_project(find_project(root), node)
    return caught.value


def fresh(tmp_path: Path) -> Path:
    return scaffold(tmp_path / "app", "typescript", lambda _line: None).root


def install(root: Path, *names: str) -> None:
    for name in names:
        (root / "node_modules" / name).mkdir(parents=True)
        (root / "node_modules" / name / "package.json").write_text('{"version": "1.2.3"}')


def test_a_real_installed_project_passes(npm_project: Path, node_runtime: NodeRuntime) -> None:
    check_project(find_project(npm_project), node_runtime)
    (npm_project / "node_modules").unlink()
    assert problem(npm_project, node_runtime).offer == "install"


def test_without_node_modules_the_installation_is_offered(tmp_path: Path) -> None:
    found = problem(fresh(tmp_path))
    assert "no node_modules" in found.what
    assert found.offer == "install"
    assert "npm install" in found.next_step


def test_the_next_step_uses_the_projects_package_manager(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    (root / "pnpm-lock.yaml").write_text("")
    assert "pnpm install" in problem(root).next_step


def test_listed_but_missing_packages_are_named(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    install(root, "@aws-amplify/backend")
    found = problem(root)
    assert "aws-cdk-lib and constructs are not installed" in found.what
    assert found.offer == "install"


def test_unlisted_packages_are_to_be_added(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    (root / "package.json").write_text(json.dumps({"name": "app"}))
    install(root, "aws-cdk-lib", "constructs")
    found = problem(root)
    assert "does not list @aws-amplify/backend" in found.what
    assert "npm install --save-dev @aws-amplify/backend" in found.next_step
    assert found.offer == ""


def test_hoisted_packages_of_a_workspace_pass(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    install(tmp_path, "@aws-amplify/backend", "aws-cdk-lib", "constructs")
    check_project(find_project(root), NODE)
    assert installed_version(root, "constructs") == "1.2.3"


def test_plug_n_play_is_explained(tmp_path: Path) -> None:
    root = fresh(tmp_path)
    (root / ".pnp.cjs").write_text("")
    assert "nodeLinker" in problem(root).next_step


def test_an_old_node_is_named(tmp_path: Path) -> None:
    old = NodeRuntime(Path("/opt/node"), (18, 19, 0), ("npm",))
    assert "18.19.0" in problem(fresh(tmp_path), old).what
