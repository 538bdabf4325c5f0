"""A sandbox's own outputs on its target, whoever wrote the outputs file last."""

from __future__ import annotations

from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_message
from workbench.aws.clients import Clients
from workbench.aws.permissions import permission_problem
from workbench.deploy.outputs.outputs import read_outputs
from workbench.deploy.outputs.written_outputs import is_of_another
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import OUTPUTS_NAME, OWN_NAME, ApiEndpoint, from_outputs, of_outputs


def own_endpoint(
    clients: Clients, stack_name: str, root: Path, sandbox_dir: Path
) -> tuple[ApiEndpoint, str]:
    """The endpoint, and what it was read from, in words.

    From the file in the project's ``root``, unless another target's deployment wrote that: then
    from the stack, without the models' rules. Blocks. Raises UserProblem.
    """
    file = root / OUTPUTS_NAME
    if not is_of_another(sandbox_dir, file):
        return from_outputs(file), OUTPUTS_NAME
    where = f"The stack {stack_name}"
    try:
        outputs = read_outputs(clients, stack_name, lambda _schema: {})
    except (ClientError, BotoCoreError) as error:
        raise permission_problem(error) or UserProblem(
            f"{where} could not be read: {error_message(error)}", "Try again."
        ) from None
    return of_outputs(outputs, OWN_NAME, where), where
