"""The selected environment, when it is not the user's own sandbox: API, users, resources.

Everything is read from the environment's stack, so it needs no outputs file. All functions block,
and raise UserProblem where the environment cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_message
from workbench.aws.permissions import permission_problem
from workbench.aws.trusted_endpoint import trusted_api
from workbench.branches.context import OpenedBranches
from workbench.branches.environments import Environment
from workbench.deploy.execute.delete import delete_backend
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.resources import list_resources
from workbench.deploy.outputs.outputs import read_outputs
from workbench.deploy.plan.data_loss import losses_of_deletion
from workbench.functions.open_functions import OpenedFunctions
from workbench.model.deployment import LiveResource, Loss
from workbench.model.events import discard
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import auth_of_outputs, of_outputs
from workbench.playground.api import PlaygroundApi
from workbench.playground.caller_credentials import CallerCredentials
from workbench.playground.graphql_apis import GraphqlApi
from workbench.printed_commands import aim, aim_at
from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import FILE_NAME
from workbench.users.user_pools import UserPool


@dataclass(frozen=True, slots=True)
class SelectedEnvironment:
    """A deployed environment that the workbench can be switched to; ``stack`` is its root stack."""

    name: str
    stack: str
    is_production: bool = False


def selection_of(environment: Environment) -> SelectedEnvironment | None:
    """The environment to switch to; None where nothing is deployed."""
    if environment.stack is None:
        return None
    hosted = environment.hosted
    production = hosted is not None and hosted.is_production
    return SelectedEnvironment(environment.name, environment.stack.name, production)


def open_api(opened: OpenedBranches, selected: SelectedEnvironment) -> PlaygroundApi:
    """The environment's GraphQL API with its callers."""
    endpoint = of_outputs(_outputs(opened, selected), selected.name)
    where = f"The stack {selected.stack}"
    api_id = trusted_api(endpoint, opened.clients, where, selected.stack)
    callers = CallerCredentials(opened.clients, endpoint.auth, _sign_ins_file(opened, selected))
    control_plane = GraphqlApi(opened.clients, endpoint, api_id)
    return PlaygroundApi(endpoint, callers, control_plane, opened.clients.ca_bundle)


def open_pool(opened: OpenedBranches, selected: SelectedEnvironment) -> OpenedPool:
    """The environment's user pool; it has a name, so that deletions there must be typed."""
    auth = auth_of_outputs(_outputs(opened, selected), selected.name)
    pool_id = auth.user_pool_id
    if not pool_id:
        raise UserProblem(f"{selected.name} has no user pool.", "Define auth and deploy it.")
    aim_at(replace(aim(), pool=pool_id))
    return OpenedPool(
        UserPool(opened.clients, pool_id),
        opened.clients,
        auth.client_id,
        _sign_ins_file(opened, selected),
        selected.name,
        auth.identity_pool_id,
    )


def open_functions(opened: OpenedBranches, selected: SelectedEnvironment) -> OpenedFunctions:
    """The environment's functions; nothing is asked before they are listed."""
    return OpenedFunctions(
        opened.clients,
        selected.stack,
        opened.project.root,
        _folder(opened, selected),
        selected.name,
        selected.is_production,
    )


def read_resources(
    opened: OpenedBranches, selected: SelectedEnvironment
) -> tuple[LiveResource, ...]:
    """The environment's resources, those of nested stacks too."""
    try:
        live = read_live(opened.clients, selected.stack)
    except (ClientError, BotoCoreError) as error:
        raise permission_problem(error) or UserProblem(
            f"{selected.name} could not be read: {error_message(error)}", "Try again."
        ) from None
    if live is None:
        raise UserProblem(f"{selected.name} is no longer deployed.", "Choose another one.")
    return list_resources(live, None, opened.clients.target)


def read_contents(opened: OpenedBranches, selected: SelectedEnvironment) -> tuple[Loss, ...]:
    """What holds data there, and how much: lost when the environment is deleted."""
    try:
        live = read_live(opened.clients, selected.stack)
        return () if live is None else tuple(losses_of_deletion(opened.clients, live))
    except (ClientError, BotoCoreError) as error:
        raise permission_problem(error) or UserProblem(
            f"{selected.name} could not be read: {error_message(error)}", "Try again."
        ) from None


def delete_sandbox(opened: OpenedBranches, selected: SelectedEnvironment) -> tuple[str, ...]:
    """Delete a sandbox's stack with its data; returns what remains."""
    try:
        return delete_backend(opened.clients, selected.stack, discard).remaining
    except DeploymentProblem as failed:
        raise UserProblem(
            f"{selected.name} is only partly deleted: {failed.what}.",
            "Check its stack, then try again.",
        ) from None
    except (ClientError, BotoCoreError) as error:
        raise permission_problem(error) or UserProblem(
            f"{selected.name} could not be deleted: {error_message(error)}", "Try again."
        ) from None


def _outputs(opened: OpenedBranches, selected: SelectedEnvironment) -> Mapping[str, Any]:
    try:
        # Clients of models need the introspection; the workbench asks the API itself.
        return read_outputs(opened.clients, selected.stack, lambda _schema: {})
    except (ClientError, BotoCoreError) as error:
        raise permission_problem(error) or UserProblem(
            f"{selected.name} could not be read: {error_message(error)}", "Try again."
        ) from None


def _sign_ins_file(opened: OpenedBranches, selected: SelectedEnvironment) -> Path:
    return _folder(opened, selected) / FILE_NAME


def _folder(opened: OpenedBranches, selected: SelectedEnvironment) -> Path:
    return opened.project.sandbox_dir(selected.stack, opened.clients.target.key)
