"""``allow``: every strategy and provider of Gen 2 as a record."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from amplify_tui import DefinitionError, allow
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import FunctionAccess, Rule
from workbench.backend.definitions.source_location import NOWHERE
from workbench.backend.schema.rules import Allowed

SHOUT = FunctionDefinition("shout", Path("shout.py"))


@pytest.mark.parametrize(
    ("allowed", "rule"),
    [
        (allow.public_api_key(), Rule("public", "apiKey")),
        (allow.guest(), Rule("public", "identityPool")),
        (allow.authenticated(), Rule("private", "userPools")),
        (allow.authenticated("identityPool"), Rule("private", "identityPool")),
        (allow.authenticated("oidc"), Rule("private", "oidc")),
        (allow.owner(), Rule("owner", "userPools", owner_field="owner")),
        (allow.owner("oidc"), Rule("owner", "oidc", owner_field="owner")),
        (allow.owner_defined_in("by"), Rule("owner", "userPools", owner_field="by")),
        (
            allow.owners_defined_in("by", "oidc"),
            Rule("owner", "oidc", owner_field="by", is_list=True),
        ),
        (allow.group("A"), Rule("groups", "userPools", groups=("A",))),
        (allow.groups(["A", "B"], "oidc"), Rule("groups", "oidc", groups=("A", "B"))),
        (allow.group_defined_in("team"), Rule("groups", "userPools", groups_field="team")),
        (
            allow.groups_defined_in("teams"),
            Rule("groups", "userPools", groups_field="teams", is_list=True),
        ),
        (allow.custom(), Rule("custom", "function")),
        (
            allow.owner().identity_claim("email").to("create", "read", "get"),
            Rule(
                "owner",
                "userPools",
                ("create", "get", "list", "sync", "listen", "search"),
                owner_field="owner",
                identity_claim="email",
            ),
        ),
        (
            allow.group("A").to("delete").group_claim("roles"),
            Rule("groups", "userPools", ("delete",), groups=("A",), group_claim="roles"),
        ),
    ],
)
def test_rules(allowed: Allowed, rule: Rule) -> None:
    assert replace(allowed.rule, place=NOWHERE) == rule
    assert allowed.rule.place.file == __file__


def test_access_of_a_function() -> None:
    every = allow.resource(SHOUT)
    assert every.access == FunctionAccess(SHOUT, ("query", "mutate", "listen"))
    assert every.to("mutate").access == FunctionAccess(SHOUT, ("mutate",))
    with pytest.raises(DefinitionError, match="no operation 'read'"):
        every.to("read")  # type: ignore[arg-type]
