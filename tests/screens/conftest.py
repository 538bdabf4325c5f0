"""Fixtures of the screen tests: a scripted engine, and a fixed time zone for times of day."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.css.types import CSSLocation

from tests.screens.scripted import ScriptedPast, ScriptedStarter, save_begins, save_ends


@pytest.fixture(scope="session", autouse=True)
def style_sheets_parsed_once() -> Iterator[None]:
    """Keep parsed styles for all apps of the process, as Textual keeps them for one sheet.

    An app parses its sheets several times, and a test makes an app: a quarter of the time of a
    pane's test.
    """
    parsed: dict[object, list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def parse_once(
        sheet: Stylesheet, css: str, read_from: CSSLocation, *more: Any, **options: Any
    ) -> list[RuleSet]:
        variables = tuple(sorted(sheet._variables.items()))
        key = (css, read_from, more, tuple(sorted(options.items())), variables)
        if key not in parsed:
            parsed[key] = parse(sheet, css, read_from, *more, **options)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Stylesheet, "_parse_rules", parse_once)
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
