"""The policies that docs/aws.md shows, read from the page itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from workbench.aws.permissions import PAGE

_BLOCK = re.compile(
    r"^### (?P<heading>[^\n]+)\n(?P<text>.*?)```json\n(?P<json>.*?)```", re.M | re.S
)


def page() -> str:
    """The page."""
    return (Path(__file__).parents[2] / PAGE).read_text(encoding="utf-8")


def policies() -> dict[str, list[dict[str, Any]]]:
    """Heading → the statements of the policy below it."""
    found: dict[str, list[dict[str, Any]]] = {}
    for block in _BLOCK.finditer(page()):
        assert "###" not in block["text"], f"{block['heading']} has no policy"
        found[block["heading"]] = json.loads(block["json"])["Statement"]
    return found


def actions(statements: Iterable[Mapping[str, Any]]) -> set[str]:
    """The actions of statements."""
    found: set[str] = set()
    for statement in statements:
        action = statement["Action"]
        found |= {action} if isinstance(action, str) else set(action)
    return found
