"""The life of an identity pool's identities, by users, guests and the app's own server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.identity_pools import Pools, name_of, trust
from workbench.localcloud import lifecycle
from workbench.users.user_sign_in import claims

pytestmark = pytest.mark.cloud

DEVELOPER = "login.example.app"
COGNITO = "cognito-identity.amazonaws.com"


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pools]:
    folder = tmp_path_factory.mktemp("identities") / "local-cloud"
    yield Pools(lifecycle.start(folder))
    lifecycle.stop(folder)


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    told = refused.value.response["Error"]
    return told["Code"], told["Message"]


def test_a_login_keeps_its_identity_until_it_is_unlinked(pools: Pools) -> None:
    ann, identity = pools.user(), pools.identity
    asked = {"IdentityPoolId": pools.identity_pool, "Logins": pools.logins(ann)}
    mine = identity.get_id(**asked)["IdentityId"]
    assert identity.get_id(**asked)["IdentityId"] == mine
    assert identity.describe_identity(IdentityId=mine)["Logins"] == [pools.provider]
    unlinking = {"IdentityId": mine, "LoginsToRemove": [pools.provider]}
    forbidden = ("NotAuthorizedException", f"Access to Identity '{mine}' is forbidden.")
    assert refusal(identity.unlink_identity, **unlinking, Logins={}) == forbidden
    bob = pools.logins(pools.user())
    assert refusal(identity.unlink_identity, **unlinking, Logins=bob)[0] == "NotAuthorizedException"
    identity.unlink_identity(**unlinking, Logins=pools.logins(ann))
    assert identity.describe_identity(IdentityId=mine)["Logins"][0] == "DISABLED"
    for logins in ({}, pools.logins(ann)):
        code, _ = refusal(identity.get_credentials_for_identity, IdentityId=mine, Logins=logins)
        assert code == "NotAuthorizedException"
    assert identity.get_id(**asked)["IdentityId"] != mine


def test_a_guest_who_signs_in_keeps_the_identity_or_gives_way_to_the_users_own(
    pools: Pools,
) -> None:
    identity, ann = pools.identity, pools.user()
    asked = {"IdentityPoolId": pools.identity_pool}
    guest = identity.get_id(**asked)["IdentityId"]
    found = identity.get_credentials_for_identity(IdentityId=guest, Logins=pools.logins(ann))
    assert found["IdentityId"] == guest
    assert identity.get_id(**asked, Logins=pools.logins(ann))["IdentityId"] == guest
    other = identity.get_id(**asked)["IdentityId"]
    assert other != guest
    found = identity.get_credentials_for_identity(IdentityId=other, Logins=pools.logins(ann))
    assert found["IdentityId"] == guest
    assert identity.describe_identity(IdentityId=other)["Logins"][0] == "DISABLED"


def test_identities_are_listed_by_pages_and_deleted(pools: Pools) -> None:
    identity = pools.identity
    pool = pools.new_identity_pool()
    made = {identity.get_id(IdentityPoolId=pool)["IdentityId"] for _ in range(5)}
    found: list[str] = []
    more: dict[str, str] = {}
    while True:
        page = identity.list_identities(IdentityPoolId=pool, MaxResults=2, **more)
        assert len(page["Identities"]) <= 2
        found += [each["IdentityId"] for each in page["Identities"]]
        if "NextToken" not in page:
            break
        more = {"NextToken": page["NextToken"]}
    assert (set(found), len(found)) == (made, 5)
    nobody = f"{pools.clients.region}:0"
    told = identity.delete_identities(IdentityIdsToDelete=[*made, nobody])
    assert told["UnprocessedIdentityIds"] == [{"IdentityId": nobody, "ErrorCode": "AccessDenied"}]
    assert not identity.list_identities(IdentityPoolId=pool, MaxResults=60)["Identities"]
    gone = ("ResourceNotFoundException", f"Identity '{nobody}' not found.")
    assert refusal(identity.describe_identity, IdentityId=nobody) == gone
    assert refusal(identity.get_credentials_for_identity, IdentityId=nobody) == gone


def test_an_unknown_pool_and_parameters_that_break_the_models_constraints(pools: Pools) -> None:
    identity, nowhere = pools.identity, f"{pools.clients.region}:0"
    gone = ("ResourceNotFoundException", f"IdentityPool '{nowhere}' not found.")
    for call in (
        identity.describe_identity_pool,
        identity.delete_identity_pool,
        identity.get_id,
        identity.get_identity_pool_roles,
    ):
        assert refusal(call, IdentityPoolId=nowhere) == gone
    assert refusal(identity.get_id, IdentityPoolId="us-east-1:xyz") == (
        "ValidationException",
        "1 validation error detected: Value 'us-east-1:xyz' at 'identityPoolId' failed to satisfy "
        r"constraint: Member must satisfy regular expression pattern: [\w-]+:[0-9a-f-]+",
    )
    code, said = refusal(
        identity.create_identity_pool, IdentityPoolName="a!", AllowUnauthenticatedIdentities=True
    )
    assert (code, "'identityPoolName'" in said) == ("ValidationException", True)
    wrong = {"x": {"Type": "Nothing"}}
    code, said = refusal(
        identity.set_identity_pool_roles, IdentityPoolId=nowhere, Roles={}, RoleMappings=wrong
    )
    assert code == "ValidationException"
    assert said.endswith("Member must satisfy enum value set: [Token, Rules]")


def test_an_update_sets_the_whole_pool_and_only_what_was_given_is_told(pools: Pools) -> None:
    identity = pools.identity
    pool = pools.new_identity_pool(DeveloperProviderName=DEVELOPER, AllowClassicFlow=True)
    told = identity.describe_identity_pool(IdentityPoolId=pool)
    assert not {"SamlProviderARNs", "SupportedLoginProviders"} & set(told)
    assert (told["DeveloperProviderName"], told["AllowClassicFlow"]) == (DEVELOPER, True)
    named = {"IdentityPoolId": pool, "IdentityPoolName": "b"}
    told = identity.update_identity_pool(**named, AllowUnauthenticatedIdentities=False)
    assert (told["IdentityPoolName"], told["AllowUnauthenticatedIdentities"]) == ("b", False)
    assert "AllowClassicFlow" not in told
    assert not {"DeveloperProviderName", "CognitoIdentityProviders"} & set(told)


def test_the_classic_flow_is_off_where_a_pool_says_so_or_maps_roles(pools: Pools) -> None:
    identity = pools.identity

    def told(pool: str) -> str:
        found = identity.get_id(IdentityPoolId=pool)["IdentityId"]
        try:
            return str(identity.get_open_id_token(IdentityId=found)["IdentityId"] == found)
        except ClientError as refused:
            return str(refused)

    assert told(pools.new_identity_pool()) == "True"
    assert told(pools.new_identity_pool(AllowClassicFlow=True)) == "True"
    assert told(pools.new_identity_pool(AllowClassicFlow=False)).endswith(
        "Basic (classic) flow is not enabled, please use enhanced flow."
    )
    mapped = pools.new_identity_pool(AllowClassicFlow=True)
    mapping = {"Type": "Token", "AmbiguousRoleResolution": "Deny"}
    identity.set_identity_pool_roles(
        IdentityPoolId=mapped, Roles={}, RoleMappings={pools.provider: mapping}
    )
    assert told(mapped).endswith(
        "Basic (classic) flow is not supported with RoleMappings, please use enhanced flow."
    )


def test_a_role_mapping_says_what_else_is_to_be_done(pools: Pools) -> None:
    pool, set_roles = pools.new_identity_pool(), pools.identity.set_identity_pool_roles
    for mapping in (
        {"Type": "Token"},
        {"Type": "Rules", "AmbiguousRoleResolution": "Deny"},
    ):
        code, _ = refusal(
            set_roles, IdentityPoolId=pool, Roles={}, RoleMappings={pools.provider: mapping}
        )
        assert code == "InvalidParameterException"


def test_the_apps_own_server_says_who_somebody_is(pools: Pools) -> None:
    identity = pools.identity
    pool = pools.new_identity_pool(
        DeveloperProviderName=DEVELOPER,
        AllowUnauthenticatedIdentities=False,
        AllowClassicFlow=True,
    )
    role = pools.role("developers", document=trust(pool, DEVELOPER, tags=True))
    identity.set_identity_pool_roles(IdentityPoolId=pool, Roles={"authenticated": role})
    in_pool = {"IdentityPoolId": pool}
    get_token = identity.get_open_id_token_for_developer_identity
    ann = get_token(**in_pool, Logins={DEVELOPER: "ann"}, PrincipalTags={"team": "a"})
    again = get_token(**in_pool, Logins={DEVELOPER: "ann"}, TokenDuration=60)
    assert again["IdentityId"] == ann["IdentityId"]
    told = claims(ann["Token"])
    assert (told["sub"], told["aud"]) == (ann["IdentityId"], pool)
    assert told["amr"] == ["authenticated", DEVELOPER, f"{DEVELOPER}:{pool}:ann"]
    assert told["exp"] - told["iat"] == 900
    assert claims(again["Token"])["exp"] - time.time() <= 60

    found = identity.get_credentials_for_identity(
        IdentityId=ann["IdentityId"], Logins={COGNITO: ann["Token"]}
    )
    arn = pools.acting("sts", found["Credentials"]).get_caller_identity()["Arn"]
    assert arn.split("/")[1] == name_of(role)
    shown = identity.describe_identity(IdentityId=ann["IdentityId"])
    assert shown["Logins"] == [DEVELOPER]

    bob = get_token(**in_pool, Logins={DEVELOPER: "bob"})
    for wrong in (bob["Token"], ann["Token"][:-6] + "AAAAAA", "garbage", pools.user().id):
        code, _ = refusal(
            identity.get_credentials_for_identity,
            IdentityId=ann["IdentityId"],
            Logins={COGNITO: wrong},
        )
        assert code == "NotAuthorizedException"
    code, said = refusal(identity.get_id, **in_pool, Logins={COGNITO: ann["Token"]})
    assert said == "Invalid login token. Can't pass in a Cognito token."
    code, said = refusal(get_token, **in_pool, Logins={"login.other": "ann"})
    assert said == "This identity pool does not support the specified developer provider"
    taken = {"IdentityId": ann["IdentityId"], "Logins": {DEVELOPER: "bob"}}
    assert refusal(get_token, **in_pool, **taken)[0] == "DeveloperUserAlreadyRegisteredException"

    get_token(**in_pool, IdentityId=ann["IdentityId"], Logins={DEVELOPER: "ann2"})
    look_up = identity.lookup_developer_identity
    known = look_up(**in_pool, IdentityId=ann["IdentityId"])
    assert known["DeveloperUserIdentifierList"] == ["ann", "ann2"]
    assert look_up(**in_pool, DeveloperUserIdentifier="bob")["IdentityId"] == bob["IdentityId"]
    assert refusal(look_up, **in_pool, DeveloperUserIdentifier="eve")[0] == (
        "ResourceNotFoundException"
    )
    both = {"IdentityId": ann["IdentityId"], "DeveloperUserIdentifier": "bob"}
    assert refusal(look_up, **in_pool, **both)[0] == "ResourceConflictException"

    named = {**in_pool, "DeveloperProviderName": DEVELOPER}
    merged = identity.merge_developer_identities(
        **named, SourceUserIdentifier="bob", DestinationUserIdentifier="ann"
    )
    assert merged["IdentityId"] == ann["IdentityId"]
    assert look_up(**in_pool, DeveloperUserIdentifier="bob")["IdentityId"] == ann["IdentityId"]
    assert identity.describe_identity(IdentityId=bob["IdentityId"])["Logins"][0] == "DISABLED"

    for user in ("ann", "ann2", "bob"):
        unlinked = {"IdentityId": ann["IdentityId"], "DeveloperUserIdentifier": user}
        identity.unlink_developer_identity(**named, **unlinked)
    assert identity.describe_identity(IdentityId=ann["IdentityId"])["Logins"][0] == "DISABLED"
    assert refusal(
        identity.get_credentials_for_identity,
        IdentityId=ann["IdentityId"],
        Logins={COGNITO: ann["Token"]},
    )


def test_cloudformation_names_the_provider_in_the_mapping(pools: Pools) -> None:
    stacks: Any = pools.clients.client("cloudformation")
    pool, key = pools.new_identity_pool(), f"{pools.provider}:{pools.client}"
    mapping = {
        "Type": "Token",
        "AmbiguousRoleResolution": "Deny",
        "IdentityProvider": key,
    }
    attachment = {
        "Type": "AWS::Cognito::IdentityPoolRoleAttachment",
        "Properties": {
            "IdentityPoolId": pool,
            "Roles": {"authenticated": pools.role("stack", document=trust(pool))},
            "RoleMappings": {"Mapping": mapping},
        },
    }
    template = json.dumps({"Resources": {"Attachment": attachment}})
    stacks.create_stack(StackName="mapping", TemplateBody=template)
    stacks.get_waiter("stack_create_complete").wait(
        StackName="mapping", WaiterConfig={"Delay": 0.1, "MaxAttempts": 200}
    )
    told = pools.identity.get_identity_pool_roles(IdentityPoolId=pool)["RoleMappings"]
    assert told == {key: {"Type": "Token", "AmbiguousRoleResolution": "Deny"}}
    member = pools.user()
    found = pools.identity.get_id(IdentityPoolId=pool, Logins=pools.logins(member))
    code, said = refusal(
        pools.identity.get_credentials_for_identity,
        IdentityId=found["IdentityId"],
        Logins=pools.logins(member),
    )
    assert (code, pools.provider in said) == ("NotAuthorizedException", True)
