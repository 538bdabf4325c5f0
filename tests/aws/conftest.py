"""A machine without AWS settings, and AWS's sign-in services on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.aws.bare_machine import make_bare
from tests.aws.sign_in_server import SignInServer, serving_every_client


@pytest.fixture
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No credentials, no profile, no metadata service; the config file is the test's own."""
    return make_bare(monkeypatch, tmp_path)


@pytest.fixture
def sign_in_server(bare_machine: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignInServer]:
    """STS and SSO for every client of the test."""
    with serving_every_client(monkeypatch) as server:
        yield server
