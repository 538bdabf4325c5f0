"""Swaps a CodeBuild project's source and environment."""

from __future__ import annotations

from workbench.aws.clients import Clients
from workbench.deploy.execute.hotswap.api_arguments import lowered
from workbench.deploy.plan.instructions import SwapBuildProject

_RENAMED = {"BuildSpec": "buildspec"}


def swap_build_project(clients: Clients, swap: SwapBuildProject) -> None:
    """Update the project from its evaluated CloudFormation properties."""
    name = swap.target.physical_id.rpartition("/")[2]
    clients.client("codebuild").update_project(
        name=name, **lowered(dict(swap.properties), _RENAMED)
    )
