"""Patterns of policies: ``*``, ``?`` and variables such as ``${aws:username}``.

Source: "IAM policy elements: variables and tags", and "Resource", IAM user guide. What a variable
stands for is literal text, also where it has a ``*`` in it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

Values = str | Sequence[str]
Lookup = Callable[[str], Values | None]
"""The value of a condition key (in lower case) in a request; None where the request has none."""

Parts = tuple[tuple[str, bool], ...]
"""A text in pieces: each with whether its ``*`` and ``?`` are wildcards."""

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_WILDCARD = re.compile(r"[*?]")
_WITH_DEFAULT = re.compile(r"(.*?)\s*,\s*'(.*)'\s*", re.DOTALL)
_LITERALS = frozenset({"*", "?", "$"})


class UnresolvedVariableError(Exception):
    """A variable for which the request has no single value, and the policy no default."""


class Pattern:
    """A text of a policy; its variables count from policy version 2012-10-17 on."""

    __slots__ = ("_fixed", "_head", "_pieces", "text")

    def __init__(self, text: str, *, variables: bool = True) -> None:
        self.text = text
        # Every second piece is the content of a variable.
        self._pieces = _VARIABLE.split(text) if variables else [text]
        self._fixed = ((text, True),) if len(self._pieces) == 1 else None
        # What every match begins with: most patterns of a role are about something else.
        self._head = _WILDCARD.split(self._pieces[0], 1)[0]

    def parts(self, lookup: Lookup) -> Parts:
        """The text with its variables' values; raises UnresolvedVariableError."""
        return self._fixed or tuple(
            (_value(piece, lookup), False) if at % 2 else (piece, True)
            for at, piece in enumerate(self._pieces)
        )

    def resolved(self, lookup: Lookup) -> str:
        """The same as one text, for operators without wildcards."""
        return "".join(text for text, _ in self.parts(lookup))

    def matches(self, value: str, lookup: Lookup) -> bool:
        """Whether all of ``value`` is like this; raises UnresolvedVariableError."""
        if self.text == "*":
            return True
        return value.startswith(self._head) and is_like(value, self.parts(lookup))


def is_like(value: str, parts: Parts) -> bool:
    """Whether the pieces, with their wildcards, make up all of ``value``."""
    return _expression(parts).match(value) is not None


def fixed(text: str) -> Parts:
    """A text without variables."""
    return ((text, True),)


@lru_cache(maxsize=8192)
def _expression(parts: Parts) -> re.Pattern[str]:
    """A regular expression whose time is linear in the value's length for each ``*``.

    Guests choose the values (object keys): a ``*`` takes the first place where what follows it
    fits, and keeps it.
    """
    runs = [""]
    for text, with_wildcards in parts:
        for character in text:
            if with_wildcards and character == "*":
                runs.append("")
            else:
                one = "." if with_wildcards and character == "?" else re.escape(character)
                runs[-1] += one
    if len(runs) == 1:
        return re.compile(runs[0] + r"\Z", re.DOTALL)
    between = "".join(f"(?>.*?{run})" for run in runs[1:-1] if run)
    return re.compile(f"{runs[0]}{between}.*{runs[-1]}\\Z", re.DOTALL)


def _value(content: str, lookup: Lookup) -> str:
    if content in _LITERALS:
        return content
    with_default = _WITH_DEFAULT.fullmatch(content)
    name = with_default[1] if with_default else content
    found = lookup(name.strip().lower())
    if isinstance(found, str):
        return found
    if with_default is None:
        raise UnresolvedVariableError(name)
    return with_default[2]
