"""What `cdk bootstrap` leaves in an account and region, and whether it is recent enough.

Which roles, buckets and parameters a stack uses is in its assembly: names may be custom ones.
Source: the CDK's bootstrap template (AWS CDK guide, "Bootstrap your environment").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from weakref import WeakKeyDictionary

from botocore.exceptions import ClientError

from workbench.aws.client_errors import is_missing
from workbench.aws.clients import Clients
from workbench.aws.permissions import is_denied
from workbench.deploy.assembly.assembly import DeploymentRoles
from workbench.deploy.assembly.role_name import RoleName
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.model.deployment import Failure
from workbench.printed_commands import aim, aim_at, cdk_bootstrap

REQUIRED_VERSION = 6
_DEFAULT_QUALIFIER = "hnb659fds"
_PARAMETER = re.compile(r"/cdk-bootstrap/(?P<qualifier>[^/]+)/version$")
_DEFAULT_ROLES = DeploymentRoles(
    version_parameter=f"/cdk-bootstrap/{_DEFAULT_QUALIFIER}/version",
    required_version=REQUIRED_VERSION,
)


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """A stack's roles and bootstrap, in the clients' account and region."""

    roles: DeploymentRoles
    account: str
    region: str
    partition: str

    def fill(self, text: str) -> str:
        """A name with the assembly's ``${AWS::…}`` placeholders replaced."""
        for name, value in self._values.items():
            text = text.replace(f"${{AWS::{name}}}", value)
        return text

    def acting(self, clients: Clients, role: RoleName) -> Clients:
        """The clients in this role, with their own credentials where there is none."""
        if not role.arn:
            return clients
        return clients.acting_as(self.fill(role.arn), self.fill(role.external_id))

    @property
    def qualifier(self) -> str:
        """What tells this bootstrap from others in the account, as its parameter's name says."""
        found = _PARAMETER.match(self.roles.version_parameter)
        return found["qualifier"] if found else _DEFAULT_QUALIFIER

    @property
    def _values(self) -> Mapping[str, str]:
        return {"AccountId": self.account, "Region": self.region, "Partition": self.partition}


def bootstrap_of(clients: Clients, roles: DeploymentRoles = _DEFAULT_ROLES) -> Bootstrap:
    """The bootstrap that an assembly names; without one, the CDK's default."""
    return Bootstrap(
        roles=roles,
        account=clients.account,
        region=clients.region,
        partition="aws" if clients.is_local else clients.partition,
    )


_recent: WeakKeyDictionary[Clients, set[str]] = WeakKeyDictionary()


def require_bootstrap(clients: Clients, bootstrap: Bootstrap) -> None:
    """``check_bootstrap``, once for each session: nobody takes a bootstrap back."""
    known = _recent.setdefault(clients, set())
    wanted = f"{bootstrap.fill(bootstrap.roles.version_parameter)} {bootstrap.roles}"
    if wanted not in known:
        check_bootstrap(clients, bootstrap)
        known.add(wanted)


def check_bootstrap(clients: Clients, bootstrap: Bootstrap) -> None:
    """Raise DeploymentProblem unless the account and region are bootstrapped recently enough.

    A caller who may not read the version is let through: the deployment itself will fail. So is a
    stack that needs no bootstrap.
    """
    parameter = bootstrap.fill(bootstrap.roles.version_parameter)
    if not parameter:
        return
    required = max(bootstrap.roles.required_version, REQUIRED_VERSION)
    aim_at(
        replace(
            aim(),
            account=bootstrap.account,
            region=bootstrap.region,
            qualifier="" if bootstrap.qualifier == _DEFAULT_QUALIFIER else bootstrap.qualifier,
        )
    )
    command = cdk_bootstrap()
    where = f"Account {bootstrap.account}, region {bootstrap.region}"
    try:
        answer = clients.ssm.get_parameter(Name=parameter)
    except ClientError as error:
        if is_denied(error):
            return
        if not is_missing(error):
            raise
        raise DeploymentProblem(
            Failure(
                title="This account and region are not set up for the CDK",
                reason=f"{where} has no {parameter}.",
                fix=f"Run `{command}` once.",
            )
        ) from error
    version = answer["Parameter"].get("Value", "")
    if not version.isdigit() or int(version) < required:
        raise DeploymentProblem(
            Failure(
                title="The CDK bootstrap of this account and region is too old",
                reason=f"{where} has version {version}; at least {required} is needed.",
                fix=f"Run `{command}` again.",
            )
        )
