"""The matrix's callers, once for the whole run."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.localcloud.appsync.matrix.callers import Callers
from tests.localcloud.appsync.matrix.deployed import Deployed


@pytest.fixture(scope="session")
def callers(matrix: Deployed) -> Iterator[Callers]:
    """Everybody who may call."""
    with httpx.Client(timeout=20) as http:
        yield Callers(matrix, http)
