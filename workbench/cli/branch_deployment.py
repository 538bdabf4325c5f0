"""How a branch's backend is deployed: as ``ampx pipeline-deploy`` does it."""

from __future__ import annotations

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.aws.permissions import denial_of
from workbench.cli.output import err
from workbench.loop.options import SandboxOptions
from workbench.model.events import discard
from workbench.startup import Session, connect

BRANCH_OPTIONS = SandboxOptions(
    interactive=False,
    allow_destroy=True,
    allowed_by="a branch is deployed as its commit says",
    hotswap=False,
)
"""Nothing is hot-swapped, and what the code no longer defines is destroyed, as in ampx."""


def link_branch(session: Session) -> None:
    """Tell Amplify which stack is the branch's; a TypeScript backend has a resource for that."""
    clients = Clients(connect(session, discard).target)
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
        err(f"The branch could not be linked to {name}: {denial_of(error) or error}")
