"""What `cdk bootstrap` leaves in an account and region: bucket, roles, version.

Source: the CDK's bootstrap template (AWS CDK guide, "Bootstrap your environment").
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code, is_missing
from workbench.aws.clients import Clients
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.model.deployment import Failure

REQUIRED_VERSION = 6
_BUCKET = re.compile(r"^cdk-(?P<qualifier>[a-z0-9]+)-assets-")
_DEFAULT_QUALIFIER = "hnb659fds"

Role = Literal["deploy", "cfn-exec", "file-publishing"]


@dataclass(frozen=True, slots=True)
class Bootstrap:
    """The bootstrap resources' names for one qualifier, in the clients' account and region."""

    qualifier: str
    account: str
    region: str
    partition: str

    @property
    def version_parameter(self) -> str:
        """The SSM parameter that holds the bootstrap version."""
        return f"/cdk-bootstrap/{self.qualifier}/version"

    @property
    def bucket(self) -> str:
        """The staging bucket."""
        return f"cdk-{self.qualifier}-assets-{self.account}-{self.region}"

    def role(self, role: Role) -> str:
        """The ARN of one of the bootstrap's roles."""
        name = f"cdk-{self.qualifier}-{role}-role-{self.account}-{self.region}"
        return f"arn:{self.partition}:iam::{self.account}:role/{name}"

    def fill(self, text: str) -> str:
        """A name with the assembly's ``${AWS::…}`` placeholders replaced."""
        return (
            text.replace("${AWS::AccountId}", self.account)
            .replace("${AWS::Region}", self.region)
            .replace("${AWS::Partition}", self.partition)
        )


def bootstrap_of(clients: Clients, bucket: str = "") -> Bootstrap:
    """The bootstrap that an assembly's asset bucket (with placeholders) belongs to."""
    match = _BUCKET.match(bucket)
    return Bootstrap(
        qualifier=match["qualifier"] if match else _DEFAULT_QUALIFIER,
        account=clients.account,
        region=clients.region,
        partition="aws" if clients.is_local else clients.partition,
    )


def check_bootstrap(clients: Clients, bootstrap: Bootstrap) -> None:
    """Raise DeploymentProblem unless the account and region are bootstrapped recently enough.

    A caller who may not read the version is let through: the deployment itself will fail.
    """
    command = f"npx cdk bootstrap aws://{bootstrap.account}/{bootstrap.region}"
    where = f"Account {bootstrap.account}, region {bootstrap.region}"
    try:
        answer = clients.ssm.get_parameter(Name=bootstrap.version_parameter)
    except ClientError as error:
        if error_code(error).startswith("AccessDenied"):
            return
        if not is_missing(error):
            raise
        raise DeploymentProblem(
            Failure(
                title="This account and region are not set up for the CDK",
                reason=f"{where} has no {bootstrap.version_parameter}.",
                fix=f"Run `{command}` once.",
            )
        ) from error
    version = answer["Parameter"].get("Value", "")
    if not version.isdigit() or int(version) < REQUIRED_VERSION:
        raise DeploymentProblem(
            Failure(
                title="The CDK bootstrap of this account and region is too old",
                reason=f"{where} has version {version}; at least {REQUIRED_VERSION} is needed.",
                fix=f"Run `{command}` again.",
            )
        )
