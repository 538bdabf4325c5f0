"""``amplify-tui sandbox``: deploys, then deploys again on each save; the events as lines."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from workbench.cli.colours import Paint
from workbench.cli.flags import add_iam, add_json, add_outputs, add_target
from workbench.cli.output import out
from workbench.cli.parser import Parser
from workbench.cli.session import open_session
from workbench.cli.terminal_sign_in import sign_in_where_needed
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse

    from workbench.loop.function_log_stream import FunctionLogOptions

NAME: Final = "sandbox"
ABOUT: Final = "deploy, then deploy again on each save"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)
    add_iam(parser)
    parser.add_argument("--once", action="store_true", help="deploy once, then end")
    add_json(parser, "one JSON object for each event")
    parser.add_argument("--no-type-check", action="store_true", help="deploy without type check")
    parser.add_argument(
        "--allow-destroy", action="store_true", help="allow changes that destroy data"
    )
    parser.add_argument(
        "--express",
        action="store_true",
        help="AWS: do not wait until resources are ready (CloudFormation's express mode)",
    )
    parser.add_argument("--dir-to-watch", type=Path, help="watch this folder (default: amplify)")
    parser.add_argument(
        "--exclude",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATTERN",
        help="ignore changes of files like these",
    )
    add_outputs(parser)
    parser.add_argument(
        "--stream-function-logs", action="store_true", help="show what the functions log"
    )
    parser.add_argument(
        "--logs-filter",
        nargs="+",
        action="extend",
        default=[],
        metavar="PATTERN",
        help="only functions with names like these regular expressions",
    )
    parser.add_argument(
        "--logs-out-file", type=Path, metavar="FILE", help="append the functions' logs to this file"
    )


def run(arguments: argparse.Namespace) -> NoReturn:
    """Run until the end of this process: 0 for success, 1 for failure, 128 + n after signal n."""
    from workbench.aws.target import AwsTarget
    from workbench.cli.loop_run import SUCCESSES, absolute, human_emit, json_emit, leave, run_loop
    from workbench.loop.options import SandboxOptions

    function_logs = _function_logs(arguments)
    session = open_session(arguments, asks=True)
    sign_in_where_needed(session)
    watched = arguments.dir_to_watch
    if watched is not None and not watched.expanduser().is_dir():
        raise UserProblem(
            f"There is no folder {watched} to watch.",
            "Name another one with --dir-to-watch, or leave it out.",
        )
    options = SandboxOptions(
        function_logs=function_logs,
        once=arguments.once,
        type_check=not arguments.no_type_check,
        interactive=False,
        allow_destroy=arguments.allow_destroy,
        express=arguments.express,
        watch_dir=absolute(watched),
        exclude=tuple(arguments.exclude),
        outputs_format=arguments.outputs_format,
        outputs_version=arguments.outputs_version,
        outputs_dir=absolute(arguments.outputs_out_dir),
    )
    if arguments.json:
        emit = json_emit()
    else:
        paint = Paint.of(sys.stdout)
        out(
            f"{paint.strong(session.project.package_name)} · {session.identity.name} · "
            f"{session.target.label} · {paint.faint(session.stack_name)}",
            flush=True,
        )
        on_aws = isinstance(session.target, AwsTarget)
        emit = human_emit(paint, every_resource=on_aws, once=arguments.once)
    result, stopped_by = run_loop(session, options, emit)
    if stopped_by:
        if not arguments.json:
            delete = amplify_tui("delete", exact=True)
            out(f"Ended. The sandbox stays deployed; `{delete}` deletes it.")
        leave(128 + stopped_by)
    leave(0 if result in SUCCESSES else 1)


def _function_logs(arguments: argparse.Namespace) -> FunctionLogOptions | None:
    """What is streamed, as with ampx: a filter or a file alone asks for it, too."""
    wanted = arguments.stream_function_logs or arguments.logs_filter or arguments.logs_out_file
    if not wanted:
        return None
    if arguments.once:
        raise UserProblem(
            "With --once there is nothing to stream: it ends after the deployment.",
            "Leave out --once, or the options for functions' logs.",
            exit_code=2,
        )
    from workbench.cli.loop_run import absolute
    from workbench.function_logs.functions import name_patterns
    from workbench.loop.function_log_stream import FunctionLogOptions

    return FunctionLogOptions(
        name_patterns(arguments.logs_filter), absolute(arguments.logs_out_file)
    )
