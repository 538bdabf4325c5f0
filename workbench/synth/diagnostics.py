"""What is wrong in the user's files, said with place, reason and hint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

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
