"""Strings as Java counts them: in UTF-16 units, of which a character beyond U+FFFF has two.

Half of such a character is a text of its own, as in Java; side by side, two halves are the
character. Nearly every text has only characters of one unit: for those nothing is converted.
"""

from __future__ import annotations

import re
import struct

_WIDE = re.compile("[\U00010000-\U0010ffff]")
_HALVES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


def is_narrow(text: str) -> bool:
    """Whether each character is one unit, so that Python counts as Java does."""
    return text.isascii() or _WIDE.search(text) is None


def length(text: str) -> int:
    """``String.length``."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def part(text: str, start: int, end: int) -> str:
    """The units from ``start`` to ``end``, which are within the text."""
    if is_narrow(text):
        return text[start:end]
    return _text(_bytes(text)[2 * start : 2 * end])


def codes(text: str) -> tuple[int, ...]:
    """Each unit as a number."""
    found = _bytes(text)
    return struct.unpack(f">{len(found) // 2}H", found)


def units(text: str) -> list[str]:
    """Each unit as a text."""
    return list(text) if is_narrow(text) else [chr(code) for code in codes(text)]


def unit_at(text: str, at: int) -> int:
    """The unit at which Python's character ``at`` begins; -1 stays."""
    return at if at < 0 or is_narrow(text) else length(text[:at])


def character_at(text: str, unit: int) -> int:
    """Python's first character that begins at a unit or behind it."""
    if unit <= 0 or is_narrow(text):
        return max(unit, 0)
    return len(_text(_bytes(text)[: 2 * unit]))


def joined(text: str) -> str:
    """Halves that stand side by side as the character that they are."""
    if text.isascii():
        return text
    return _HALVES.sub(lambda found: _text(_bytes(found[0])), text)


def _bytes(text: str) -> bytes:
    return text.encode("utf-16-be", "surrogatepass")


def _text(found: bytes) -> str:
    return found.decode("utf-16-be", "surrogatepass")
