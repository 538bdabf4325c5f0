"""Which role an identity gets: by groups, rules, and what the identity pool says of neither."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.users.groups import Group
from workbench.users.identity_role import role_of

BASE = "arn:aws:iam::1:role/"
ROLES = {"authenticated": f"{BASE}Base"}
ADMINS = Group("Admins", precedence=0, role_arn=f"{BASE}Admins")
TEAM = Group("Team", precedence=5, role_arn=f"{BASE}Team")
EQUAL = Group("Equal", precedence=0, role_arn=f"{BASE}Equal")
WITHOUT = Group("Without", precedence=0)
LAST = Group("Last", role_arn=f"{BASE}Last")
TOKEN = {"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"}
DENY = {**TOKEN, "AmbiguousRoleResolution": "Deny"}


def _rule(claim: str, match: str, value: str) -> dict[str, str]:
    return {"Claim": claim, "MatchType": match, "Value": value, "RoleARN": f"{BASE}{match}"}


RULES = {
    "Type": "Rules",
    "AmbiguousRoleResolution": "Deny",
    "RulesConfiguration": {
        "Rules": [
            _rule("custom:team", "Equals", "blue"),
            _rule("email", "StartsWith", "ann@"),
            _rule("cognito:groups", "Contains", "Team"),
            _rule("custom:level", "NotEqual", "0"),
        ]
    },
}


@pytest.mark.parametrize(
    ("mapping", "groups", "attributes", "name", "by"),
    [
        (None, [ADMINS], {}, "Base", "the role of signed-in users"),
        (TOKEN, [TEAM, ADMINS, WITHOUT], {}, "Admins", "the group Admins, precedence 0"),
        (TOKEN, [LAST, TEAM], {}, "Team", "the group Team"),
        (TOKEN, [LAST], {}, "Last", "the group Last"),
        (TOKEN, [WITHOUT], {}, "Base", "no group of the user has a role"),
        (TOKEN, [ADMINS, EQUAL], {}, "Base", "Admins and Equal have the same precedence"),
        (DENY, [ADMINS, EQUAL], {}, "", "refuses"),
        (DENY, [], {}, "", "no group of the user has a role"),
        (RULES, [], {"custom:team": "blue", "email": "ann@x.y"}, "Equals", "custom:team Equals"),
        (RULES, [], {"email": "ann@x.y"}, "StartsWith", "the rule email StartsWith ann@"),
        (RULES, [TEAM], {"email": "bob@x.y"}, "Contains", "cognito:groups"),
        (RULES, [], {"custom:level": "1"}, "NotEqual", "custom:level"),
        (RULES, [], {"custom:level": "0"}, "", "no rule of the identity pool matches"),
    ],
)
def test_the_role_and_what_gives_it(
    mapping: Any, groups: list[Group], attributes: dict[str, str], name: str, by: str
) -> None:
    role = role_of(ROLES, mapping, groups, attributes)
    assert role.name == name
    assert by in role.by
