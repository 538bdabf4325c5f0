"""``amplify-tui functions list``: which functions the sandbox has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.output import err, out, out_json
from workbench.model.user_problem import UserProblem
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.functions.backend_functions import BackendFunction
    from workbench.functions.open_functions import OpenedFunctions
    from workbench.functions.starts import Start
    from workbench.functions.statistics import Statistics


def register(actions: Actions) -> None:
    """Add the sub-command."""
    found = add_functions_action(
        actions, "list", "the sandbox's functions with their last hour", _run
    )
    found.add_argument("--all", action="store_true", help="with those that serve custom resources")


def _run(arguments: argparse.Namespace) -> int:
    from workbench.functions.backend_functions import backend_functions
    from workbench.functions.starts import starts_of

    opened = opened_functions(arguments)
    live = opened.live()
    functions = backend_functions(live)
    shown = [each for each in functions if arguments.all or not each.is_internal]
    numbers = known_statistics(opened, shown)
    if arguments.json:
        starts = starts_of(live)
        out_json(
            [
                function_document(each)
                | starts_document(starts.get(each.function, ()))
                | statistics_document(numbers.get(each.function))
                for each in shown
            ]
        )
        return 0
    width = max((len(each.name) for each in shown), default=0)
    for each in shown:
        facts = f"{each.runtime}  {each.memory} MB  {plural(each.timeout, 'second')}"
        numbered = _numbers(numbers.get(each.function))
        out(f"{each.name:<{width}}  {numbered}  {facts}  {each.function}")
    if not shown:
        out("There are no functions.")
    return 0


def known_statistics(
    opened: OpenedFunctions, functions: Sequence[BackendFunction]
) -> Mapping[str, Statistics]:
    """The functions' last hour; where it is not known, standard error says why."""
    from workbench.functions.statistics import statistics

    try:
        return statistics(opened, functions) if functions else {}
    except UserProblem as problem:
        err(f"{problem.what} {problem.next_step}")
        return {}


def _numbers(found: Statistics | None) -> str:
    """The last run, failed ones of the last hour, p95: in columns."""
    from workbench.functions.statistics_words import last_run_words, milliseconds_words

    if found is None:
        return " " * 25
    last = last_run_words(found.last_run, datetime.now())
    failed = f"{found.errors:,} failed" if found.errors else ""
    return f"{last:<7}{failed:<10}{milliseconds_words(found.p95):>8}"


def statistics_document(found: Statistics | None) -> dict[str, Any]:
    """A function's last hour; null where it is not known."""
    if found is None:
        return {"statistics": None}
    return {
        "statistics": {
            "lastRun": found.last_run or None,
            "runs": found.runs,
            "errors": found.errors,
            "throttles": found.throttles,
            "p50": found.p50,
            "p95": found.p95,
            "minutes": [[each.runs, each.errors] for each in found.minutes],
        }
    }


def starts_document(starts: Sequence[Start]) -> dict[str, Any]:
    """What starts a function."""
    return {
        "startedBy": [
            {
                "kind": each.kind.value,
                "source": each.what,
                "detail": each.detail,
                "resource": each.resource,
            }
            for each in starts
        ]
    }


def function_document(function: BackendFunction) -> dict[str, Any]:
    """What a function is."""
    return {
        "name": function.name,
        "function": function.function,
        "arn": function.arn,
        "runtime": function.runtime,
        "handler": function.handler,
        "memory": function.memory,
        "timeout": function.timeout,
        "logGroup": function.log_group,
        "internal": function.is_internal,
        "constructPath": function.construct_path,
    }
