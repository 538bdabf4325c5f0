"""A backend for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.front_end.backends import Backend, make_backend
from workbench.aws.clients import Clients


@pytest.fixture
def backend(local_clients: Clients, tmp_path: Path) -> Backend:
    """A project's folder with what a deployment to the local cloud wrote."""
    made = make_backend(local_clients, tmp_path)
    made.write()
    return made
