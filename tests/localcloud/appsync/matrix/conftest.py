"""The matrix's callers, once for the whole run: of the TypeScript backend and of the Python one."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.localcloud.appsync.matrix.callers import Callers


@pytest.fixture(scope="session", params=["matrix", "python_matrix"], ids=["typescript", "python"])
def callers(request: pytest.FixtureRequest) -> Iterator[Callers]:
    """Everybody who may call."""
    with httpx.Client(timeout=20) as http:
        yield Callers(request.getfixturevalue(request.param), http)
