"""The headless front end: every command, its exit code, and no stack trace whatever happens.

Exit codes: 0 success; 1 failure; 2 a wrong command line; 5 a state of a newer release; 130 Ctrl-C; 143 SIGTERM.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.cli.colours import Paint
from workbench.cli.output import (
    OutputLost,
    ask,
    err,
    finish,
    give_up_output,
    out,
    prepare_streams,
)
from workbench.cli.parser import build_parser

if TYPE_CHECKING:
    from workbench.model.deployment import Failure
    from workbench.startup import Session


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (a wrong command line ends the process with 2)."""
    prepare_streams()
    try:
        try:
            code = _explained(list(sys.argv[1:] if argv is None else argv))
        finally:
            finish()
        return code
    except BrokenPipeError:
        give_up_output()
        return 128 + signal.SIGPIPE
    except OutputLost as lost:
        give_up_output()
        err(f"{Paint.of(sys.stderr).bad('✗')} The output cannot be written: {lost}.")
        return 1


def _explained(words: list[str]) -> int:
    arguments = build_parser(_version()).parse_args(words)
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        err("")
        return 128 + signal.SIGINT
    except (BrokenPipeError, OutputLost):
        raise
    except Exception as error:  # noqa: BLE001 - the last net: one line for the user, a file for us
        return _explain(error)


def _run(arguments: argparse.Namespace) -> int:
    # Each command's module is imported when it runs: ``--help`` must not pay for botocore.
    match arguments.command:
        case "init":
            from workbench.cli.commands.init import init_project

            return init_project(arguments)
        case "convert":
            from workbench.cli.commands.convert import convert_project

            return convert_project(arguments)
        case "local":
            from workbench.cli.commands.local import local_cloud

            return local_cloud(arguments)
        case "doctor":
            from workbench.cli.commands.doctor import doctor

            return doctor(arguments)
        case "history":
            from workbench.cli.commands.history import history

            return history(arguments)
        case "sandbox":
            from workbench.cli.commands.sandbox import run_sandbox

            run_sandbox(_session(arguments, asks=True), arguments)
        case "pipeline-deploy":
            from workbench.cli.commands.pipeline_deploy import pipeline_deploy

            pipeline_deploy(_session(arguments), arguments)
        case "diff":
            from workbench.cli.commands.diff import show_diff

            return show_diff(_session(arguments), arguments)
        case "outputs":
            from workbench.cli.commands.outputs import generate_outputs

            return generate_outputs(_session(arguments), arguments)
        case "delete":
            from workbench.cli.commands.delete import delete_sandbox

            return delete_sandbox(_session(arguments), arguments)
        case "branches":
            from workbench.cli.commands.branches.environments import manage_branches

            return manage_branches(_session(arguments), arguments)
        case "secret" | "env":
            from workbench.cli.commands import secret as secrets

            if arguments.command == "env":
                return secrets.manage_variables(_session(arguments), arguments)
            return secrets.manage_secrets(_session(arguments), arguments)
        case "users":
            from workbench.cli.commands.users.accounts import manage_users

            return manage_users(_session(arguments), arguments)
        case "query" | "subscribe" | "schema":
            from workbench.cli.commands import query as playground

            commands = {
                "query": playground.run_query,
                "subscribe": playground.run_subscribe,
                "schema": playground.show_schema,
            }
            return commands[arguments.command](lambda: _session(arguments), arguments)
        case _:
            from workbench.cli.commands.status import show_status

            return show_status(_session(arguments), arguments)


def _session(arguments: argparse.Namespace, *, asks: bool = False) -> Session:
    from workbench.startup import Flags, choose_target, prepare

    flags = Flags(local=arguments.local, profile=arguments.profile, identifier=arguments.identifier)
    session = prepare(Path.cwd(), flags)
    if session.target_chosen or not asks or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return session
    from workbench.aws.target import AwsTarget

    out("Where shall this project be deployed? (remembered; --local and --profile decide anew)")
    out("  1  local cloud: no account, no network, on this machine")
    out("  2  AWS, with the default credentials")
    answer = ask("Choose [1]: ")
    return choose_target(session, AwsTarget() if answer == "2" else session.target)


def _explain(error: Exception) -> int:
    from workbench.cli.event_text import HumanLines
    from workbench.crash_log import crash_folder, crash_line, write_crash_log
    from workbench.deploy.failure.failure import DeploymentProblem
    from workbench.model.system_problem import system_problem
    from workbench.model.user_problem import UserProblem

    paint = Paint.of(sys.stderr)
    if isinstance(error, UserProblem) and not isinstance(error, DeploymentProblem):
        err(*f"{paint.bad('✗')} {error}".split("\n"))
        return error.exit_code
    failure = error.failure if isinstance(error, DeploymentProblem) else _aws_failure(error)
    if failure is not None:
        err(*HumanLines(paint).failure(failure))
        return 1
    problem = system_problem(error)
    if problem is not None:
        err(*f"{paint.bad('✗')} {problem}".split("\n"))
        return problem.exit_code
    log = write_crash_log(crash_folder(Path.cwd()), error)
    err(f"{paint.bad('✗')} {crash_line(error, log)}")
    return 1


def _aws_failure(error: Exception) -> Failure | None:
    from botocore.exceptions import BotoCoreError, ClientError

    from workbench.aws.target import AwsTarget
    from workbench.deploy.failure.failure import failure_from_exception

    if isinstance(error, BotoCoreError | ClientError):
        return failure_from_exception(error, AwsTarget())
    return None


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("amplify-tui")
    except PackageNotFoundError:
        return "(not installed)"
