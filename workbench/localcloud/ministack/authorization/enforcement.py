"""Whether IAM is on for this local cloud, and who is told of its refusals."""

from __future__ import annotations

from collections.abc import Callable

from workbench.localcloud.iam.denials import Refusal

Report = Callable[[Refusal], None]


def _nobody(_refusal: Refusal) -> None:
    """Until the server says who."""


_enforced = [True]
_report: list[Report] = [_nobody]


def is_enforced() -> bool:
    """Whether callers are held to their policies."""
    return _enforced[0]


def enforce(*, on: bool) -> None:
    """Turn IAM on or off."""
    _enforced[0] = on


def report_to(told: Report) -> None:
    """Say who is told of refusals."""
    _report[0] = told


def report(refusal: Refusal) -> None:
    """A caller was refused."""
    _report[0](refusal)
