"""All that is known of one function: what starts it, what it may do, its settings and its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from workbench.deploy.live.models import LiveStack
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.bundles import Bundle, bundle_of
from workbench.functions.event_sources import (
    EventSource,
    Queue,
    event_sources,
    function_dead_letters,
)
from workbench.functions.grants import RoleGrants, friendly_names, role_grants
from workbench.functions.open_functions import OpenedFunctions, ask
from workbench.functions.schedules import Schedule, read_schedules
from workbench.functions.starts import Start, StartKind, starts_of
from workbench.functions.statistics import Statistics, statistics
from workbench.functions.variables import Variable, variables
from workbench.model.user_problem import UserProblem

_Found = TypeVar("_Found")
_SHOWN_LIVE = (StartKind.QUEUE, StartKind.STREAM, StartKind.SCHEDULE)
"""What ``sources`` and ``schedules`` have with more of it."""


@dataclass(frozen=True, slots=True)
class FunctionFacts:
    """``starts`` are the sources that are neither mappings nor schedules.

    ``dead_letters`` are of asynchronous invocations. ``notes`` say what could not be read.
    """

    function: BackendFunction
    starts: tuple[Start, ...]
    sources: tuple[EventSource, ...]
    schedules: tuple[Schedule, ...]
    dead_letters: tuple[Queue, ...]
    statistics: Statistics | None
    variables: tuple[Variable, ...]
    grants: RoleGrants
    bundle: Bundle | None
    packed_size: int
    runtime_version: str
    modified: str
    notes: tuple[str, ...]


def read_facts(
    opened: OpenedFunctions, live: LiveStack, function: BackendFunction
) -> FunctionFacts:
    """Read them, in a few threads; blocks. Raises UserProblem if the function itself is denied."""
    notes: list[str] = []

    def note(problem: UserProblem) -> None:
        notes.append(f"{problem.what} {problem.next_step}".strip())

    def noted(read: Callable[[], _Found]) -> _Found | None:
        try:
            return read()
        except UserProblem as problem:
            note(problem)
            return None

    found: Mapping[str, Any] = ask(
        lambda: opened.clients.lambda_.get_function(FunctionName=function.function)
    )["Configuration"]
    role = str(found.get("Role") or function.role)
    dead = str((found.get("DeadLetterConfig") or {}).get("TargetArn") or "")
    with ThreadPoolExecutor(4, thread_name_prefix="facts") as pool:
        sources = pool.submit(event_sources, opened, function, note)
        dead_letters = pool.submit(function_dead_letters, opened, function, dead, note)
        schedules = pool.submit(read_schedules, opened, live, function, note)
        grants = pool.submit(role_grants, opened, live, role, note)
        numbers = pool.submit(noted, lambda: statistics(opened, [function]))
        bundle = pool.submit(noted, lambda: bundle_of(opened, live, function))
    version = str((found.get("RuntimeVersionConfig") or {}).get("RuntimeVersionArn") or "")
    given = (found.get("Environment") or {}).get("Variables") or {}
    return FunctionFacts(
        function=function,
        starts=_others(starts_of(live).get(function.function, ())),
        sources=sources.result(),
        schedules=schedules.result(),
        dead_letters=dead_letters.result(),
        statistics=(numbers.result() or {}).get(function.function),
        variables=variables(given, friendly_names(live)),
        grants=grants.result(),
        bundle=bundle.result(),
        packed_size=int(found.get("CodeSize") or 0),
        runtime_version=version.rpartition(":")[2],
        modified=str(found.get("LastModified") or ""),
        notes=tuple(dict.fromkeys(notes)),
    )


def _others(starts: Sequence[Start]) -> tuple[Start, ...]:
    return tuple(each for each in starts if each.kind not in _SHOWN_LIVE)
