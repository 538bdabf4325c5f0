"""``amplify-tui pipeline-deploy``: deploys one branch's backend once, as ``ampx`` does in CI."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Final, NoReturn

from workbench.cli.colours import Paint
from workbench.cli.flags import add_json, add_outputs, add_target
from workbench.cli.output import out
from workbench.cli.parser import Parser
from workbench.cli.session import open_session
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

if TYPE_CHECKING:
    import argparse

NAME: Final = "pipeline-deploy"
ABOUT: Final = "deploy a branch's backend once, in CI"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    parser.add_argument("--branch", required=True, help="the Git branch's name")
    parser.add_argument("--app-id", required=True, help="the Amplify app's id")
    add_json(parser, "one JSON object for each event")
    add_target(parser)
    add_outputs(parser)


def run(arguments: argparse.Namespace) -> NoReturn:
    """Deploy as the branch's backend and write the outputs; 0 for success, 1 for failure.

    Types are always checked. Raises UserProblem outside of CI (``CI`` not set).
    """
    from dataclasses import replace

    from workbench.cli.branch_deployment import BRANCH_OPTIONS, link_branch
    from workbench.cli.loop_run import SUCCESSES, absolute, human_emit, json_emit, leave, run_loop
    from workbench.project.models import BackendIdentity
    from workbench.startup import for_branch

    session = open_session(arguments)
    if not os.environ.get("CI"):
        raise UserProblem(
            "pipeline-deploy is for CI, and CI is not set.",
            f"Use `{amplify_tui('sandbox')}` here, or set CI=1.",
        )
    identity = BackendIdentity(arguments.app_id, arguments.branch, "branch")
    session = for_branch(session, identity)
    options = replace(
        BRANCH_OPTIONS,
        once=True,
        outputs_format=arguments.outputs_format,
        outputs_version=arguments.outputs_version,
        outputs_dir=absolute(arguments.outputs_out_dir),
    )
    if arguments.json:
        emit = json_emit()
    else:
        paint = Paint.of(sys.stdout)
        out(f"{paint.strong(identity.name)} · {session.target.label} · {session.stack_name}")
        emit = human_emit(paint, every_resource=True, once=True)
    result, stopped_by = run_loop(session, options, emit)
    if stopped_by:
        leave(128 + stopped_by)
    if result not in SUCCESSES:
        leave(1)
    if session.project.language == "python":
        link_branch(session)
    leave(0)
