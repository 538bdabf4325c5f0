"""The API with a model for each way of authorization, deployed once for all processes of a run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.appsync.matrix.deployed import Deployed, shared_deployment
from tests.quickstart_project import copy_quickstart

_MATRIX = Path(__file__).parent / "localcloud/appsync/matrix/amplify"
_PYTHON_MATRIX = Path(__file__).parent / "backend/matrix/amplify"


@pytest.fixture(scope="session")
def matrix(tmp_path_factory: pytest.TempPathFactory, npm_modules: Path) -> Iterator[Deployed]:
    """An API with a model for each way of authorization, deployed once for a run."""

    def make(project: Path) -> Path:
        copy_quickstart(project, npm_modules)
        shutil.copytree(_MATRIX, project / "amplify", dirs_exist_ok=True)
        return project

    with shared_deployment(_run_folder(tmp_path_factory, "appsync-matrix"), make) as deployed:
        yield deployed


@pytest.fixture(scope="session")
def python_matrix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The same API, written in Python."""

    def make(project: Path) -> Path:
        shutil.copytree(_PYTHON_MATRIX, project / "amplify")
        return project

    with shared_deployment(_run_folder(tmp_path_factory, "python-matrix"), make) as deployed:
        yield deployed


def _run_folder(factory: pytest.TempPathFactory, name: str) -> Path:
    """A folder that all processes of a run have in common.

    Each worker's own lies below the run's.
    """
    base = factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / name
    folder.mkdir(exist_ok=True)
    return folder
