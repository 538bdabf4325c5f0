"""Custom sign-in: what its three triggers get, that define decides, and users who are not there."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.ministack.cognito_triggers.conftest import (
    PASSWORD,
    TriggeredPool,
    refusal,
)
from workbench.users.user_sign_in import (
    AppClient,
    Challenge,
    Flow,
    UserTokens,
    answer,
    begin,
)

METADATA = {"from": "test"}
BEFORE = "PreAuthentication_Authentication"
DEFINE, CREATE, VERIFY = (
    f"{name}_Authentication"
    for name in ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
)
ASK = {"challengeName": "CUSTOM_CHALLENGE", "issueTokens": False, "failAuthentication": False}
PASS = {**ASK, "challengeName": None, "issueTokens": True}
FAIL = {**ASK, "challengeName": None, "failAuthentication": True}
CHALLENGE: dict[str, Any] = {
    "publicChallengeParameters": {"question": "2 + 2"},
    "privateChallengeParameters": {"answer": "4"},
    "challengeMetadata": "SUM",
}


@pytest.fixture(scope="module", autouse=True)
def made(pool: TriggeredPool) -> None:
    pool.make(
        "DefineAuthChallenge",
        "CreateAuthChallenge",
        "VerifyAuthChallengeResponse",
        "PreAuthentication",
        flows=("CUSTOM_AUTH",),
        client={"PreventUserExistenceErrors": "ENABLED"},
        UsernameAttributes=["email"],
    )
    pool.cognito.admin_create_user(
        UserPoolId=pool.id, Username="ann@example.com", MessageAction="SUPPRESS"
    )
    pool.cognito.admin_set_user_password(
        UserPoolId=pool.id, Username="ann@example.com", Password=PASSWORD, Permanent=True
    )


@pytest.fixture(autouse=True)
def asking(pool: TriggeredPool) -> None:
    pool.forget()
    pool.behave(DEFINE, response=ASK)
    pool.behave(CREATE, response=CHALLENGE)
    pool.behave(VERIFY, response={"answerCorrect": False})


def start(pool: TriggeredPool, name: str = "ann@example.com") -> dict[str, Any]:
    found: dict[str, Any] = pool.cognito.initiate_auth(
        ClientId=pool.client,
        AuthFlow="CUSTOM_AUTH",
        AuthParameters={"USERNAME": name},
        ClientMetadata={"from": "the start"},
    )
    return found


def respond(pool: TriggeredPool, challenge: dict[str, Any], said: str) -> dict[str, Any]:
    found: dict[str, Any] = pool.cognito.respond_to_auth_challenge(
        ClientId=pool.client,
        ChallengeName="CUSTOM_CHALLENGE",
        Session=challenge["Session"],
        ChallengeResponses={"USERNAME": "ann@example.com", "ANSWER": said},
        ClientMetadata=METADATA,
    )
    return found


def test_the_three_triggers_get_what_is_documented(pool: TriggeredPool) -> None:
    challenge = start(pool)
    name = challenge["ChallengeParameters"].pop("USERNAME")
    assert challenge["ChallengeParameters"] == {"question": "2 + 2"}
    pool.behave(VERIFY, response={"answerCorrect": True})
    pool.behave(DEFINE, response=PASS)
    assert respond(pool, challenge, "4")["AuthenticationResult"]["AccessToken"]
    first, created, verified, last = pool.events()
    assert [each["triggerSource"] for each in (first, created, verified, last)] == [
        DEFINE,
        CREATE,
        VERIFY,
        DEFINE,
    ]
    attributes = first["request"].pop("userAttributes")
    assert attributes["cognito:user_status"] == "CONFIRMED"
    assert first["userName"] == name == attributes["sub"]
    assert first["request"] == {"session": [], "userNotFound": False}
    assert first["response"] == {
        "challengeName": None,
        "issueTokens": None,
        "failAuthentication": None,
    }
    del created["request"]["userAttributes"]
    assert created["request"] == {
        "challengeName": "CUSTOM_CHALLENGE",
        "session": [],
        "userNotFound": False,
    }
    del verified["request"]["userAttributes"]
    assert verified["request"] == {
        "privateChallengeParameters": {"answer": "4"},
        "challengeAnswer": "4",
        "userNotFound": False,
        "clientMetadata": METADATA,
    }
    assert verified["response"] == {"answerCorrect": None}
    assert last["request"]["session"] == [
        {
            "challengeName": "CUSTOM_CHALLENGE",
            "challengeResult": True,
            "challengeMetadata": "SUM",
        }
    ]
    assert last["request"]["clientMetadata"] == METADATA


def test_the_define_trigger_decides_how_often_a_user_may_try(pool: TriggeredPool) -> None:
    challenge = start(pool)
    for _ in range(4):
        challenge = respond(pool, challenge, "5")
    assert [each["challengeResult"] for each in pool.events(DEFINE)[-1]["request"]["session"]] == [
        False
    ] * 4
    pool.behave(DEFINE, response=FAIL)
    with pytest.raises(ClientError) as refused:
        respond(pool, challenge, "5")
    assert refusal(refused) == ("NotAuthorizedException", "Incorrect username or password.")
    with pytest.raises(ClientError, match="Invalid session for the user"):
        respond(pool, challenge, "4")


def test_a_proven_password_is_no_attempt(pool: TriggeredPool) -> None:
    """Define asks for it after SRP_A, then for the custom challenge as often as it likes."""
    client = AppClient(pool.id, pool.client)
    pool.behave(DEFINE, by_session=["PASSWORD_VERIFIER", "CUSTOM_CHALLENGE"], response=ASK)
    step = begin(pool.cognito, client, "ann@example.com", Flow.CUSTOM, PASSWORD)
    for _ in range(4):
        assert isinstance(step, Challenge)
        assert step.about == "question: 2 + 2"
        step = answer(pool.cognito, client, step, {"ANSWER": "5"})
    pool.behave(DEFINE, response=PASS)
    assert isinstance(step, Challenge)
    assert isinstance(answer(pool.cognito, client, step, {"ANSWER": "4"}), UserTokens)
    names = [each["challengeName"] for each in pool.events(DEFINE)[-1]["request"]["session"]]
    assert names == ["SRP_A", "PASSWORD_VERIFIER"] + ["CUSTOM_CHALLENGE"] * 5
    # Only a custom sign-in that begins with SRP runs it, as the exact lists of the others show.
    assert pool.sources.count(BEFORE) == 1


def test_a_name_that_nobody_has_is_asked_like_any_other(pool: TriggeredPool) -> None:
    challenge = start(pool, "nobody@example.com")
    assert challenge["ChallengeParameters"]["question"] == "2 + 2"
    pool.behave(VERIFY, response={"answerCorrect": True})
    pool.behave(DEFINE, response=PASS)
    with pytest.raises(ClientError) as refused:
        respond(pool, challenge, "4")
    assert refusal(refused) == ("NotAuthorizedException", "Incorrect username or password.")
    assert len(pool.events()) == 4
    for event in pool.events():
        assert event["userName"] == "nobody@example.com"
        assert event["request"]["userNotFound"] is True
        assert event["request"]["userAttributes"] == {}


@pytest.mark.parametrize("source", [DEFINE, CREATE])
@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        ({"raise": "no"}, "UserLambdaValidationException"),
        ({"answer": None}, "InvalidLambdaResponseException"),
    ],
)
def test_a_failing_trigger_starts_no_sign_in(
    pool: TriggeredPool, source: str, behaviour: dict[str, Any], code: str
) -> None:
    pool.behave(source, **behaviour)
    with pytest.raises(ClientError) as refused:
        start(pool)
    assert refusal(refused)[0] == code


def test_a_define_trigger_that_decides_nothing_is_refused(pool: TriggeredPool) -> None:
    pool.behave(DEFINE)
    with pytest.raises(ClientError, match="Unrecognizable lambda output"):
        start(pool)


@pytest.mark.parametrize("response", [{}, {"answerCorrect": None}, {"answerCorrect": False}])
def test_an_answer_that_is_not_said_to_be_right_is_wrong(
    pool: TriggeredPool, response: dict[str, Any]
) -> None:
    pool.behave(VERIFY, response=response)
    respond(pool, start(pool), "4")
    assert pool.events(DEFINE)[-1]["request"]["session"][0]["challengeResult"] is False
