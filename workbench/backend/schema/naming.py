"""From Python's names to the API's."""

from __future__ import annotations

import re
from collections.abc import Mapping

GRAPHQL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def api_name(name: str) -> str:
    """``chat_id`` as ``chatId``; a name without underscores stays as it is."""
    bare = name.lstrip("_")
    first, *others = bare.split("_")
    prefix = name[: len(name) - len(bare)]
    return prefix + first + "".join(part[:1].upper() + part[1:] for part in others)


def python_name(name: str) -> str:
    """``chatId`` as ``chat_id``, for what an error proposes to write."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def type_name(*parts: str) -> str:
    """The name of a type inside another: ``Todo`` and ``priority`` give ``TodoPriority``."""
    return "".join(part[:1].upper() + part[1:] for part in parts)


def resolved(name: str, fields: Mapping[str, str]) -> str:
    """The API's name of a field that was written in either way; ``fields`` from Python's to it."""
    if name in fields:
        return fields[name]
    return name if name in fields.values() else api_name(name)
