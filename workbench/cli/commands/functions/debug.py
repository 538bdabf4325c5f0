"""``amplify-tui functions debug``: a function waits for a debugger, until it is turned off."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from workbench.cli.colours import Paint
from workbench.cli.commands.functions.opened import add_functions_action, opened_functions
from workbench.cli.output import done, err, out, out_json
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse

    from workbench.cli.parser import Actions
    from workbench.functions.backend_functions import BackendFunction
    from workbench.functions.debug import DebugAddress
    from workbench.functions.open_functions import OpenedFunctions


def register(actions: Actions) -> None:
    """Add the sub-command."""
    debug = add_functions_action(
        actions, "debug", "restart a function of the local cloud with a debugger's port", _run
    )
    debug.add_argument("name", metavar="NAME", nargs="?", help="without it: those that have one")
    debug.add_argument("--off", action="store_true", help="restart it without")
    debug.add_argument("--launch-json", action="store_true", help="add it to .vscode/launch.json")


def _run(arguments: argparse.Namespace) -> int:
    from workbench.functions.debug import debug_off, debug_on, debugged, launch_configuration
    from workbench.functions.launch_json import add_configuration
    from workbench.functions.open_functions import named

    opened = opened_functions(arguments)
    if not arguments.name:
        if arguments.off or arguments.launch_json:
            raise UserProblem("Which function?", "Name one.", exit_code=2)
        return _list(opened, debugged(opened), as_json=arguments.json)
    function = named(opened.functions(), arguments.name)
    if arguments.off:
        was_on = debug_off(opened, function)
        if arguments.json:
            out_json({"function": function.name, "was": was_on})
        else:
            done(f"{function.name} runs without a debugger")
        return 0
    address = debug_on(opened, function)
    if arguments.launch_json:
        path = add_configuration(opened.root, launch_configuration(opened, function, address))
        done(f"Added to {path.relative_to(opened.root)}")
    if arguments.json:
        out_json(_document(function, address))
    else:
        _report(function, address)
    return 0


def _list(opened: OpenedFunctions, found: dict[str, DebugAddress], *, as_json: bool) -> int:
    functions = [each for each in opened.functions() if each.arn in found]
    if as_json:
        out_json([_document(each, found[each.arn]) for each in functions])
        return 0
    for each in functions:
        address = found[each.arn]
        out(f"{each.name}  {address.host}:{address.port}  {address.url}".rstrip())
    if not functions:
        out("No function has a debugger.")
    return 0


def _report(function: BackendFunction, address: DebugAddress) -> None:
    """The address on standard output, all else on standard error."""
    paint = Paint.of(sys.stderr)
    kind = "Node.js inspector" if address.is_node else "debugpy"
    err(f"{function.name} waits for a debugger ({kind})")
    out(address.url or f"{address.host}:{address.port}")
    if address.devtools:
        err(paint.faint(f"in Chrome: {address.devtools}"))
    if address.forwarding:
        err(paint.faint(f"over SSH, on your machine: {address.forwarding}"))
    if address.problem:
        err(paint.bad(f"✗ Its code could not be loaded: {address.problem}"))
    off = amplify_tui("functions", "debug", function.name, "--off")
    err(
        paint.faint("Its invocations take turns, and no time limit counts, until"),
        paint.faint(f"`{off}`."),
    )


def _document(function: BackendFunction, address: DebugAddress) -> dict[str, object]:
    found = {name: value for name, value in asdict(address).items() if value}
    return {
        "function": function.name, **found,
        **({"devtools": address.devtools} if address.devtools else {}),
        **({"forwarding": address.forwarding} if address.forwarding else {}),
    }  # fmt: skip
