"""What synth and the type check together say about the user's files.

A type error outranks a synth error, as in ampx, because it says more exactly what is wrong; except
where all it says is that a ``$amplify/env`` module is missing, which synth makes.
"""

from __future__ import annotations

from workbench.model.deployment import Failure
from workbench.model.diagnostics import CheckResult, Diagnostic, SynthResult
from workbench.wording import plural


def errors_of(diagnostics: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    """The diagnostics that stop a deployment."""
    return tuple(found for found in diagnostics if found.severity == "error")


def only_misses_env_modules(check: CheckResult) -> bool:
    """Whether the check's only complaint is about modules that synth generates."""
    errors = errors_of(check.diagnostics)
    return bool(errors) and all("$amplify/env/" in error.message for error in errors)


def verdict(synth: SynthResult, check: CheckResult | None) -> Failure | None:
    """Why these files can't be deployed; None where they can."""
    type_errors = errors_of(check.diagnostics) if check is not None else ()
    if type_errors and not (check is not None and only_misses_env_modules(check)):
        return _failure("The types don't hold", type_errors)
    synth_errors = errors_of(synth.diagnostics)
    if synth.assembly is None or synth_errors:
        return _failure("The backend can't be evaluated", synth_errors)
    if type_errors:
        return _failure("The types don't hold", type_errors)
    return None


def _failure(title: str, errors: tuple[Diagnostic, ...]) -> Failure:
    if not errors:
        return Failure(title, "Synthesis ended without a result.", "Save again; see the log.")
    first, *others = errors
    where = first.place
    more = f" (and {len(others)} more)" if others else ""
    reason = f"{where}: {first.message}" if where else first.message
    return Failure(
        title=f"{title}: {plural(len(errors), 'error')}" if others else title,
        reason=f"{reason}{more}",
        fix=first.hint or "Mend it and save: the next save is deployed.",
        details=tuple(f"{error.place}: {error.message}".lstrip(": ") for error in errors),
    )
