"""Who guesses passwords or codes of a local pool is made to wait, as Cognito documents it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.cognito_pools import new_pool, refusal
from workbench.localcloud.ministack.patches.cognito.failed_attempts import Attempts
from workbench.users.user_pools import UserPoolProblem
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin

if TYPE_CHECKING:
    from workbench.aws.clients import Clients
    from workbench.aws.target import LocalTarget

PASSWORD, WRONG = "Correct-horse-1", "Wrong-horse-1"
EXCEEDED = "Password attempts exceeded"
LIMITED = "Attempt limit exceeded, please try after some time."
FLOWS = [
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


ANN = ("pool", "ann", "")


def test_each_wrong_password_after_the_fifth_doubles_the_lock(clock: Clock) -> None:
    attempts = Attempts(clock)
    for _ in range(4):
        attempts.was_wrong(ANN)
        assert not attempts.is_locked(ANN)
    for seconds in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900):
        attempts.was_wrong(ANN)
        assert attempts.is_locked(ANN)
        assert not attempts.is_locked(("pool", "bob", ""))
        clock.now += seconds / 2
        # An attempt while locked out makes the lock no longer.
        assert attempts.is_locked(ANN)
        clock.now += seconds / 2
        assert not attempts.is_locked(ANN)
    attempts.was_right(ANN)
    attempts.was_wrong(ANN)
    assert not attempts.is_locked(ANN)


def test_a_quarter_of_an_hour_without_attempts_forgives(clock: Clock) -> None:
    attempts = Attempts(clock)
    for _ in range(9):
        attempts.was_wrong(ANN)
    clock.now += 899
    assert not attempts.is_locked(ANN)
    attempts.was_wrong(ANN)
    assert attempts.is_locked(ANN)
    clock.now += 900
    attempts.is_locked(ANN)
    attempts.was_wrong(ANN)
    assert not attempts.is_locked(ANN)


def test_changes_of_a_password_are_limited_by_the_hour(clock: Clock) -> None:
    attempts, changing = Attempts(clock), ("pool", "ann", "ChangePassword")
    for _ in range(5):
        assert not attempts.is_locked(changing)
        attempts.was_wrong(changing)
        clock.now += 60
    assert attempts.is_locked(changing)
    assert not attempts.is_locked(ANN)
    clock.now += 3600 - 5 * 60
    assert not attempts.is_locked(changing)


def message(call: Any, **given: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**given)
    return str(refused.value.response["Error"]["Message"])


@pytest.mark.parametrize("way", ["password", "admin", "srp"])
def test_a_user_is_locked_out_whichever_way_the_password_is_guessed(
    local_clients: Clients, way: str
) -> None:
    cognito: Any = local_clients.cognito_idp
    pool = cognito.create_user_pool(PoolName="guessed", UsernameAttributes=["email"])
    pool_id = pool["UserPool"]["Id"]
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=FLOWS
    )
    client = made["UserPoolClient"]["ClientId"]
    for name in ("ann@example.com", "bob@example.com"):
        named = {"UserPoolId": pool_id, "Username": name}
        cognito.admin_create_user(**named, MessageAction="SUPPRESS")
        cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)

    def sign_in(password: str, name: str = "ann@example.com") -> str:
        """What was said of an attempt; "" for tokens."""
        if way == "srp":
            try:
                found = begin(cognito, AppClient(pool_id, client), name, Flow.SRP, password)
            except UserPoolProblem as problem:
                return str(problem.what).rstrip(".")
            assert isinstance(found, UserTokens)
            return ""
        given = {"USERNAME": name, "PASSWORD": password}
        asked: dict[str, Any] = {"ClientId": client, "AuthParameters": given}
        try:
            if way == "admin":
                asked |= {"UserPoolId": pool_id, "AuthFlow": "ADMIN_USER_PASSWORD_AUTH"}
                cognito.admin_initiate_auth(**asked)
            else:
                cognito.initiate_auth(**asked, AuthFlow="USER_PASSWORD_AUTH")
        except ClientError as refused:
            return str(refused.response["Error"]["Message"]).rstrip(".")
        return ""

    # A slow machine may take longer for a sign-in than the first locks last.
    said = [sign_in(WRONG) for _ in range(8)]
    assert set(said[:5]) == {"Incorrect username or password"}
    assert EXCEEDED in said
    if said[-1] != EXCEEDED:
        assert sign_in(WRONG) == EXCEEDED
    assert sign_in(PASSWORD, "bob@example.com") == ""
    deadline = time.monotonic() + 20
    while sign_in(PASSWORD) == EXCEEDED and time.monotonic() < deadline:
        time.sleep(0.1)
    assert sign_in(PASSWORD) == ""


def test_guesses_at_a_second_factor_lock_out_too(
    local_cloud: LocalTarget, local_clients: Clients
) -> None:
    pool = new_pool(local_cloud, local_clients.cognito_idp)
    pool.cognito.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration="ON",
        SoftwareTokenMfaConfiguration={"Enabled": True},
    )
    pool.new_user()
    pool.set_up_totp(pool.begin()["Session"])
    asked = pool.begin()
    said = [refusal(pool.respond, asked, SOFTWARE_TOKEN_MFA_CODE="1") for _ in range(9)]
    assert set(said[:5]) == {("CodeMismatchException", "Invalid code received for user")}
    assert said[-1] == ("NotAuthorizedException", EXCEEDED) or said[-2][1] == EXCEEDED
    assert refusal(pool.begin, PASSWORD=PASSWORD)[1] == EXCEEDED


def test_guesses_at_the_old_password_are_limited(local_clients: Clients) -> None:
    cognito: Any = local_clients.cognito_idp
    pool_id = cognito.create_user_pool(PoolName="changed")["UserPool"]["Id"]
    made = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=FLOWS
    )
    named = {"UserPoolId": pool_id, "Username": "ann"}
    cognito.admin_create_user(**named, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(**named, Password=PASSWORD, Permanent=True)
    tokens = cognito.initiate_auth(
        ClientId=made["UserPoolClient"]["ClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD},
    )
    change = {
        "AccessToken": tokens["AuthenticationResult"]["AccessToken"],
        "PreviousPassword": WRONG,
        "ProposedPassword": "Another-horse-2",
    }
    said = [message(cognito.change_password, **change) for _ in range(6)]
    assert said == ["Incorrect username or password."] * 5 + [LIMITED]
