"""An identity pool over a user pool on a local cloud, and who gets its credentials."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from botocore.session import Session

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin

PASSWORD = "Correct-horse-1"
_numbers = itertools.count()


def trust(pool_id: str, amr: str = "authenticated", *, tags: bool = False) -> str:
    """The trust policy that Amplify gives the roles of an identity pool."""
    action = "sts:AssumeRoleWithWebIdentity"
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": [action, "sts:TagSession"] if tags else action,
        "Condition": {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": pool_id},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": amr},
        },
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@dataclass
class Pools:
    """A user pool with one client, and an identity pool that trusts it."""

    target: LocalTarget
    clients: Clients = field(init=False)
    user_pool: str = field(init=False)
    client: str = field(init=False)
    identity_pool: str = field(init=False)
    provider: str = field(init=False)
    roles: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.clients = Clients(self.target)
        cognito: Any = self.clients.cognito_idp
        self.user_pool = cognito.create_user_pool(
            PoolName="users", Schema=[{"Name": "dept", "AttributeDataType": "String"}]
        )["UserPool"]["Id"]
        self.client = cognito.create_user_pool_client(
            UserPoolId=self.user_pool,
            ClientName="web",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        )["UserPoolClient"]["ClientId"]
        self.provider = f"cognito-idp.{self.clients.region}.amazonaws.com/{self.user_pool}"
        self.identity_pool = self.new_identity_pool()
        self.roles = {
            "authenticated": self.role("members"),
            "unauthenticated": self.role("guests", amr="unauthenticated"),
        }
        self.map_roles()

    @property
    def identity(self) -> Any:
        return self.clients.client("cognito-identity")

    def new_identity_pool(self, **settings: Any) -> str:
        made: str = self.identity.create_identity_pool(
            **{
                "IdentityPoolName": "app",
                "AllowUnauthenticatedIdentities": True,
                "CognitoIdentityProviders": [
                    {"ProviderName": self.provider, "ClientId": self.client}
                ],
                **settings,
            }
        )["IdentityPoolId"]
        return made

    def role(self, name: str, amr: str = "authenticated", document: str = "", **more: Any) -> str:
        """A role that trusts the identity pool, or as the document says; its ARN."""
        iam: Any = self.clients.client("iam")
        made = iam.create_role(
            RoleName=f"{name}-{next(_numbers)}",
            AssumeRolePolicyDocument=document or trust(self.identity_pool, amr, **more),
        )
        return str(made["Role"]["Arn"])

    def map_roles(self, mapping: Mapping[str, Any] | None = None, key: str = "") -> None:
        """Set the pool's roles, and the mapping of the user pool."""
        named = {key or f"{self.provider}:{self.client}": mapping} if mapping else {}
        self.identity.set_identity_pool_roles(
            IdentityPoolId=self.identity_pool, Roles=self.roles, RoleMappings=named
        )

    def user(self, *groups: str, **attributes: str) -> UserTokens:
        """A new user's tokens."""
        cognito: Any = self.clients.cognito_idp
        named = {"UserPoolId": self.user_pool, "Username": f"user-{next(_numbers)}"}
        given = [{"Name": key, "Value": value} for key, value in attributes.items()]
        cognito.admin_create_user(**named, MessageAction="SUPPRESS", UserAttributes=given)
        cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
        for group in groups:
            cognito.admin_add_user_to_group(**named, GroupName=group)
        app = AppClient(self.user_pool, self.client)
        found = begin(cognito, app, named["Username"], Flow.PASSWORD, PASSWORD)
        assert isinstance(found, UserTokens)
        return found

    def group(self, name: str, precedence: int | None = None, role: str | None = None) -> str:
        """A new group; its name."""
        wanted = {"Precedence": precedence, "RoleArn": role}
        given = {key: value for key, value in wanted.items() if value is not None}
        cognito: Any = self.clients.cognito_idp
        made = f"{name}-{next(_numbers)}"
        cognito.create_group(UserPoolId=self.user_pool, GroupName=made, **given)
        return made

    def logins(self, tokens: UserTokens | None) -> dict[str, str]:
        return {self.provider: tokens.id} if tokens else {}

    def keys(self, tokens: UserTokens | None = None, custom: str = "") -> dict[str, Any]:
        """The credentials of a signed-in user, or of a guest."""
        logins = self.logins(tokens)
        found = self.identity.get_id(IdentityPoolId=self.identity_pool, Logins=logins)
        asked = {"CustomRoleArn": custom} if custom else {}
        answer: dict[str, Any] = self.identity.get_credentials_for_identity(
            IdentityId=found["IdentityId"], Logins=logins, **asked
        )["Credentials"]
        return answer

    def role_of(self, tokens: UserTokens | None = None, custom: str = "") -> str:
        """The name of the role that STS says the credentials are of; else the refusal."""
        try:
            keys = self.keys(tokens, custom)
        except ClientError as refused:
            told = refused.response["Error"]
            return f"{told['Code']}: {told['Message']}"
        arn = str(self.acting("sts", keys).get_caller_identity()["Arn"])
        assert arn.endswith("/CognitoIdentityCredentials")
        return arn.split("/")[1]

    def acting(self, service: str, keys: Mapping[str, Any]) -> Any:
        """A service's client with an identity's credentials."""
        return Session().create_client(
            service,
            region_name=self.clients.region,
            endpoint_url=self.target.endpoint,
            aws_access_key_id=keys["AccessKeyId"],
            aws_secret_access_key=keys.get("SecretKey") or keys["SecretAccessKey"],
            aws_session_token=keys["SessionToken"],
        )


def name_of(role_arn: str) -> str:
    """A role's name."""
    return role_arn.rpartition("/")[2]
