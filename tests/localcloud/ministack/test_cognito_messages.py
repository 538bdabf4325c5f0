"""Codes and invitations of a local pool: kept in its inbox, different each time, and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from workbench.model.user_problem import UserProblem
from workbench.users.outbound_messages import Message, read_inbox
from workbench.users.user_pools import UserPool, UserPoolProblem

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks
    from workbench.aws.target import LocalTarget

PASSWORD = "Correct-horse-1"


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


class Pool:
    """A pool where addresses and numbers are names, and its web client."""

    def __init__(self, stacks: Stacks, target: LocalTarget) -> None:
        self.clients = stacks.clients
        self.cognito: Any = stacks.clients.cognito_idp
        self._target = target
        made = self.cognito.create_user_pool(
            PoolName="users",
            UsernameAttributes=["email", "phone_number"],
            AutoVerifiedAttributes=["email", "phone_number"],
            EmailVerificationSubject="Welcome to the demo",
            SmsVerificationMessage="Demo code {####}",
        )
        self.id = made["UserPool"]["Id"]
        self.client = self.cognito.create_user_pool_client(UserPoolId=self.id, ClientName="web")[
            "UserPoolClient"
        ]["ClientId"]

    def inbox(self) -> tuple[Message, ...]:
        return read_inbox(self._target, self.id)

    def sign_up(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.cognito.sign_up(
            ClientId=self.client, Username=name, Password=PASSWORD
        )
        return found

    def confirm(self, name: str, code: str) -> None:
        self.cognito.confirm_sign_up(ClientId=self.client, Username=name, ConfirmationCode=code)


@pytest.fixture
def pool(stacks: Stacks, local_cloud: LocalTarget) -> Pool:
    return Pool(stacks, local_cloud)


def test_the_code_of_the_inbox_confirms_and_no_other_does(pool: Pool) -> None:
    pool.sign_up("ann@example.com")
    (message,) = pool.inbox()
    assert (message.medium, message.recipient, message.kind) == ("email", "ann@example.com", "code")
    assert message.subject == "Welcome to the demo"
    assert message.code and message.code not in repr(message)
    wrong = "000000" if message.code != "000000" else "000001"
    with pytest.raises(ClientError) as refused:
        pool.confirm("ann@example.com", wrong)
    assert code_of(refused) == "CodeMismatchException"
    pool.confirm("ann@example.com", message.code)
    status = pool.cognito.admin_get_user(UserPoolId=pool.id, Username="ann@example.com")
    assert status["UserStatus"] == "CONFIRMED"


def test_a_code_sent_again_is_another_and_ends_the_first(pool: Pool) -> None:
    pool.sign_up("ann@example.com")
    codes = {pool.inbox()[0].code}
    while len(codes) == 1:  # One in a million repeats itself.
        pool.cognito.resend_confirmation_code(ClientId=pool.client, Username="ann@example.com")
        codes.add(pool.inbox()[0].code)
    new = pool.inbox()[0].code
    for old in codes - {new}:
        with pytest.raises(ClientError) as refused:
            pool.confirm("ann@example.com", old)
        assert code_of(refused) == "CodeMismatchException"
    pool.confirm("ann@example.com", new)


def test_a_number_gets_its_code_by_sms(pool: Pool) -> None:
    told = pool.sign_up("+15550100")["CodeDeliveryDetails"]
    assert (told["DeliveryMedium"], told["Destination"]) == ("SMS", "+*******0100")
    (message,) = pool.inbox()
    assert (message.medium, message.recipient) == ("sms", "+15550100")
    assert message.text == f"Demo code {message.code}"
    pool.confirm("+15550100", message.code)


def test_a_forgotten_password_needs_the_code(pool: Pool) -> None:
    pool.cognito.admin_create_user(
        UserPoolId=pool.id,
        Username="ann@example.com",
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email_verified", "Value": "true"}],
    )
    pool.cognito.admin_set_user_password(
        UserPoolId=pool.id, Username="ann@example.com", Password=PASSWORD, Permanent=True
    )
    assert pool.inbox() == ()
    pool.cognito.forgot_password(ClientId=pool.client, Username="ann@example.com")
    (message,) = pool.inbox()
    assert message.kind == "password code"
    asked = {"ClientId": pool.client, "Username": "ann@example.com", "Password": PASSWORD + "2"}
    wrong = "000000" if message.code != "000000" else "000001"
    with pytest.raises(ClientError) as refused:
        pool.cognito.confirm_forgot_password(ConfirmationCode=wrong, **asked)
    assert code_of(refused) == "CodeMismatchException"
    pool.cognito.confirm_forgot_password(ConfirmationCode=message.code, **asked)


def test_an_invitation_has_the_password_that_signs_in_first(pool: Pool) -> None:
    pool.cognito.admin_create_user(
        UserPoolId=pool.id, Username="ann@example.com", DesiredDeliveryMediums=["EMAIL"]
    )
    (message,) = pool.inbox()
    assert (message.kind, message.recipient) == ("invitation", "ann@example.com")
    assert "ann@example.com" in message.text


def test_a_pool_that_is_gone_has_no_inbox(pool: Pool) -> None:
    pool.cognito.delete_user_pool(UserPoolId=pool.id)
    with pytest.raises(UserProblem, match="could not be read"):
        pool.inbox()


def test_an_invitation_is_sent_again_with_another_password_while_it_is_not_taken(
    pool: Pool,
) -> None:
    users = UserPool(pool.clients, pool.id)
    for name, attribute in (("zoe@example.com", "email"), ("+15550177", "phone_number")):
        user = users.create(name, {attribute: name})
        first = pool.inbox()[0]
        assert (first.kind, first.recipient) == ("invitation", name)
        users.resend_invitation(user.username)
        second = pool.inbox()[0]
        assert (second.kind, second.recipient) == ("invitation", name)
        assert second.body != first.body
        users.set_password(user.username, PASSWORD)
        with pytest.raises(UserPoolProblem, match="Resend not possible"):
            users.resend_invitation(user.username)
