"""The state of one evaluation of a template, its limits, and how it stops early."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.localcloud.appsync.evaluation import Context, Effects, Facts
from workbench.localcloud.appsync.java import utf16

MOST_LOOP_ITERATIONS = 1_000
"""Iterations of one ``#foreach``: AppSync's quota."""

MOST_ITERATIONS = 200_000
"""Iterations of all loops of one evaluation together."""

MOST_CHARACTERS = 5 * 1024 * 1024
"""Length of one text and of the rendered template: AppSync's 5 MB."""

MOST_MADE_CHARACTERS = 64 * 1024 * 1024
"""Characters of all texts that one evaluation makes."""

MOST_MEMBERS = 500_000
"""Members of one collection, counted through all levels where it is written as text."""


class RenderError(Exception):
    """Why a template can't go on; ``line`` is filled in by the nearest node that knows its own."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


PROBLEMS = (
    RenderError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RecursionError,
    MemoryError,
)
"""What a node turns into a RenderError of its line; the template catches the rest."""


class Returned(Exception):  # noqa: N818 - ends a template, no error
    """``#return`` was reached."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class Broken(Exception):  # noqa: N818 - ends a loop, no error
    """``#break`` was reached."""


class Stopped(Exception):  # noqa: N818 - ends a template, no error
    """``#stop`` was reached."""


Node = Callable[["RenderState"], None]
"""A parsed piece of a template: it writes its text into the state."""


class RenderState:
    """One evaluation: its variables, what it has written, and what it used of its limits."""

    __slots__ = (
        "calls",
        "characters",
        "context",
        "effects",
        "facts",
        "iterations",
        "macros",
        "pieces",
        "variables",
        "write",
    )

    def __init__(self, context: Context, effects: Effects, facts: Facts) -> None:
        self.context = context
        self.effects = effects
        self.facts = facts
        self.variables: dict[str, Any] = {"ctx": context, "context": context}
        self.pieces: list[str] = []
        self.write = self.pieces.append
        self.iterations = 0
        self.characters = 0
        self.calls = 0
        self.macros: dict[str, Any] = {}

    def count_iteration(self, of_loop: int) -> None:
        """Count one iteration; RenderError beyond the limits."""
        self.iterations += 1
        if of_loop > MOST_LOOP_ITERATIONS:
            raise RenderError(f"#foreach goes over more than {MOST_LOOP_ITERATIONS} members")
        if self.iterations > MOST_ITERATIONS:
            raise RenderError(
                f"the loops of this template take more than {MOST_ITERATIONS} iterations"
            )

    def made(self, text: str) -> str:
        """The text, counted; RenderError where it, or all texts together, are too long."""
        length = len(text)
        self.characters += length
        if length > MOST_CHARACTERS or self.characters > MOST_MADE_CHARACTERS:
            raise RenderError("the template makes texts longer than 5 MB")
        return text

    def capture(self, render: Any) -> str:
        """What ``render`` writes, as a text of its own instead of output."""
        outer_pieces, outer_write = self.pieces, self.write
        self.pieces = []
        self.write = self.pieces.append
        try:
            render(self)
            return self.made(joined(self.pieces))
        finally:
            self.pieces, self.write = outer_pieces, outer_write


def joined(pieces: list[str]) -> str:
    """The pieces as one text; RenderError where it is longer than 5 MB."""
    if sum(map(len, pieces)) > MOST_CHARACTERS:
        raise RenderError("the evaluated template is larger than 5 MB")
    return utf16.joined("".join(pieces))
