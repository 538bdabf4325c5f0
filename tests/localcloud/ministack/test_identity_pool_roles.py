"""Which role an identity pool gives to whom, as a table, asked over HTTP."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.localcloud.identity_pools import Pools, name_of, trust
from workbench.localcloud import lifecycle
from workbench.users.user_sign_in import claims

pytestmark = pytest.mark.cloud

ROLES, PREFERRED = "cognito:roles", "cognito:preferred_role"
BAD_ROLES = (
    "InvalidIdentityPoolConfigurationException: "
    "Invalid identity pool configuration. Check assigned IAM roles for this pool."
)


@pytest.fixture(scope="module")
def pools(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pools]:
    folder = tmp_path_factory.mktemp("roles") / "local-cloud"
    yield Pools(lifecycle.start(folder))
    lifecycle.stop(folder)


def token_mapping(resolution: str) -> dict[str, Any]:
    return {"Type": "Token", "AmbiguousRoleResolution": resolution}


# -- the token's claims ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("precedences", "preferred"),
    [
        ((), None),
        ((3,), 0),
        ((None,), 0),
        ((2, 1), 1),
        ((0, None), 0),
        ((1, 1), None),
        ((None, None), None),
        ((1, 1, 0), 2),
    ],
)
def test_a_token_says_the_roles_of_its_groups(
    pools: Pools, precedences: tuple[int | None, ...], preferred: int | None
) -> None:
    roles = [pools.role(f"of{number}") for number in range(len(precedences))]
    groups = [
        pools.group("g", precedence, role)
        for precedence, role in zip(precedences, roles, strict=True)
    ]
    tokens = pools.user(*groups, pools.group("without-role", 0))
    told = claims(tokens.id)
    assert set(told.get(ROLES, ())) == set(roles)
    assert (ROLES in told) == bool(roles)
    assert told.get(PREFERRED) == (None if preferred is None else roles[preferred])
    assert not {ROLES, PREFERRED} & set(claims(tokens.access))


def test_two_groups_of_one_role_prefer_it(pools: Pools) -> None:
    role = pools.role("shared")
    told = claims(pools.user(pools.group("a", 1, role), pools.group("b", 1, role)).id)
    assert (told[ROLES], told[PREFERRED]) == ([role], role)


# -- mappings by the token ------------------------------------------------------------------------


def test_the_groups_role_is_given_where_the_mapping_is_by_token(pools: Pools) -> None:
    team, admins, other = (pools.role(name) for name in ("team", "admins", "other"))
    member = pools.user(pools.group("team", 2, team), pools.group("admins", 1, admins))
    tied = pools.user(pools.group("t", 1, team), pools.group("a", 1, admins))
    nobody = pools.user()
    members = name_of(pools.roles["authenticated"])
    pools.map_roles()
    assert pools.role_of(member) == members
    pools.map_roles(token_mapping("AuthenticatedRole"))
    assert pools.role_of(member) == name_of(admins)
    assert pools.role_of(tied) == members
    assert pools.role_of(nobody) == members
    assert pools.role_of() == name_of(pools.roles["unauthenticated"])
    for wanted in (team, admins):
        assert pools.role_of(member, wanted) == name_of(wanted)
        assert pools.role_of(tied, wanted) == name_of(wanted)
    for who in (member, tied, nobody):
        assert pools.role_of(who, other).startswith("NotAuthorizedException")
    assert pools.role_of(nobody, team).startswith("NotAuthorizedException")
    assert pools.role_of(None, team).startswith("NotAuthorizedException")
    pools.map_roles(token_mapping("Deny"))
    denied = f"The ambiguous role mapping rules for: {pools.provider} denied this request."
    assert pools.role_of(member) == name_of(admins)
    for who in (tied, nobody):
        assert pools.role_of(who) == f"NotAuthorizedException: {denied}"
    assert pools.role_of(tied, team) == name_of(team)
    # Of another client, so of nobody here.
    pools.map_roles(token_mapping("Deny"), key=f"{pools.provider}:another")
    assert pools.role_of(member) == members


# -- mappings by rules ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claim", "kind", "value", "matches"),
    [
        ("custom:dept", "Equals", "sales", True),
        ("custom:dept", "Equals", "sale", False),
        ("custom:dept", "StartsWith", "sal", True),
        ("custom:dept", "StartsWith", "ales", False),
        ("custom:dept", "Contains", "ale", True),
        ("custom:dept", "Contains", "x", False),
        ("custom:dept", "NotEqual", "other", True),
        ("custom:dept", "NotEqual", "sales", False),
        ("custom:missing", "NotEqual", "sales", False),
        ("custom:missing", "Equals", "sales", False),
        ("email_verified", "Equals", "true", True),
        ("cognito:groups", "Contains", "team", True),
        ("cognito:groups", "Contains", "admins", False),
    ],
)
def test_a_rule_matches_a_claim(
    pools: Pools, claim: str, kind: str, value: str, *, matches: bool
) -> None:
    found = pools.role("found")
    rules = [{"Claim": claim, "MatchType": kind, "Value": value, "RoleARN": found}]
    mapping = {
        "Type": "Rules",
        "AmbiguousRoleResolution": "Deny",
        "RulesConfiguration": {"Rules": rules},
    }
    who = pools.user(
        pools.group("team"),
        **{"custom:dept": "sales", "email": "a@example.com", "email_verified": "true"},
    )
    pools.map_roles(mapping)
    got = pools.role_of(who)
    if matches:
        assert got == name_of(found)
    else:
        assert got.startswith("NotAuthorizedException: The ambiguous role mapping rules for: ")
    pools.map_roles({**mapping, "AmbiguousRoleResolution": "AuthenticatedRole"})
    default = name_of(pools.roles["authenticated"])
    assert pools.role_of(who) == (name_of(found) if matches else default)


def test_the_first_rule_that_matches_counts_unless_another_matching_one_is_asked_for(
    pools: Pools,
) -> None:
    first, second, third = (pools.role(f"rule{number}") for number in range(3))
    rules = [
        {"Claim": "custom:dept", "MatchType": kind, "Value": value, "RoleARN": role}
        for kind, value, role in (
            ("Equals", "no", third),
            ("StartsWith", "s", first),
            ("Equals", "sales", second),
        )
    ]
    pools.map_roles(
        {
            "Type": "Rules",
            "AmbiguousRoleResolution": "Deny",
            "RulesConfiguration": {"Rules": rules},
        }
    )
    who = pools.user(**{"custom:dept": "sales"})
    assert pools.role_of(who) == name_of(first)
    assert pools.role_of(who, second) == name_of(second)
    assert pools.role_of(who, third).startswith("NotAuthorizedException")


# -- the roles themselves -------------------------------------------------------------------------


def test_a_role_must_be_there_and_trust_the_pool(pools: Pools) -> None:
    own = dict(pools.roles)
    member = pools.user()
    other_pool = f"{pools.clients.region}:00000000-0000-4000-8000-000000000000"
    try:
        for bad in (
            "",
            "arn:aws:iam::000000000000:role/nowhere",
            pools.role("another-pool", document=trust(other_pool)),
            pools.role("guests-only", amr="unauthenticated"),
            pools.role("nobody", document='{"Version":"2012-10-17","Statement":[]}'),
        ):
            pools.roles = {"unauthenticated": own["unauthenticated"]}
            if bad:
                pools.roles["authenticated"] = bad
            pools.map_roles()
            assert pools.role_of(member) == BAD_ROLES, bad
            assert pools.role_of() == name_of(own["unauthenticated"])
        pools.roles = {"authenticated": own["authenticated"]}
        pools.map_roles()
        assert pools.role_of() == BAD_ROLES
        assert pools.role_of(member) == name_of(own["authenticated"])
    finally:
        pools.roles = own
        pools.map_roles()


def test_credentials_last_an_hour_and_a_tag_opens_the_folder_of_its_name(pools: Pools) -> None:
    s3: Any = pools.clients.client("s3")
    s3.create_bucket(Bucket="by-tag")
    for folder in ("sales", "other"):
        s3.put_object(Bucket="by-tag", Key=f"{folder}/a", Body=b"x")
    named = {"IdentityPoolId": pools.identity_pool, "IdentityProviderName": pools.provider}
    pools.identity.set_principal_tag_attribute_map(**named, PrincipalTags={"d": "custom:dept"})
    own = dict(pools.roles)
    try:
        pools.roles["authenticated"] = pools.role("by-tag", tags=True)
        resource = "arn:aws:s3:::by-tag/${aws:PrincipalTag/d}/*"
        grant = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}
        pools.clients.client("iam").put_role_policy(
            RoleName=name_of(pools.roles["authenticated"]),
            PolicyName="own",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": grant}),
        )
        pools.map_roles()
        keys = pools.keys(pools.user(**{"custom:dept": "sales"}))
    finally:
        pools.identity.set_principal_tag_attribute_map(**named, PrincipalTags={})
        pools.roles = own
        pools.map_roles()
    assert 3590 < keys["Expiration"].timestamp() - time.time() <= 3600
    acting = pools.acting("s3", keys)
    assert acting.get_object(Bucket="by-tag", Key="sales/a")["Body"].read() == b"x"
    with pytest.raises(ClientError, match="AccessDenied"):
        acting.get_object(Bucket="by-tag", Key="other/a")


def test_attributes_for_access_control_need_a_trust_in_tags(pools: Pools) -> None:
    who = pools.user(**{"custom:dept": "sales"})
    pools.map_roles()
    named = {"IdentityPoolId": pools.identity_pool, "IdentityProviderName": pools.provider}
    own = dict(pools.roles)
    try:
        pools.identity.set_principal_tag_attribute_map(**named, PrincipalTags={"d": "custom:dept"})
        assert pools.role_of(who) == BAD_ROLES
        pools.roles["authenticated"] = pools.role("tagged", tags=True)
        pools.map_roles()
        assert pools.role_of(who) == name_of(pools.roles["authenticated"])
        # A user without the attribute has no tag, so needs no trust in tags.
        pools.roles["authenticated"] = own["authenticated"]
        pools.map_roles()
        assert pools.role_of(pools.user()) == name_of(own["authenticated"])
        pools.identity.set_principal_tag_attribute_map(**named, UseDefaults=True)
        assert pools.role_of(pools.user()) == BAD_ROLES
    finally:
        pools.identity.set_principal_tag_attribute_map(**named, PrincipalTags={})
        pools.roles = own
        pools.map_roles()


def test_credentials_outlive_a_restart(own_cloud_dir: Path) -> None:
    pools = Pools(lifecycle.start(own_cloud_dir))
    keys = pools.keys(pools.user())
    lifecycle.stop(own_cloud_dir)
    pools.target = lifecycle.start(own_cloud_dir)
    arn = pools.acting("sts", keys).get_caller_identity()["Arn"]
    assert arn.split("/")[1] == name_of(pools.roles["authenticated"])
    lifecycle.stop(own_cloud_dir)
