from __future__ import annotations

from pathlib import Path

import pytest

from workbench.wording import plural

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "0 users"), (1, "1 user"), (2, "2 users"), (1_500, "1,500 users")],
)
def test_a_count_has_its_noun(count: int, words: str) -> None:
    assert plural(count, "user") == words


def test_an_irregular_plural() -> None:
    assert plural(1, "entry", "entries") == "1 entry"
    assert plural(2, "entry", "entries") == "2 entries"
