"""The credentials of a role that a deployment acts as: the CDK's bootstrap roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.credentials import Credentials, RefreshableCredentials
from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code
from workbench.aws.renewable_credentials import RenewableCredentials

if TYPE_CHECKING:
    from workbench.aws.clients import ActingRole

_REFUSED = frozenset({"AccessDenied", "ValidationError"})


def role_credentials(role: ActingRole) -> RenewableCredentials:
    """The role's credentials, each time assumed with the newest ones of its base.

    Those renew themselves, and a role's session lasts an hour: a copy of them would be too old by
    then. Where the role may not be assumed at the first time, they are the base's own.
    """

    request = {"RoleArn": role.arn, "RoleSessionName": "amplify-tui"}
    if role.external_id:
        request["ExternalId"] = role.external_id

    def assume() -> dict[str, Any]:
        answer = role.base.client("sts").assume_role(**request)["Credentials"]
        return {
            "access_key": answer["AccessKeyId"],
            "secret_key": answer["SecretAccessKey"],
            "token": answer["SessionToken"],
            "expiry_time": answer["Expiration"].isoformat(),
        }

    def load() -> Credentials:
        try:
            first = assume()
        except ClientError as error:
            if error_code(error) not in _REFUSED:
                raise
            return role.base.own_credentials
        return RefreshableCredentials.create_from_metadata(
            metadata=first, refresh_using=assume, method="sts-assume-role"
        )

    return RenewableCredentials(load, lambda _: None, lambda error: error)
