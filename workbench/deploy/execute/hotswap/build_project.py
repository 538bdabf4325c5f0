"""Swaps a CodeBuild project's source and environment."""

from __future__ import annotations

from typing import Any

from workbench.aws.clients import Clients
from workbench.deploy.plan.instructions import SwapBuildProject
from workbench.model.deployment import Json

_RENAMED = {"BuildSpec": "buildspec"}


def swap_build_project(clients: Clients, swap: SwapBuildProject) -> None:
    """Update the project from its evaluated CloudFormation properties."""
    name = swap.target.physical_id.rpartition("/")[2]
    clients.client("codebuild").update_project(name=name, **_lowered(dict(swap.properties)))


def _lowered(value: Json) -> Any:
    if isinstance(value, dict):
        return {_lower(name): _lowered(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_lowered(item) for item in value]
    return value


def _lower(name: str) -> str:
    return _RENAMED.get(name, name[:1].lower() + name[1:])
