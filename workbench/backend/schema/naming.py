"""From Python's names to the API's."""

from __future__ import annotations

import re

GRAPHQL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def api_name(name: str) -> str:
    """``chat_id`` as ``chatId``; a name without underscores stays as it is."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def type_name(*parts: str) -> str:
    """The name of a type that belongs to others: ``Todo`` and ``priority`` give ``TodoPriority``."""
    return "".join(part[:1].upper() + part[1:] for part in parts)
