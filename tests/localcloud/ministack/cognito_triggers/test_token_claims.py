"""What the pre token generation trigger is told, and what it may change in which token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.local_clouds import SharedCloud
from tests.localcloud.ministack.cognito_triggers.conftest import TriggeredPool, refusal
from workbench.users.user_sign_in import claims

SOURCE = "TokenGeneration_Authentication"
ROLE = "arn:aws:iam::000000000000:role/"

Versions = dict[str, tuple[str, str]]


@pytest.fixture(scope="module")
def pools(pool: TriggeredPool) -> Versions:
    """A pool and a client for each version of the event."""
    made: Versions = {}
    for version in ("V1_0", "V2_0", "V3_0"):
        config = {"LambdaVersion": version, "LambdaArn": pool.function}
        pool.make(LambdaConfig={"PreTokenGenerationConfig": config})
        for name, precedence in (("Admins", 2), ("Team", 1)):
            pool.cognito.create_group(
                UserPoolId=pool.id, GroupName=name, Precedence=precedence, RoleArn=ROLE + name
            )
        made[version] = (pool.id, pool.client)
    return made


class Tokens:
    """The claims of a sign-in's tokens."""

    def __init__(self, signed_in: Mapping[str, Any]) -> None:
        result = signed_in["AuthenticationResult"]
        self.id = claims(result["IdToken"])
        self.access = claims(result["AccessToken"])


@pytest.fixture
def sign_in(pool: TriggeredPool, pools: Versions) -> Any:
    """Sign a member of both groups in, in the pool of a version, as the function answers."""

    def signed_in(version: str, **details: Any) -> Tokens:
        pool.id, pool.client = pools[version]
        name = pool.made_user()
        for group in ("Admins", "Team"):
            pool.cognito.admin_add_user_to_group(UserPoolId=pool.id, Username=name, GroupName=group)
        pool.forget()
        member = "claimsOverrideDetails" if version == "V1_0" else "claimsAndScopeOverrideDetails"
        pool.behave(SOURCE, response={member: details} if details else {})
        return Tokens(pool.sign_in(name))

    return signed_in


@pytest.mark.parametrize("version", ["V1_0", "V2_0", "V3_0"])
def test_the_trigger_is_asked_once_and_told_of_groups_and_roles(
    pool: TriggeredPool, sign_in: Any, version: str
) -> None:
    tokens = sign_in(version)
    (event,) = pool.events()
    assert event["version"] == version[1]
    request = event["request"]
    assert request["userAttributes"]["cognito:user_status"] == "CONFIRMED"
    groups = request["groupConfiguration"]
    assert sorted(groups["groupsToOverride"]) == ["Admins", "Team"]
    assert groups["iamRolesToOverride"] == [ROLE + "Team", ROLE + "Admins"]
    assert groups["preferredRole"] == ROLE + "Team"
    is_first = version == "V1_0"
    assert request.get("scopes") == (None if is_first else ["aws.cognito.signin.user.admin"])
    member = "claimsOverrideDetails" if is_first else "claimsAndScopeOverrideDetails"
    assert event["response"] == {member: None}
    assert tokens.id["cognito:preferred_role"] == ROLE + "Team"
    assert sorted(tokens.access["cognito:groups"]) == ["Admins", "Team"]


def test_the_first_version_changes_claims_of_the_id_token_alone(sign_in: Any) -> None:
    added = {"team": "blue", "level": 7, "ok": True, "gone": "x"}
    tokens = sign_in("V1_0", claimsToAddOrOverride=added, claimsToSuppress=["gone", "email"])
    assert (tokens.id["team"], tokens.id["level"], tokens.id["ok"]) == ("blue", "7", "true")
    assert "gone" not in tokens.id  # suppressed and added: it is suppressed
    assert "email" not in tokens.id
    assert "team" not in tokens.access


def test_the_later_versions_change_each_token_by_its_own_section(sign_in: Any) -> None:
    deep = {"list": [1, "two"], "flag": True}
    tokens = sign_in(
        "V2_0",
        idTokenGeneration={"claimsToAddOrOverride": {"of": "id", "deep": deep}},
        accessTokenGeneration={
            "claimsToAddOrOverride": {"of": "access", "deep": deep},
            "scopesToAdd": ["api/read"],
            "scopesToSuppress": ["aws.cognito.signin.user.admin"],
        },
    )
    assert (tokens.id["of"], tokens.access["of"]) == ("id", "access")
    assert tokens.id["deep"] == tokens.access["deep"] == deep
    assert tokens.access["scope"] == "api/read"


@pytest.mark.parametrize("version", ["V1_0", "V2_0"])
def test_groups_are_replaced_in_both_tokens_and_roles_in_the_id_token(
    sign_in: Any, version: str
) -> None:
    override = {
        "groupsToOverride": ["Ops"],
        "iamRolesToOverride": [ROLE + "Ops"],
        "preferredRole": ROLE + "Ops",
    }
    tokens = sign_in(version, groupOverrideDetails=override)
    assert tokens.id["cognito:groups"] == tokens.access["cognito:groups"] == ["Ops"]
    assert tokens.id["cognito:roles"] == [ROLE + "Ops"]
    assert tokens.id["cognito:preferred_role"] == ROLE + "Ops"
    assert "cognito:roles" not in tokens.access


@pytest.mark.parametrize("version", ["V1_0", "V2_0"])
@pytest.mark.parametrize("override", [None, {}])
def test_an_empty_override_takes_the_groups_away(
    sign_in: Any, version: str, override: dict[str, Any] | None
) -> None:
    tokens = sign_in(version, groupOverrideDetails=override)
    for token in (tokens.id, tokens.access):
        assert "cognito:groups" not in token
    assert "cognito:roles" not in tokens.id


RESERVED = (
    "acr", "amr", "at_hash", "aud", "auth_time", "azp", "cognito:username", "exp", "iat",
    "identities", "iss", "jti", "nbf", "nonce", "origin_jti", "sub", "token_use",
)  # fmt: skip
"""As the developer guide lists them."""


@pytest.mark.parametrize("version", ["V1_0", "V2_0"])
def test_reserved_claims_are_neither_set_nor_suppressed(sign_in: Any, version: str) -> None:
    section = {
        "claimsToAddOrOverride": {**dict.fromkeys(RESERVED, "hacked"), "dev:role": "hacked"},
        "claimsToSuppress": list(RESERVED),
    }
    both = {"idTokenGeneration": section, "accessTokenGeneration": section}
    tokens = sign_in(version, **(section if version == "V1_0" else both))
    for token in (tokens.id, tokens.access):
        assert "hacked" not in token.values()
        for name in ("auth_time", "exp", "iat", "iss", "jti", "origin_jti", "sub", "token_use"):
            assert token[name]
    assert tokens.id["cognito:username"] and tokens.id["aud"]


def test_an_access_token_keeps_who_it_is_for(pool: TriggeredPool, sign_in: Any) -> None:
    wanted = {"client_id": "hacked", "username": "hacked", "scope": "hacked", "aud": "hacked"}
    tokens = sign_in("V2_0", accessTokenGeneration={"claimsToAddOrOverride": wanted})
    assert "hacked" not in tokens.access.values()
    own = {"aud": pool.client}
    tokens = sign_in("V2_0", accessTokenGeneration={"claimsToAddOrOverride": own})
    assert tokens.access["aud"] == pool.client


@pytest.mark.parametrize(
    ("version", "details"),
    [
        ("V1_0", {"claimsToAddOrOverride": {"team": {"not": "a text"}}}),
        ("V1_0", {"claimsToSuppress": "email"}),
        ("V1_0", {"groupOverrideDetails": "none"}),
        ("V2_0", {"idTokenGeneration": []}),
        ("V2_0", {"accessTokenGeneration": {"scopesToAdd": "api/read"}}),
    ],
)
def test_details_of_another_shape_refuse_the_sign_in(
    sign_in: Any, version: str, details: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        sign_in(version, **details)
    assert refusal(refused) == (
        "InvalidLambdaResponseException",
        "Unrecognizable lambda output",
    )


@pytest.mark.parametrize(("version", "runs"), [("V2_0", 0), ("V3_0", 1)])
def test_tokens_of_applications_run_the_third_version_alone(
    shared_cloud: SharedCloud, pool: TriggeredPool, pools: Versions, version: str, runs: int
) -> None:
    pool.id = pools[version][0]
    pool.cognito.create_resource_server(
        UserPoolId=pool.id,
        Identifier="api",
        Name="api",
        Scopes=[{"ScopeName": "read", "ScopeDescription": "read"}],
    )
    client = pool.cognito.create_user_pool_client(
        UserPoolId=pool.id,
        ClientName="machine",
        GenerateSecret=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthScopes=["api/read"],
    )["UserPoolClient"]
    pool.forget()
    source = "TokenGeneration_ClientCredentials"
    section = {"accessTokenGeneration": {"claimsToAddOrOverride": {"tenant": "blue"}}}
    pool.behave(source, response={"claimsAndScopeOverrideDetails": section})
    answer = httpx.post(
        f"{shared_cloud.target.endpoint}/oauth2/token",
        data={"grant_type": "client_credentials", "scope": "api/read"},
        auth=(client["ClientId"], client["ClientSecret"]),
    )
    assert answer.status_code == 200, answer.text
    assert pool.sources == [source] * runs
    assert claims(answer.json()["access_token"]).get("tenant") == ("blue" if runs else None)
    for event in pool.events():
        assert event["callerContext"]["clientId"] == client["ClientId"]
        assert event["request"]["scopes"] == ["api/read"]
