"""A pool's trigger functions: called in a sign-up and a custom sign-in, their logs read by user."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from workbench.users.trigger_logs import read_triggers
from workbench.users.user_pools import UserPool, UserPoolProblem
from workbench.users.user_sign_in import Challenge, Flow, UserTokens, answer, app_client, begin

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

CODE = """
def handler(event, context):
    print("trigger", event["triggerSource"], "for", event["userName"])
    response, session = event["response"], event["request"].get("session", [])
    match event["triggerSource"].partition("_")[0]:
        case "PreSignUp":
            response["autoConfirmUser"] = True
        case "DefineAuthChallenge":
            done = bool(session) and session[-1].get("challengeResult") is True
            response.update(issueTokens=done, failAuthentication=len(session) > 2)
            if not done:
                response["challengeName"] = "CUSTOM_CHALLENGE"
        case "CreateAuthChallenge":
            response["publicChallengeParameters"] = {"question": "2 + 2"}
            response["privateChallengeParameters"] = {"answer": "4"}
        case "VerifyAuthChallengeResponse":
            expected = event["request"]["privateChallengeParameters"]["answer"]
            response["answerCorrect"] = event["request"]["challengeAnswer"] == expected
    return event
"""


@pytest.fixture
def pool(stacks: Stacks) -> UserPool:
    clients = stacks.clients
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.py", CODE)
    function = clients.lambda_.create_function(
        FunctionName="user-triggers",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/triggers",
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
    )["FunctionArn"]
    triggers = (
        "PreSignUp", "DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse"
    )  # fmt: skip
    cognito: Any = clients.cognito_idp
    made = cognito.create_user_pool(
        PoolName="users", LambdaConfig=dict.fromkeys(triggers, function)
    )
    pool_id = made["UserPool"]["Id"]
    cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"]
    )
    return UserPool(clients, pool_id)


def test_a_custom_sign_in_asks_and_the_runs_are_told_by_user(
    stacks: Stacks, pool: UserPool
) -> None:
    cognito: Any = stacks.clients.cognito_idp
    client = app_client(cognito, pool.pool_id)
    for name in ("ann", "bob"):
        cognito.sign_up(ClientId=client.client_id, Username=name, Password="Correct-horse-1")
    assert pool.user("ann").user.status == "CONFIRMED"
    challenge = begin(cognito, client, "ann", Flow.CUSTOM)
    assert isinstance(challenge, Challenge)
    assert (challenge.name, challenge.about) == ("CUSTOM_CHALLENGE", "question: 2 + 2")
    again = answer(cognito, client, challenge, {"ANSWER": "5"})
    assert isinstance(again, Challenge)
    assert isinstance(answer(cognito, client, again, {"ANSWER": "4"}), UserTokens)

    (trigger,) = read_triggers(stacks.clients, pool, ("ann",))
    assert trigger.function == "user-triggers"
    assert len(trigger.invocations) >= 5
    own = [run for run in trigger.invocations if run.is_of_user]
    others = [run for run in trigger.invocations if not run.is_of_user]
    assert any("PreSignUp_SignUp for ann" in line for run in own for line in run.lines)
    assert any("PreSignUp_SignUp for bob" in line for run in others for line in run.lines)
    assert [run.at for run in trigger.invocations] == sorted(
        (run.at for run in trigger.invocations), reverse=True
    )


def test_a_wrong_answer_too_often_is_refused(stacks: Stacks, pool: UserPool) -> None:
    cognito: Any = stacks.clients.cognito_idp
    client = app_client(cognito, pool.pool_id)
    cognito.sign_up(ClientId=client.client_id, Username="ann", Password="Correct-horse-1")
    step = begin(cognito, client, "ann", Flow.CUSTOM)
    with pytest.raises(UserPoolProblem, match="Incorrect username or password"):
        for _ in range(4):
            assert isinstance(step, Challenge)
            step = answer(cognito, client, step, {"ANSWER": "5"})
