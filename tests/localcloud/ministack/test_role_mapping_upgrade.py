"""Role mappings that earlier releases saved by the name that the template gave them."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.ministack.patches.cognito.role_mapping import name_provider

pytestmark = pytest.mark.unit

TOKEN = {"Type": "Token", "AmbiguousRoleResolution": "AuthenticatedRole"}
OURS = {"ProviderName": "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a", "ClientId": "c1"}
NAMED = "cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a:c1"


@pytest.mark.parametrize(
    ("providers", "saved", "named"),
    [
        ([OURS], {"UserPoolWebClientRoleMapping": TOKEN}, {NAMED: TOKEN}),
        ([OURS], {"graph.facebook.com": TOKEN}, {"graph.facebook.com": TOKEN}),
        ([OURS], {NAMED: TOKEN}, {NAMED: TOKEN}),
        ([OURS, OURS], {"Mapping": TOKEN}, {"Mapping": TOKEN}),
        ([], {"Mapping": TOKEN}, {"Mapping": TOKEN}),
    ],
)
def test_a_mapping_gets_the_name_of_the_only_provider(
    providers: list[dict[str, str]], saved: dict[str, Any], named: dict[str, Any]
) -> None:
    pool = {"CognitoIdentityProviders": providers, "_role_mappings": dict(saved)}
    name_provider(pool)
    assert pool["_role_mappings"] == named
