"""Who deploys: the caller's identity, or in plain words what is wrong with the credentials."""

from __future__ import annotations

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.aws.credential_problems import credential_problem
from workbench.aws.target import LOCAL_ACCOUNT


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials are in use: account id, ARN and region."""

    account: str
    arn: str
    region: str


def identify(clients: Clients) -> Caller:
    """Ask the target who the caller is; raises UserProblem with the next step.

    The local cloud knows one caller, so it is not asked.
    """
    if clients.is_local:
        return Caller(LOCAL_ACCOUNT, f"arn:aws:iam::{LOCAL_ACCOUNT}:root", clients.region)
    try:
        answer = clients.sts.get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        problem = credential_problem(error, clients.profile)
        if problem is None:
            raise
        raise problem from error
    return Caller(answer["Account"], answer["Arn"], clients.region)
