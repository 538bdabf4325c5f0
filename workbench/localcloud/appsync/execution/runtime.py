"""What the execution of operations needs from outside, given as callables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from workbench.localcloud.appsync.data_sources.invoke import invoke
from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.evaluation import Context, Effects, Evaluation, Facts

EvaluateMapping = Callable[[str, Context, Effects, Facts], Evaluation]
EvaluateHandler = Callable[
    [str, Literal["request", "response"], Context, Effects, Facts], Evaluation
]


@dataclass(frozen=True, slots=True)
class Runtime:
    """The engines for VTL and JavaScript, and the world behind the data sources."""

    evaluate_mapping: EvaluateMapping
    evaluate_handler: EvaluateHandler
    services: Services
    invoke: Callable[..., Awaitable[Any]] = invoke
    """:func:`workbench.localcloud.appsync.data_sources.invoke.invoke`."""
