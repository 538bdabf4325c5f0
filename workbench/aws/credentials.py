"""Who deploys: the caller's identity, or in plain words what is wrong with the credentials."""

from __future__ import annotations

import re
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.aws.credential_problems import credential_problem
from workbench.aws.sign_in import session_end
from workbench.aws.target import LOCAL_ACCOUNT, AwsTarget

_SSO_ROLE = re.compile(r"AWSReservedSSO_(?P<name>.+)_[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credentials are in use: account id, ARN and region.

    ``until`` is when they must sign in again, in seconds since the epoch; None if unknown or never.
    """

    account: str
    arn: str
    region: str
    until: float | None = None

    @property
    def name(self) -> str:
        """The role or user in one word; for SSO the permission set."""
        kind, _, rest = self.arn.rpartition(":")[2].partition("/")
        if not rest:
            return kind  # root
        name = rest.split("/")[0] if kind == "assumed-role" else rest.rpartition("/")[2]
        sso = _SSO_ROLE.fullmatch(name)
        return sso["name"] if sso else name


def identify(clients: Clients) -> Caller:
    """Ask the target who the caller is; raises UserProblem with the next step.

    The local cloud knows one caller, so it is not asked.
    """
    if clients.is_local:
        return Caller(LOCAL_ACCOUNT, f"arn:aws:iam::{LOCAL_ACCOUNT}:root", clients.region)
    try:
        answer = clients.impatient("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        if isinstance(clients.target, AwsTarget):
            clients.target.shared.forget()
        problem = credential_problem(error, clients.profile)
        if problem is None:
            raise
        raise problem from error
    until = session_end(clients)
    return Caller(answer["Account"], answer["Arn"], clients.region, until)
