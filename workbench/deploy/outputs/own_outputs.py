"""A sandbox's own outputs on its target, whoever wrote the outputs file last."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_message
from workbench.aws.clients import Clients
from workbench.aws.permissions import permission_problem
from workbench.deploy.outputs.outputs import read_outputs
from workbench.deploy.outputs.written_outputs import is_of_another
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import (
    OUTPUTS_NAME,
    OWN_NAME,
    ApiEndpoint,
    AuthResources,
    auth_of_outputs,
    of_outputs,
    read_outputs_file,
)


def own_endpoint(
    clients: Clients, stack_name: str, root: Path, sandbox_dir: Path
) -> tuple[ApiEndpoint, str]:
    """The sandbox's API, and what it was read from, in words. Blocks; raises UserProblem."""
    outputs, where = _own_outputs(clients, stack_name, root, sandbox_dir)
    return of_outputs(outputs, OWN_NAME, where), where


def own_auth(clients: Clients, stack_name: str, root: Path, sandbox_dir: Path) -> AuthResources:
    """The sandbox's user pool and identity pool. Blocks; raises UserProblem."""
    outputs, where = _own_outputs(clients, stack_name, root, sandbox_dir)
    return auth_of_outputs(outputs, OWN_NAME, where)


def _own_outputs(
    clients: Clients, stack_name: str, root: Path, sandbox_dir: Path
) -> tuple[Any, str]:
    """The outputs, and what they were read from, in words.

    From the file in the project's ``root``, unless another target's deployment wrote that: then
    from the stack, without the models' rules.
    """
    file = root / OUTPUTS_NAME
    if not is_of_another(sandbox_dir, file):
        return read_outputs_file(file), OUTPUTS_NAME
    where = f"The stack {stack_name}"
    try:
        return read_outputs(clients, stack_name, lambda _schema: {}), where
    except (ClientError, BotoCoreError) as error:
        raise permission_problem(error) or UserProblem(
            f"{where} could not be read: {error_message(error)}", "Try again."
        ) from None
