"""Where in the user's code something is written, and what is wrong there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file; ``line`` counts from 1, 0 where only the file is known."""

    file: str = ""
    line: int = 0


NOWHERE = Place()


class DefinitionError(Exception):
    """A definition that cannot become a backend: what, where, and how to fix it."""

    def __init__(self, what: str, fix: str, place: Place | None = None) -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.place = place or NOWHERE

    def __str__(self) -> str:
        where = f"{self.place.file}:{self.place.line}: " if self.place.file else ""
        return f"{where}{self.what}\n  → {self.fix}"


class DefinitionErrors(Exception):  # noqa: N818 - several errors
    """Everything that is wrong with one definition; ``errors`` is never empty."""

    def __init__(self, errors: tuple[DefinitionError, ...]) -> None:
        super().__init__("\n".join(str(error) for error in errors))
        self.errors = errors
