"""Whether the user's files can be deployed, by what synth and the type check found.

A type error outranks a synth error, as in ampx, because it says more exactly what is wrong; unless
all it says is that a ``$amplify/env`` module is missing, which synth makes.
"""

from __future__ import annotations

from pathlib import Path

from workbench.model.deployment import Failure
from workbench.model.diagnostics import CheckResult, Diagnostic, SynthResult
from workbench.wording import plural


def assembly_or_failure(synth: SynthResult, check: CheckResult | None) -> Path | Failure:
    """The assembly to deploy, or why these files can't be deployed."""
    type_errors = _errors(check.diagnostics) if check is not None else ()
    if type_errors and not _only_misses_env_modules(type_errors):
        return _failure("The types don't hold", type_errors)
    synth_errors = _errors(synth.diagnostics)
    if synth.assembly is None or synth_errors:
        return _failure("The backend can't be evaluated", synth_errors)
    if type_errors:
        return _failure("The types don't hold", type_errors)
    return synth.assembly


def _errors(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    return tuple(found for found in diagnostics if found.severity == "error")


def _only_misses_env_modules(errors: tuple[Diagnostic, ...]) -> bool:
    return all("$amplify/env/" in error.message for error in errors)


def _failure(title: str, errors: tuple[Diagnostic, ...]) -> Failure:
    if not errors:
        return Failure(title, "Synthesis ended without a result.", "Save again; see the log.")
    first, *others = errors
    return Failure(
        title=f"{title}: {plural(len(errors), 'error')}" if others else title,
        reason=_told(first),
        fix=first.hint or "Fix it and save: the next save is deployed.",
        details=tuple(map(_told, errors)),
    )


def _told(error: Diagnostic) -> str:
    return f"{error.place}: {error.message}" if error.place else error.message
