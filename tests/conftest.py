"""Fixtures of the whole suite: a real project with real npm packages."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import botocore.session
import pytest

from tests.quickstart_project import cached_node_modules, copy_quickstart
from workbench.printed_commands import Aim, aim_at
from workbench.project.node_runtime import NodeRuntime, find_node

# Without kept bytecode, each process that a test starts compiles all our modules: a local cloud's
# start took 0.9 s of CPU instead of 0.7 s, and pytest took 5 s longer to read the tests.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Each botocore session reads botocore's own JSON files: 48 tests made 113 sessions, and took 2.4 s
# of CPU instead of 17.7 s when they shared what was read.
botocore.session.create_loader = functools.cache(botocore.session.create_loader)

pytest_plugins = ["tests.kinds", "tests.local_clouds", "tests.matrix_deployments"]


@pytest.fixture(scope="session")
def node_runtime() -> NodeRuntime:
    return find_node()


@pytest.fixture(scope="session")
def npm_modules(node_runtime: NodeRuntime) -> Path:
    """The ``node_modules`` folder with the packages of tests/quickstart/package.json."""
    return cached_node_modules(node_runtime)


@pytest.fixture
def npm_project(npm_modules: Path, tmp_path: Path) -> Path:
    """A fresh copy of the quickstart project (package name ``quickstart``, a ``Todo`` model)."""
    return copy_quickstart(tmp_path / "quickstart", npm_modules)


@pytest.fixture(autouse=True)
def commands_without_a_target() -> Iterator[None]:
    """Printed commands name no target but that of the test's own session."""
    aim_at(Aim())
    yield
    aim_at(Aim())
