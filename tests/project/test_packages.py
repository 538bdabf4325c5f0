"""npm is the real one here; the packages are small ones that the quickstart needs anyway."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from workbench.project.models import ProjectProblem
from workbench.project.node_runtime import NodeRuntime, find_node
from workbench.project.packages import install_packages

pytestmark = pytest.mark.npm


def project(folder: Path, **dependencies: str) -> Path:
    folder.mkdir()
    manifest = {"name": "small", "private": True, "dependencies": dependencies}
    (folder / "package.json").write_text(json.dumps(manifest))
    return folder


def test_packages_install_and_the_progress_is_told(
    tmp_path: Path, node_runtime: NodeRuntime
) -> None:
    said: list[str] = []
    root = project(tmp_path / "p", constructs="^10.8.1")
    install_packages(root, node_runtime, said.append)
    assert (root / "node_modules" / "constructs" / "package.json").is_file()
    assert said[0].startswith("installing packages with npm")
    assert said[-1].startswith("packages installed in ")
    assert not [line for line in said if "http" in line]


def test_without_node_on_path_the_bundled_npm_installs_a_working_esbuild(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """esbuild's install script starts ``node`` by name, so it must find the bundled one."""
    empty = tmp_path / "bin"
    empty.mkdir()
    for tool in ("sh", "env"):
        (empty / tool).symlink_to(Path("/bin") / tool)
    monkeypatch.setenv("PATH", str(empty))
    node = find_node()
    assert node.source == "bundled"
    root = project(tmp_path / "p", esbuild="^0.28.2")
    install_packages(root, node, lambda _line: None)
    script = (
        "console.log(require('esbuild').transformSync('let a: number = 1', {loader:'ts'}).code)"
    )
    done = subprocess.run(
        [node.executable, "-e", script],
        cwd=root,
        env=node.environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "let a = 1;"


def test_a_failure_says_why_and_how_to_go_on(tmp_path: Path, node_runtime: NodeRuntime) -> None:
    root = project(tmp_path / "p", constructs="^999.0.0")
    with pytest.raises(ProjectProblem) as caught:
        install_packages(root, node_runtime, lambda _line: None)
    assert "version does not exist" in caught.value.what
    assert "install" in caught.value.next_step
    assert caught.value.where == str(root)
    assert caught.value.offer == "install"
    assert (root / "package.json").is_file()


def test_a_stopped_installation_ends_npm(tmp_path: Path, node_runtime: NodeRuntime) -> None:
    root = project(tmp_path / "p", constructs="^10.8.1")
    with pytest.raises(ProjectProblem, match="stopped"):
        install_packages(root, node_runtime, lambda _line: None, cancelled=lambda: True)


def test_a_missing_package_manager_is_named(
    tmp_path: Path, node_runtime: NodeRuntime, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = project(tmp_path / "p")
    (root / "pnpm-lock.yaml").write_text("")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProjectProblem, match="pnpm"):
        install_packages(root, node_runtime, lambda _line: None)
