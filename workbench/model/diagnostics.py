"""What is wrong in the user's files, said with place, reason and hint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

_LONGEST_LINE = 500
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding; ``file`` is relative to the project's root, lines and columns count from 1."""

    severity: Severity
    message: str
    code: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    hint: str = ""
    source: str = ""
    """The line of the file as it was then, if it could be read."""

    @property
    def place(self) -> str:
        """``amplify/data/resource.ts:12:5``, as far as known."""
        if not self.file or not self.line:
            return self.file
        column = f":{self.column}" if self.column else ""
        return f"{self.file}:{self.line}{column}"


def with_source(diagnostics: tuple[Diagnostic, ...], root: Path) -> tuple[Diagnostic, ...]:
    """The findings with the lines of the files that they are about; reads those files."""
    lines: dict[str, list[str]] = {}

    def quoted(one: Diagnostic) -> Diagnostic:
        if not one.file or one.line < 1:
            return one
        if one.file not in lines:
            try:
                text = (root / one.file).read_text(encoding="utf-8", errors="replace")
            except OSError:
                text = ""
            lines[one.file] = text.splitlines()
        there = lines[one.file]
        if one.line > len(there) or len(there[one.line - 1]) > _LONGEST_LINE:
            return one
        return replace(one, source=there[one.line - 1].expandtabs(1))

    return tuple(quoted(one) for one in diagnostics)


@dataclass(frozen=True, slots=True)
class SynthResult:
    """What one synth made: ``assembly`` is None where it failed; ``seconds`` is wall time.

    ``inputs`` are the files that the evaluation loaded (relative to the root), where known.
    """

    assembly: Path | None
    diagnostics: tuple[Diagnostic, ...]
    seconds: float
    inputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one type check found; ``skipped`` says why there was none (empty: it ran)."""

    diagnostics: tuple[Diagnostic, ...]
    seconds: float
    skipped: str = ""
