"""Deleting a branch's backend on the local cloud, as Amplify Hosting does with the branch."""

from __future__ import annotations

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.deploy.execute.delete import delete_backend
from workbench.model.events import unheard
from workbench.project.identity import stack_name
from workbench.project.models import BackendIdentity


def delete_branch_backend(target: LocalTarget, app_id: str, branch: str) -> None:
    """Delete the branch's stack with its data; nothing where none is deployed. Blocks."""
    name = stack_name(BackendIdentity(app_id, branch, "branch"))
    delete_backend(Clients(target), name, unheard)
