"""Makes text that others wrote safe to show: it can neither control the terminal nor hide.

Users choose their names, clients write rows, and commits, logs and error messages come from
anywhere. Each character that a terminal would obey, or that nobody could see, is shown as one
``�``: control characters (C0, DEL, C1), bidirectional overrides, zero-width and invisible
characters, tags, lone surrogates, and combining marks beyond what any script stacks. One for one,
so that columns and cursor positions stay right, and visible, so that hostile text looks hostile.
Emoji sequences and the joiners of scripts that need them stay.

Clean text before padding or colouring it. Copies and files get the original.
"""

from __future__ import annotations

import re
from typing import Final
from unicodedata import category, east_asian_width

HIDDEN: Final = "\ufffd"
"""Stands for one character that is not shown."""

_NEW_LINE: Final = "⏎"

# Marks that stack on the character before them: Latin, Hebrew, Arabic, Thai, Lao, symbols.
_STACKING: Final = (
    "\u0300-\u034e\u0350-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u0e31\u0e34-\u0e3a\u0e47-\u0e4e"
    "\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
)
# What can be the base of an emoji sequence, and scripts whose letters change by a (non-)joiner.
_EMOJI: Final = "\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff"
_JOINING: Final = "\u0600-\u109f\u1700-\u18af\ua800-\ua9ff\uaa00-\uabff\ufb50-\ufdcf\ufdf0-\ufdff"
_LAYOUT: Final = "\t\n"
_NEVER: Final = (
    "\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\ud800-\udfff"
)
_UNSAFE = re.compile(
    f"[\x00-\x08\x0b-\x1f{_NEVER}]"
    f"|(?<![{_EMOJI}0-9#*])[\ufe0e\ufe0f]|(?<=[0-9#*])[\ufe0e\ufe0f](?!\u20e3)"
    f"|(?<![{_EMOJI}\ufe0f{_JOINING}])\u200d|\u200d(?![{_EMOJI}{_JOINING}])"
    f"|(?<![{_JOINING}])\u200c|\u200c(?![{_JOINING}])"
    f"|(?<![^\\s])[{_STACKING}]|(?<=[{_STACKING}]{{4}})[{_STACKING}]"
)
# As \u escapes in JSON, where the text must stay the same text.
_UNSAFE_IN_JSON = re.compile(f"[\x00-\x08\x0b-\x1f{_NEVER}]")
_NOT_ASCII = re.compile("[^\t\n\x20-\x7e]")

# What programs decorate their lines with: colours, erasing, cursor moves (CSI), and links (OSC 8).
_DECORATION = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\]8;[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
)


def safe_line(text: str) -> str:
    """The text as one line: line ends become ``⏎``, tabs a space."""
    if text.isascii() and text.isprintable():
        return text
    if "\r\n" in text:
        text = text.replace("\r\n", "\n")
    return safe_characters(text).replace("\n", _NEW_LINE).replace("\t", " ")


def safe_text(text: str) -> str:
    """The text with its line ends and tabs."""
    return safe_characters(text.replace("\r\n", "\n"))


def safe_characters(text: str) -> str:
    """The text with exactly as many characters as before; line ends and tabs stay."""
    if text.isascii() and text.isprintable():
        return text
    return _UNSAFE.sub(HIDDEN, text)


def safe_log(text: str) -> str:
    """What a program printed, in lines: its colours and other decoration are dropped, not shown.

    A progress bar's carriage returns become line ends.
    """
    if text.isascii() and text.isprintable():
        return text
    bare = _DECORATION.sub("", text).replace("\r\n", "\n").rstrip("\r").replace("\r", "\n")
    return _UNSAFE.sub(HIDDEN, bare).expandtabs(4)


def safe_json(text: str, *, ascii_only: bool = False) -> str:
    """JSON text with the same value, in which every unsafe character is a ``\\u`` escape.

    ``ascii_only`` escapes every other character beyond ASCII too.
    """
    if text.isascii() and text.isprintable():
        return text
    return (_NOT_ASCII if ascii_only else _UNSAFE_IN_JSON).sub(_json_escape, text)


def cells(text: str) -> int:
    """How many columns of a terminal a safe line takes."""
    if text.isascii():
        return len(text)
    return sum(_cells(character) for character in text)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """The text as one safe line, filled up to ``width`` columns; ``right`` aligns it there."""
    line = safe_line(text)
    space = " " * max(0, width - cells(line))
    return space + line if right else line + space


def _cells(character: str) -> int:
    if category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if east_asian_width(character) in "WF" else 1


def _json_escape(match: re.Match[str]) -> str:
    encoded = match[0].encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{encoded[at]:02x}{encoded[at + 1]:02x}" for at in range(0, len(encoded), 2))
