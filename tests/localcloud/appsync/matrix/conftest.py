"""The deployed matrix and its callers, once for the whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.localcloud.appsync.matrix.callers import Callers
from tests.localcloud.appsync.matrix.deployed import Deployed, shared_deployment


@pytest.fixture(scope="session")
def matrix(tmp_path_factory: pytest.TempPathFactory, npm_modules: Path) -> Iterator[Deployed]:
    """The matrix's project, deployed to its own local cloud."""
    base = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own below the run's folder.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "appsync-matrix"
    folder.mkdir(exist_ok=True)
    with shared_deployment(folder, npm_modules) as deployed:
        yield deployed


@pytest.fixture(scope="session")
def callers(matrix: Deployed) -> Iterator[Callers]:
    """Everybody who may call."""
    with httpx.Client(timeout=20) as http:
        yield Callers(matrix, http)
