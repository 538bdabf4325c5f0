"""The hosted sign-in's triggers, and where the app is told what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.local_clouds import SharedCloud
from tests.localcloud.ministack.cognito_triggers.conftest import PASSWORD, TriggeredPool
from workbench.users.outbound_messages import read_inbox
from workbench.users.user_sign_in import claims

BACK = "http://localhost:3000/"
PRE, POST = "PreAuthentication_Authentication", "PostAuthentication_Authentication"


@pytest.fixture(scope="module", autouse=True)
def made(pool: TriggeredPool) -> None:
    pool.make(
        "PreAuthentication",
        "PostAuthentication",
        "PreTokenGeneration",
        "UserMigration",
        client={
            "AllowedOAuthFlows": ["code", "implicit"],
            "AllowedOAuthScopes": ["openid", "email"],
            "AllowedOAuthFlowsUserPoolClient": True,
            "CallbackURLs": [BACK],
            "SupportedIdentityProviders": ["COGNITO"],
        },
    )


@pytest.fixture
def http(shared_cloud: SharedCloud, pool: TriggeredPool) -> Iterator[httpx.Client]:
    pool.forget()
    with httpx.Client(base_url=shared_cloud.target.endpoint) as client:
        yield client


def asked(pool: TriggeredPool) -> dict[str, str]:
    return {
        "client_id": pool.client,
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "openid email",
        "state": "my-state",
    }


def at_page(http: httpx.Client, pool: TriggeredPool, name: str, password: str = PASSWORD) -> Any:
    return http.post("/login", data={**asked(pool), "username": name, "password": password})


def told(response: httpx.Response) -> dict[str, str]:
    """What the app is told at its callback address."""
    assert response.status_code == 302, response.text
    location = urlsplit(response.headers["location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == BACK
    return {name: values[0] for name, values in parse_qs(location.query).items()}


def exchange(http: httpx.Client, pool: TriggeredPool, code: str) -> httpx.Response:
    return http.post(
        "/oauth2/token",
        data={
            "grant_type": "authorization_code",
            "client_id": pool.client,
            "redirect_uri": BACK,
            "code": code,
        },
    )


def test_the_page_signs_in_with_its_triggers(http: httpx.Client, pool: TriggeredPool) -> None:
    name = pool.made_user()
    pool.forget()
    code = told(at_page(http, pool, name))["code"]
    assert pool.sources == [PRE, POST]
    source = "TokenGeneration_HostedAuth"
    claim = {"claimsToAddOrOverride": {"team": "blue"}}
    pool.behave(source, response={"claimsOverrideDetails": claim})
    tokens = exchange(http, pool, code).json()
    assert claims(tokens["id_token"])["team"] == "blue"
    assert pool.sources == [PRE, POST, source]
    assert {event["callerContext"]["clientId"] for event in pool.events()} == {pool.client}


@pytest.mark.parametrize("source", [PRE, POST])
def test_what_refuses_at_the_page_is_told_to_the_app(
    http: httpx.Client, pool: TriggeredPool, source: str
) -> None:
    name = pool.made_user()
    pool.behave(source, **{"raise": "blocked"})
    assert told(at_page(http, pool, name)) == {
        "error": "invalid_request",
        "error_description": f"{source.partition('_')[0]} failed with error blocked.",
        "state": "my-state",
    }


def test_a_refusal_goes_to_no_other_address(http: httpx.Client, pool: TriggeredPool) -> None:
    name = pool.made_user()
    pool.behave(PRE, **{"raise": "blocked"})
    foreign = {**asked(pool), "redirect_uri": "http://evil.example/"}
    answer = http.post("/login", data={**foreign, "username": name, "password": PASSWORD})
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_tokens_that_the_trigger_refuses_are_not_given(
    http: httpx.Client, pool: TriggeredPool
) -> None:
    name = pool.made_user()
    code = told(at_page(http, pool, name))["code"]
    pool.behave("TokenGeneration_HostedAuth", **{"raise": "no claims"})
    answer = exchange(http, pool, code)
    assert answer.status_code == 400
    assert answer.json()["error_description"] == "PreTokenGeneration failed with error no claims."


def test_the_implicit_flow_has_no_tokens_either(http: httpx.Client, pool: TriggeredPool) -> None:
    name = pool.made_user()
    pool.behave("TokenGeneration_HostedAuth", **{"raise": "no claims"})
    implicit = {**asked(pool), "response_type": "token"}
    answer = http.post("/login", data={**implicit, "username": name, "password": PASSWORD})
    fragment = parse_qs(urlsplit(answer.headers["location"]).fragment)
    assert fragment["error_description"] == ["PreTokenGeneration failed with error no claims."]
    assert "access_token" not in fragment


def test_the_emulators_own_form_signs_nobody_in(http: httpx.Client, pool: TriggeredPool) -> None:
    name = pool.made_user()
    form = {**asked(pool), "username": name, "password": PASSWORD}
    assert http.post("/oauth2/login", data=form).status_code == 404
    assert pool.sources == []


def test_the_page_migrates_a_user(http: httpx.Client, pool: TriggeredPool) -> None:
    attributes = {"email": "known@example.com", "email_verified": "true"}
    pool.behave(
        "UserMigration_Authentication",
        response={
            "userAttributes": attributes,
            "finalUserStatus": "CONFIRMED",
            "messageAction": "SUPPRESS",
        },
    )
    assert told(at_page(http, pool, "known", "old"))["code"]
    assert pool.sources == ["UserMigration_Authentication", PRE, POST]


def test_the_link_of_a_message_confirms(
    shared_cloud: SharedCloud, http: httpx.Client, pool: TriggeredPool
) -> None:
    linked = pool.cognito.create_user_pool(
        PoolName="links",
        AutoVerifiedAttributes=["email"],
        LambdaConfig={"PostConfirmation": pool.function},
        VerificationMessageTemplate={
            "DefaultEmailOption": "CONFIRM_WITH_LINK",
            "EmailMessageByLink": "Hello, {##click here##}.",
        },
    )["UserPool"]["Id"]
    client = pool.cognito.create_user_pool_client(UserPoolId=linked, ClientName="web")
    client_id = client["UserPoolClient"]["ClientId"]
    pool.cognito.sign_up(
        ClientId=client_id,
        Username="ann",
        Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": "ann@example.com"}],
    )
    message = read_inbox(shared_cloud.target, linked)[0]
    assert message.text == "Hello, click here."
    (link,) = re.findall(r'href="([^"]+)"', unescape(message.body))
    wrong = http.get(re.sub(r"code=\d+", "code=000000", link))
    assert (wrong.status_code, "Invalid verification code" in wrong.text) == (400, True)
    assert "Your registration has been confirmed!" in http.get(link).text
    assert pool.sources == ["PostConfirmation_ConfirmSignUp"]
