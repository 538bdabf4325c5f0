"""``amplify-tui functions list``: which functions the sandbox has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.output import out, out_json
from workbench.wording import plural

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.functions.backend_functions import BackendFunction


def register(actions: Actions) -> None:
    """Add the sub-command."""
    found = add_functions_action(actions, "list", "the sandbox's functions", _run)
    found.add_argument("--all", action="store_true", help="with those that serve custom resources")


def _run(arguments: argparse.Namespace) -> int:
    functions = opened_functions(arguments).functions()
    shown = [each for each in functions if arguments.all or not each.is_internal]
    if arguments.json:
        out_json([_document(each) for each in shown])
        return 0
    width = max((len(each.name) for each in shown), default=0)
    for each in shown:
        facts = f"{each.runtime}  {each.memory} MB  {plural(each.timeout, 'second')}"
        out(f"{each.name:<{width}}  {facts}  {each.function}")
    if not shown:
        out("There are no functions.")
    return 0


def _document(function: BackendFunction) -> dict[str, Any]:
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
