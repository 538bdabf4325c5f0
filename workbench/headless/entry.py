"""The headless front end: every command, its exit code, and no stack trace whatever happens.

Exit codes: 0 success; 1 failure; 2 a wrong command line; 5 a state of a newer release; 130 Ctrl-C; 143 SIGTERM.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.headless.arguments import build_parser
from workbench.headless.paint import Paint

if TYPE_CHECKING:
    from workbench.deploy.models import Failure
    from workbench.startup import Session


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (a wrong command line ends the process with 2)."""
    arguments = build_parser(_version()).parse_args(list(sys.argv[1:] if argv is None else argv))
    try:
        return _run(arguments)
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 128 + signal.SIGINT
    except BrokenPipeError:
        # Python would complain again when it closes stdout at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except Exception as error:  # noqa: BLE001 - the last net: one line for the user, a file for us
        return _explain(error)


def _run(arguments: argparse.Namespace) -> int:
    # Each command's module is imported when it runs: ``--help`` must not pay for botocore.
    match arguments.command:
        case "init":
            from workbench.headless.init_project import init_project

            return init_project(arguments)
        case "convert":
            from workbench.headless.convert import convert_project

            return convert_project(arguments)
        case "local":
            from workbench.headless.local_cloud import local_cloud

            return local_cloud(arguments)
        case "doctor":
            from workbench.headless.doctor import doctor

            return doctor(arguments)
        case "history":
            from workbench.headless.history import history

            return history(arguments)
        case "sandbox":
            from workbench.headless.run_sandbox import run_sandbox

            run_sandbox(_session(arguments, asks=True), arguments)
        case "pipeline-deploy":
            from workbench.headless.pipeline_deploy import pipeline_deploy

            pipeline_deploy(_session(arguments), arguments)
        case "diff":
            from workbench.headless.show_diff import show_diff

            return show_diff(_session(arguments), arguments)
        case "outputs":
            from workbench.headless.generate_outputs import generate_outputs

            return generate_outputs(_session(arguments), arguments)
        case "delete":
            from workbench.headless.delete_sandbox import delete_sandbox

            return delete_sandbox(_session(arguments), arguments)
        case "branches":
            from workbench.headless.branches import manage_branches

            return manage_branches(_session(arguments), arguments)
        case "secret" | "env":
            from workbench.headless import secrets

            if arguments.command == "env":
                return secrets.manage_variables(_session(arguments), arguments)
            return secrets.manage_secrets(_session(arguments), arguments)
        case "users":
            from workbench.headless.users import manage_users

            return manage_users(_session(arguments), arguments)
        case "query" | "subscribe" | "schema":
            from workbench.headless import playground

            commands = {
                "query": playground.run_query,
                "subscribe": playground.run_subscribe,
                "schema": playground.show_schema,
            }
            return commands[arguments.command](lambda: _session(arguments), arguments)
        case _:
            from workbench.headless.show_status import show_status

            return show_status(_session(arguments), arguments)


def _session(arguments: argparse.Namespace, *, asks: bool = False) -> Session:
    from workbench.startup import Flags, choose_target, prepare

    flags = Flags(local=arguments.local, profile=arguments.profile, identifier=arguments.identifier)
    session = prepare(Path.cwd(), flags)
    if session.target_chosen or not asks or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return session
    from workbench.aws.target import AwsTarget

    print("Where shall this project be deployed? (remembered; --local and --profile decide anew)")
    print("  1  local cloud: no account, no network, on this machine")
    print("  2  AWS, with the default credentials")
    answer = input("Choose [1]: ").strip()
    return choose_target(session, AwsTarget() if answer == "2" else session.target)


def _explain(error: Exception) -> int:
    from workbench.deploy.failure import DeploymentFailed
    from workbench.headless.lines import HumanLines
    from workbench.localcloud.lifecycle import LocalCloudProblem
    from workbench.loop.crash import crash_line, write_crash_log
    from workbench.project.models import ProjectProblem

    paint = Paint.of(sys.stderr)
    if isinstance(error, ProjectProblem | LocalCloudProblem):
        print(f"{paint.bad('✗')} {error}", file=sys.stderr)
        return error.exit_code if isinstance(error, LocalCloudProblem) else 1
    failure = error.failure if isinstance(error, DeploymentFailed) else _aws_failure(error)
    if failure is not None:
        print("\n".join(HumanLines(paint).failure(failure)), file=sys.stderr)
        return 1
    log = write_crash_log(Path.cwd() / ".amplify" / "workbench", error)
    print(f"{paint.bad('✗')} {crash_line(error, log)}", file=sys.stderr)
    return 1


def _aws_failure(error: Exception) -> Failure | None:
    from botocore.exceptions import BotoCoreError, ClientError

    from workbench.aws.target import AwsTarget
    from workbench.deploy.failure import failure_from_exception

    if isinstance(error, BotoCoreError | ClientError):
        return failure_from_exception(error, AwsTarget())
    return None


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("amplify-tui")
    except PackageNotFoundError:
        return "(not installed)"
