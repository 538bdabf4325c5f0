"""A template's text with a reading position."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.vtl.render_state import Node, RenderError

_SPACES = re.compile(r"\s*")
_BLANKS = re.compile(r"[ \t]*")
_LINE_END = re.compile(r"[ \t]*(?:\r\n|\n|\r)")
DEEPEST_NESTING = 50
"""Levels of blocks, expressions and interpolated texts inside each other."""


class Source:
    """Text being parsed; ``first_line`` is its first line's number in the whole template.

    It carries the parsers of ``directives``, by name: they contain blocks, which contain them
    again.
    """

    __slots__ = (
        "_counted",
        "depth",
        "directives",
        "first_line",
        "macro_names",
        "macros",
        "position",
        "text",
    )

    def __init__(
        self,
        text: str,
        directives: Directives,
        *,
        first_line: int = 1,
        macro_names: frozenset[str] = frozenset(),
        depth: int = 0,
        macros: dict[str, Any] | None = None,
    ) -> None:
        self.text = text
        self.directives = directives
        self.position = 0
        self.first_line = first_line
        self.macro_names = macro_names
        self.depth = depth
        self._counted = (0, first_line)
        self.macros: dict[str, Any] = {} if macros is None else macros

    def inner(self, text: str, line: int) -> Source:
        """A text inside this one, such as a string's."""
        return Source(
            text,
            self.directives,
            first_line=line,
            macro_names=self.macro_names,
            depth=self.depth + 1,
            macros=self.macros,
        )

    def line(self, position: int | None = None) -> int:
        """The line of a position, by default the current one."""
        end = self.position if position is None else position
        start, line = self._counted
        if end < start:
            start, line = 0, self.first_line
        line += self.text.count("\n", start, end)
        self._counted = (end, line)
        return line

    def failure(self, message: str, position: int | None = None) -> RenderError:
        """A RenderError at a position."""
        return RenderError(message, self.line(position))

    def deeper(self) -> None:
        """Enter a nested level; RenderError where there are too many."""
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            raise self.failure(f"nested more than {DEEPEST_NESTING} levels deep")

    def skip_spaces(self) -> None:
        """Skip blanks and line ends."""
        found = _SPACES.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def skip_blanks(self) -> None:
        """Skip blanks of this line."""
        found = _BLANKS.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def skip_line_end(self) -> None:
        """Skip a line's rest where it is blank, with its end: directives swallow it."""
        found = _LINE_END.match(self.text, self.position)
        if found is not None:
            self.position = found.end()

    def at(self, text: str) -> bool:
        """Whether this text is next."""
        return self.text.startswith(text, self.position)

    def take(self, text: str) -> bool:
        """Skip this text where it is next."""
        if self.text.startswith(text, self.position):
            self.position += len(text)
            return True
        return False

    def expect(self, text: str, where: str) -> None:
        """Skip spaces and this text; RenderError where something else is next."""
        self.skip_spaces()
        if not self.take(text):
            raise self.failure(f"expected {text} {where}, found {self.found()}")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Match here and go on behind it."""
        found = pattern.match(self.text, self.position)
        if found is not None:
            self.position = found.end()
        return found

    def found(self) -> str:
        """What is next, for messages."""
        rest = self.text[self.position : self.position + 20].split("\n")[0]
        return f'"{rest}"' if rest else "the end of a line or of the template"


Directives = Mapping[str, Callable[[Source], Node]]
