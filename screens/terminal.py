"""Finds out what the terminal can show: how many colours, dark or light. Standard library only.

The background is asked by OSC 11 while the heavy imports run, with a device-attributes request
behind it: every terminal answers that one, so its answer says that nothing more will come.
"""

from __future__ import annotations

import os
import re
import select
from collections.abc import Mapping
from time import monotonic

QUERY = b"\x1b]11;?\x1b\\\x1b[c"
_COLOR = re.compile(rb"\x1b\]11;rgba?:([0-9a-fA-F]+)/([0-9a-fA-F]+)/([0-9a-fA-F]+)")
_DONE = re.compile(rb"\x1b\[\?[0-9;]*c")


def has_few_colors(environment: Mapping[str, str]) -> bool:
    """True for terminals of 16 colours or fewer, and where the user wants none (NO_COLOR)."""
    if environment.get("NO_COLOR"):
        return True
    if environment.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return False
    term = environment.get("TERM", "").lower()
    return not (term.endswith(("256color", "direct", "kitty", "ghostty")) or "256" in term)


def is_light_by_environment(environment: Mapping[str, str]) -> bool | None:
    """The background's colour by COLORFGBG (its last number); None if that says nothing."""
    last = environment.get("COLORFGBG", "").rpartition(";")[2]
    if not last.isdigit():
        return None
    return int(last) in (7, 15)


def is_light_answer(answer: bytes) -> bool | None:
    """What the terminal answered about its background; None where it did not."""
    found = _COLOR.search(answer)
    if found is None:
        return None
    red, green, blue = (int(part[:2].ljust(2, b"0"), 16) for part in found.groups())
    return 0.299 * red + 0.587 * green + 0.114 * blue > 140


def read_answer(terminal: int, seconds: float) -> bytes:
    """Read until the device attributes or the end of the time; the terminal is unbuffered."""
    answer = b""
    end = monotonic() + seconds
    while not _DONE.search(answer):
        wait = end - monotonic()
        if wait <= 0 or not select.select([terminal], [], [], wait)[0]:
            break
        chunk = os.read(terminal, 1024)
        if not chunk:
            break
        answer += chunk
    return answer


def choose_theme(environment: Mapping[str, str], answer: bytes) -> str:
    """The name of our theme that suits the terminal."""
    if has_few_colors(environment):
        return "terminal"
    light = is_light_answer(answer)
    if light is None:
        light = is_light_by_environment(environment)
    return "light" if light else "dark"
