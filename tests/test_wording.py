from __future__ import annotations

import ast
import re
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


_COUNTS = re.compile(r"\blen\(|^(?:self\.)?_?(?:count|total|done|number_of_\w+)$")
_PLURAL = re.compile(r"^ (?:\w+[- ]){0,2}?(?!is\b|was\b|has\b|this\b|as\b)[a-z-]{3,}s\b")


def test_no_count_is_printed_beside_a_fixed_plural() -> None:
    """``f"{len(users)} users"`` says ``1 users`` one day."""
    found = []
    for room in ("workbench", "screens"):
        for file in sorted((ROOT / room).rglob("*.py")):
            if "appsync" in file.parts or "hosting" in file.parts:  # AWS's own words
                continue
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.JoinedStr):
                    continue
                for value, after in zip(node.values, node.values[1:], strict=False):
                    if (
                        isinstance(value, ast.FormattedValue)
                        and isinstance(after, ast.Constant)
                        and _COUNTS.search(ast.unparse(value.value))
                        and not ast.unparse(value.value).startswith("plural(")
                        and _PLURAL.search(str(after.value))
                    ):
                        found.append(f"{file.name}:{value.lineno} {ast.unparse(node)}")
    assert found == []
