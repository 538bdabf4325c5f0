"""The real Amplify project that tests and benchmarks edit: its npm packages are installed once.

Environment: ``AMPLIFY_TUI_TEST_CACHE`` moves the cache folder (a folder of its own for each set of
packages); ``AMPLIFY_TUI_TEST_NODE_MODULES`` reuses an existing ``node_modules`` instead.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workbench.project.node_runtime import NodeRuntime

QUICKSTART = Path(__file__).parent / "quickstart"
NPM_TIMEOUT_SECONDS = 1800


def cached_node_modules(node: NodeRuntime) -> Path:
    """The ``node_modules`` folder with the packages of tests/quickstart/package.json."""
    given = os.environ.get("AMPLIFY_TUI_TEST_NODE_MODULES")
    if given:
        modules = Path(given)
        assert (modules / "@aws-amplify" / "backend").is_dir(), f"no Amplify packages in {modules}"
        return modules
    return installed_packages(QUICKSTART / "package.json", node)


def installed_packages(package_json: Path, node: NodeRuntime) -> Path:
    """The ``node_modules`` folder with the packages of a package.json, in a cache."""
    wanted = package_json.read_bytes()
    # The major version of Node counts: packages may install other binaries for another Node.
    key = hashlib.sha256(wanted + str(node.version[0]).encode()).hexdigest()[:12]
    home = Path(os.environ.get("AMPLIFY_TUI_TEST_CACHE") or "~/.cache/amplify-tui-tests")
    folder = home.expanduser() / f"{json.loads(wanted)['name']}-{key}"
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder.with_suffix(".lock")):
        complete = folder / "complete"
        if not complete.exists():
            (folder / "package.json").write_bytes(wanted)
            _npm_install(folder, node)
            complete.touch()
    return folder / "node_modules"


def copy_quickstart(folder: Path, modules: Path) -> Path:
    """Copy tests/quickstart to ``folder`` and link its packages."""
    shutil.copytree(QUICKSTART, folder)
    (folder / "node_modules").symlink_to(modules, target_is_directory=True)
    # Functions are bundled only where there is a lock file: the CDK takes its folder for the root.
    shutil.copy(modules.parent / "package-lock.json", folder)
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
    assert done.returncode == 0, f"npm install failed in {folder}:\n{done.stdout}\n{done.stderr}"
