"""User pools of a local cloud, as the tests of users and their addresses need them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.aws.target import LocalTarget
from workbench.users.outbound_messages import Message, read_inbox

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

PASSWORD = "Passw0rd!x"


class Pool:
    """A pool with one client; ``Client`` has settings of that."""

    def __init__(self, stacks: Stacks, Client: Any = None, **settings: Any) -> None:  # noqa: N803
        self.cognito: Any = stacks.clients.cognito_idp
        assert isinstance(stacks.clients.target, LocalTarget)
        self._target = stacks.clients.target
        made = self.cognito.create_user_pool(PoolName="users", **settings)
        self.id = made["UserPool"]["Id"]
        client = self.cognito.create_user_pool_client(
            UserPoolId=self.id,
            ClientName="web",
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
            **(Client or {}),
        )
        self.client = client["UserPoolClient"]["ClientId"]

    def create(self, name: str, /, **more: Any) -> str:
        attributes = {k: v for k, v in more.items() if k[0].islower()}
        options = {k: v for k, v in more.items() if k[0].isupper()}
        made = self.cognito.admin_create_user(
            UserPoolId=self.id,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=pairs(attributes),
            **options,
        )
        return str(made["User"]["Username"])

    def sign_up(self, name: str, /, **attributes: str) -> Any:
        return self.cognito.sign_up(
            ClientId=self.client,
            Username=name,
            Password=PASSWORD,
            UserAttributes=pairs(attributes),
        )

    def confirm(self, name: str, code: str, **more: Any) -> Any:
        return self.cognito.confirm_sign_up(
            ClientId=self.client, Username=name, ConfirmationCode=code, **more
        )

    def forgot(self, name: str) -> Any:
        sent = self.cognito.forgot_password(ClientId=self.client, Username=name)
        return sent["CodeDeliveryDetails"]

    def update(self, name: str, /, **attributes: str) -> Any:
        """As an administrator."""
        return self.cognito.admin_update_user_attributes(
            UserPoolId=self.id, Username=name, UserAttributes=pairs(attributes)
        )

    def user(self, name: str) -> dict[str, str]:
        found = self.cognito.admin_get_user(UserPoolId=self.id, Username=name)
        attributes = {each["Name"]: each["Value"] for each in found["UserAttributes"]}
        return {"username": found["Username"], **attributes}

    def set_password(self, name: str) -> None:
        """A permanent one, which confirms the user."""
        self.cognito.admin_set_user_password(
            UserPoolId=self.id, Username=name, Password=PASSWORD, Permanent=True
        )

    def sign_in(self, name: str) -> Any:
        """The user's tokens."""
        self.set_password(name)
        answer = self.cognito.initiate_auth(
            ClientId=self.client,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": name, "PASSWORD": PASSWORD},
        )
        assert answer["ChallengeParameters"] == {}
        return answer["AuthenticationResult"]

    def inbox(self) -> list[Message]:
        """What was sent, newest first."""
        return list(read_inbox(self._target, self.id))

    def code(self) -> str:
        """The code that was sent last."""
        return str(self.inbox()[0].code)


def pairs(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """Attributes as the API takes them; ``custom__x`` is ``custom:x``."""
    return [{"Name": k.replace("__", ":"), "Value": v} for k, v in attributes.items()]


def refused(call: Callable[[], object]) -> tuple[str, str]:
    """The code and the message of a refusal."""
    with pytest.raises(ClientError) as found:
        call()
    error = found.value.response["Error"]
    return error["Code"], error["Message"]
