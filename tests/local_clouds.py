"""The ``local_cloud`` fixture: a real local cloud of its own for a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle


@pytest.fixture
def local_cloud_dir(tmp_path: Path) -> Path:
    """The state folder of ``local_cloud``."""
    return tmp_path / "local-cloud"


@pytest.fixture
def local_cloud(local_cloud_dir: Path) -> Iterator[LocalTarget]:
    """A running local cloud on a free port with an empty state, stopped after the test."""
    target = lifecycle.start(local_cloud_dir)
    yield target
    lifecycle.stop(local_cloud_dir)
