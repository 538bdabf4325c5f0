"""The engines and services that execute operations, given as callables."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Literal

from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.evaluation import Context, Effects, Evaluation, Facts

EvaluateMapping = Callable[[str, Context, Effects, Facts, Hashable], Awaitable[Evaluation]]
EvaluateHandler = Callable[
    [str, Literal["request", "response"], Context, Effects, Facts, Hashable], Awaitable[Evaluation]
]
"""Both as :class:`workbench.localcloud.appsync.workers.evaluator.Evaluator` has them; the last is
whose evaluation it is: one's slow ones leave room for those of others."""


@dataclass(frozen=True, slots=True)
class Engines:
    """The engines for VTL and JavaScript, and the world behind the data sources."""

    evaluate_mapping: EvaluateMapping
    evaluate_handler: EvaluateHandler
    services: Services
