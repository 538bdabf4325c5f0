from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workbench.project import node_runtime
from workbench.project.models import ProjectProblem
from workbench.project.node_runtime import find_node


def fake_node(folder: Path, version: str) -> str:
    folder.mkdir()
    node = folder / "node"
    node.write_text(f'#!/bin/sh\necho "{version} {node}"\n')
    node.chmod(0o755)
    return str(folder)


@pytest.mark.npm
def test_a_path_without_node_uses_the_bundled_one_and_its_npm(tmp_path: Path) -> None:
    node = find_node(str(tmp_path))
    assert node.source == "bundled"
    assert node.version[0] >= 20
    environment = node.environment({"PATH": str(tmp_path)})
    npm = subprocess.run(
        [*node.npm, "--version"],
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert int(npm.stdout.split(".")[0]) >= 10
    assert shutil.which("node", path=environment["PATH"]) == str(node.executable)


def test_an_old_node_on_path_is_passed_over(tmp_path: Path) -> None:
    assert find_node(fake_node(tmp_path / "old", "v18.20.1")).source == "bundled"


def test_a_new_node_on_path_is_taken(tmp_path: Path) -> None:
    node = find_node(fake_node(tmp_path / "new", "v22.3.4"))
    assert node.version == (22, 3, 4)
    assert node.executable == tmp_path / "new" / "node"
    # There is no npm beside it: the bundled npm serves, run by this node.
    assert node.npm[0] == str(node.executable)


def test_without_any_usable_node_the_found_version_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(node_runtime, "_bundled_package", lambda: None)
    with pytest.raises(ProjectProblem) as caught:
        find_node(fake_node(tmp_path / "old", "v18.20.1"))
    assert "18.20.1" in caught.value.what
    assert caught.value.offer == "node"
    with pytest.raises(ProjectProblem, match="No Node"):
        find_node(str(tmp_path))


def test_the_environment_puts_the_node_first_only_once(tmp_path: Path) -> None:
    node = find_node(str(tmp_path))
    once = node.environment({"PATH": "/usr/bin"})
    assert node.environment(once) == once
    assert once["PATH"].split(os.pathsep) == [str(node.executable.parent), "/usr/bin"]


def test_a_file_is_asked_for_its_version_once(tmp_path: Path) -> None:
    folder = tmp_path / "counted"
    search = fake_node(folder, "v22.3.4")
    node = folder / "node"
    node.write_text(node.read_text() + f'echo asked >> "{tmp_path}/asked"\n')
    assert find_node(search) == find_node(search)
    assert (tmp_path / "asked").read_text() == "asked\n"
    node.write_text(node.read_text().replace("v22.3.4", "v22.13.14"))
    assert find_node(search).version == (22, 13, 14)
