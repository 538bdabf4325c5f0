"""Text that an attacker would choose, and what must never come of it."""

from __future__ import annotations

import re

EVIL = (
    "EVIL\x1b]2;PWNED-TITLE\x07\x1b]52;c;UFdORUQ=\x07\x1b[2J\rx\x9b31m\x9d2;PWNED-TITLE\x9c"
    "\u202egnp\u2066\u200b\x7f [red]m[/red][@click=app.quit]c[/] \U000e0041⚠️👨‍👩‍👧 done"
)
"""A title, the clipboard, a cleared screen, a return, their C1 forms, bidi, markup, emoji."""

_OURS = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m")
_BAD = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f]")


def dangerous(text: str) -> list[str]:
    """What a terminal would obey or hide in a command's output, but for the product's colours."""
    return [repr(each) for each in _BAD.findall(_OURS.sub("", text))]
