"""Fixtures of the screen tests: a scripted engine, and a fixed time zone for times of day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.screens.scripted import ScriptedPast, ScriptedStarter, save_begins, save_ends


@pytest.fixture(autouse=True)
def utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def starter(tmp_path: Path) -> ScriptedStarter:
    """A scripted engine; its journal knows the save of ``SAVED``."""
    return ScriptedStarter(tmp_path, past=ScriptedPast({2: save_begins() + save_ends()}))
