"""``amplify-tui pipeline-deploy``: one branch's backend, deployed once, as ``ampx`` does it in CI."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from typing import NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.cli.colours import Paint
from workbench.cli.commands.sandbox import GOOD, human_emit, json_emit, leave, run_once
from workbench.cli.output import err, out
from workbench.loop.options import SandboxOptions
from workbench.model.events import unheard
from workbench.project.models import BackendIdentity, ProjectProblem
from workbench.startup import Session, connect

BRANCH_OPTIONS = SandboxOptions(
    interactive=False,
    allow_destroy=True,
    allowed_by="a branch is deployed as its commit says",
    hotswap=False,
)
"""How branches are deployed: as ampx does it in CI."""


def pipeline_deploy(
    session: Session, arguments: argparse.Namespace, environment: Mapping[str, str] = os.environ
) -> NoReturn:
    """Deploy as the branch's backend and write the outputs; 0 for success, 1 for failure.

    Types are always checked, nothing is hot-swapped, and what the code no longer has is destroyed,
    as in ampx. Raises ProjectProblem outside of CI (``CI`` set).
    """
    if not environment.get("CI"):
        raise ProjectProblem(
            "pipeline-deploy is for CI, and CI is not set.",
            "Use `amplify-tui sandbox` here, or set CI=1.",
        )
    identity = BackendIdentity(arguments.app_id, arguments.branch, "branch")
    session = replace(session, identity=identity)
    options = replace(
        BRANCH_OPTIONS,
        once=True,
        outputs_format=arguments.outputs_format,
        outputs_version=arguments.outputs_version,
        outputs_dir=arguments.outputs_out_dir and arguments.outputs_out_dir.absolute(),
    )
    if arguments.json:
        emit = json_emit()
    else:
        paint = Paint.of(sys.stdout)
        out(f"{paint.strong(identity.name)} · {session.target.label} · {session.stack_name}")
        emit = human_emit(paint, every_resource=True, once=True)
    result, stopped_by = asyncio.run(run_once(session, options, emit))
    if stopped_by:
        leave(128 + stopped_by)
    if result not in GOOD:
        leave(1)
    if session.project.language == "python":
        link_branch(session)
    leave(0)


def link_branch(session: Session) -> None:
    """Tell Amplify which stack is the branch's; a TypeScript backend has a resource that does so."""
    clients = Clients(connect(session, unheard).target)
    identity, name = session.identity, session.stack_name
    try:
        stack = clients.cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        clients.client("amplify").update_branch(
            appId=identity.namespace,
            branchName=identity.name,
            backend={"stackArn": stack["StackId"]},
        )
    except (ClientError, BotoCoreError) as error:
        # The backend is deployed all the same; only the console does not show it at the branch.
        err(f"The branch is not linked to {name}: {error}")
