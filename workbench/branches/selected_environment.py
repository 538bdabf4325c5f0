"""Another environment than one's own sandbox: its API, its users, its resources.

Everything is read from the environment's stack, so it needs no outputs file. All functions block,
and raise ProjectProblem where the environment cannot be read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_message
from workbench.aws.trusted_endpoint import check_endpoint
from workbench.branches.context import OpenedBranches
from workbench.branches.environments import Environment
from workbench.deploy.execute.delete import delete_backend
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.reader import read_live
from workbench.deploy.live.resources import list_resources
from workbench.deploy.outputs.outputs import read_outputs
from workbench.deploy.plan.data_loss import losses_of_deletion
from workbench.model.deployment import LiveResource, Loss
from workbench.model.events import unheard
from workbench.outputs_file import of_outputs
from workbench.playground.api import PlaygroundApi
from workbench.playground.caller_credentials import CallerCredentials
from workbench.playground.graphql_apis import GraphqlApi
from workbench.project.models import ProjectProblem
from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import FILE_NAME
from workbench.users.user_pools import UserPool


@dataclass(frozen=True, slots=True)
class Workplace:
    """A deployed environment that the workbench is turned to: ``stack`` is its root stack."""

    name: str
    stack: str
    is_production: bool = False


def workplace_of(environment: Environment) -> Workplace | None:
    """The environment as a workplace; None where nothing is deployed."""
    if environment.stack is None:
        return None
    hosted = environment.hosted
    production = hosted is not None and hosted.is_production
    return Workplace(environment.name, environment.stack.name, production)


def open_api(opened: OpenedBranches, place: Workplace) -> PlaygroundApi:
    """The environment's GraphQL API with its callers."""
    endpoint = of_outputs(_outputs(opened, place), place.name)
    check_endpoint(endpoint, opened.clients, f"The stack {place.stack}")
    callers = CallerCredentials(opened.clients, endpoint, _kept_file(opened, place))
    return PlaygroundApi(endpoint, callers, GraphqlApi(opened.clients, endpoint))


def open_pool(opened: OpenedBranches, place: Workplace) -> OpenedPool:
    """The environment's user pool; it has the environment's name, so deletions there are typed."""
    auth = _outputs(opened, place).get("auth") or {}
    pool_id = str(auth.get("user_pool_id") or "")
    if not pool_id:
        raise ProjectProblem(f"{place.name} has no user pool.", "Define auth and deploy it.")
    return OpenedPool(
        UserPool(opened.clients, pool_id),
        opened.clients,
        str(auth.get("user_pool_client_id") or ""),
        _kept_file(opened, place),
        place.name,
    )


def read_resources(opened: OpenedBranches, place: Workplace) -> tuple[LiveResource, ...]:
    """The environment's resources, those of nested stacks too."""
    try:
        live = read_live(opened.clients, place.stack)
    except (ClientError, BotoCoreError) as error:
        raise ProjectProblem(
            f"{place.name} cannot be read: {error_message(error)}", "Try again."
        ) from None
    if live is None:
        raise ProjectProblem(f"{place.name} is not deployed any more.", "Choose another one.")
    return list_resources(live, None, opened.clients.target)


def read_contents(opened: OpenedBranches, place: Workplace) -> tuple[Loss, ...]:
    """What holds data there, with how much: lost where the environment is deleted."""
    try:
        live = read_live(opened.clients, place.stack)
        return () if live is None else tuple(losses_of_deletion(opened.clients, live))
    except (ClientError, BotoCoreError) as error:
        raise ProjectProblem(
            f"{place.name} cannot be read: {error_message(error)}", "Try again."
        ) from None


def delete_sandbox(opened: OpenedBranches, place: Workplace) -> tuple[str, ...]:
    """Delete a sandbox's stack with its data; what remained all the same."""
    try:
        return delete_backend(opened.clients, place.stack, unheard).remaining
    except DeploymentProblem as failed:
        raise ProjectProblem(
            f"{place.name} is only partly deleted: {failed.what}.",
            "Look at its stack, then try again.",
        ) from None
    except (ClientError, BotoCoreError) as error:
        raise ProjectProblem(
            f"{place.name} cannot be deleted: {error_message(error)}", "Try again."
        ) from None


def _outputs(opened: OpenedBranches, place: Workplace) -> Mapping[str, Any]:
    try:
        # Clients of models need the introspection; the workbench asks the API itself.
        return read_outputs(opened.clients, place.stack, lambda _schema: {})
    except (ClientError, BotoCoreError) as error:
        raise ProjectProblem(
            f"{place.name} cannot be read: {error_message(error)}", "Try again."
        ) from None


def _kept_file(opened: OpenedBranches, place: Workplace) -> Path:
    return opened.project.sandbox_dir(place.stack) / FILE_NAME
