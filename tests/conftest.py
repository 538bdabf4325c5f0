"""The real Amplify project that the tests edit and deploy, its npm packages installed only once.

Environment: ``AMPLIFY_TUI_TEST_CACHE`` moves the cache folder (a folder of its own for each set of
packages); ``AMPLIFY_TUI_TEST_NODE_MODULES`` reuses an existing ``node_modules`` instead.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workbench.project.node_runtime import NodeRuntime, find_node

QUICKSTART = Path(__file__).parent / "quickstart"
NPM_TIMEOUT_SECONDS = 1800
_LOCAL_CLOUD = Path(__file__).with_name("conftest_localcloud.py")


def pytest_configure(config: pytest.Config) -> None:
    """Load the fixture of the running local cloud, by path: tests/ is no package."""
    if not _LOCAL_CLOUD.is_file() or config.pluginmanager.has_plugin("conftest_localcloud"):
        return
    spec = importlib.util.spec_from_file_location("conftest_localcloud", _LOCAL_CLOUD)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    config.pluginmanager.register(module, "conftest_localcloud")


@pytest.fixture(scope="session")
def node_runtime() -> NodeRuntime:
    return find_node()


@pytest.fixture(scope="session")
def npm_modules(node_runtime: NodeRuntime) -> Path:
    """The ``node_modules`` folder with the packages of tests/quickstart/package.json."""
    given = os.environ.get("AMPLIFY_TUI_TEST_NODE_MODULES")
    if given:
        modules = Path(given)
        assert (modules / "@aws-amplify" / "backend").is_dir(), f"no Amplify packages in {modules}"
        return modules
    wanted = (QUICKSTART / "package.json").read_bytes()
    # The major version of Node counts: packages may install other binaries for another Node.
    key = hashlib.sha256(wanted + str(node_runtime.version[0]).encode()).hexdigest()[:12]
    home = Path(os.environ.get("AMPLIFY_TUI_TEST_CACHE") or "~/.cache/amplify-tui-tests")
    folder = home.expanduser() / f"quickstart-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock")):
        complete = folder / "complete"
        if not complete.exists():
            (folder / "package.json").write_bytes(wanted)
            _npm_install(folder, node_runtime)
            complete.touch()
    return folder / "node_modules"


@pytest.fixture
def npm_project(npm_modules: Path, tmp_path: Path) -> Path:
    """A fresh copy of the quickstart project (package name ``quickstart``, a ``Todo`` model)."""
    return copy_quickstart(tmp_path / "quickstart", npm_modules)


def copy_quickstart(folder: Path, modules: Path) -> Path:
    """Copy tests/quickstart to ``folder`` and link its packages."""
    shutil.copytree(QUICKSTART, folder)
    (folder / "node_modules").symlink_to(modules, target_is_directory=True)
    return folder


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _npm_install(folder: Path, node: NodeRuntime) -> None:
    done = subprocess.run(
        [*node.npm, "install", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=folder,
        env=node.environment(),
        capture_output=True,
        text=True,
        timeout=NPM_TIMEOUT_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"npm install failed in {folder}:\n{done.stdout}\n{done.stderr}", pytrace=False)
