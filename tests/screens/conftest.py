"""Fixtures of the screen tests: a scripted engine, and a fixed time zone for times of day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual import _wait

from tests.screens.scripted import ScriptedPast, ScriptedStarter, save_begins, save_ends


@pytest.fixture(scope="session", autouse=True)
def short_pauses() -> Iterator[None]:
    """Let Textual's pilot look every 5 ms whether the app rests, instead of every 20 ms.

    It waits twice for each key.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_wait, "SLEEP_GRANULARITY", 0.005)
        patch.setattr(_wait, "SLEEP_IDLE", 0.0005)
        yield


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
