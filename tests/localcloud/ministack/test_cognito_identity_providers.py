"""User pools with external sign-in deploy from templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def _template(client_id: str = "one") -> dict[str, Any]:
    return {
        "Resources": {
            "Pool": {"Type": "AWS::Cognito::UserPool", "Properties": {"UserPoolName": "pool"}},
            "Google": {
                "Type": "AWS::Cognito::UserPoolIdentityProvider",
                "Properties": {
                    "UserPoolId": {"Ref": "Pool"},
                    "ProviderName": "Google",
                    "ProviderType": "Google",
                    "ProviderDetails": {"client_id": client_id, "authorize_scopes": "email"},
                    "AttributeMapping": {"email": "email"},
                },
            },
        }
    }


def _providers(stacks: Stacks) -> list[str]:
    client = stacks.clients.client("cognito-idp")
    pool = stacks.physical_id("app", "Pool")
    found = client.list_identity_providers(UserPoolId=pool, MaxResults=10)["Providers"]
    return [item["ProviderName"] for item in found]


def test_a_provider_is_made_changed_and_removed(stacks: Stacks) -> None:
    assert stacks.create("app", _template())["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.physical_id("app", "Google") == "Google"
    stacks.update("app", _template("two"))
    provider = stacks.clients.client("cognito-idp").describe_identity_provider(
        UserPoolId=stacks.physical_id("app", "Pool"), ProviderName="Google"
    )["IdentityProvider"]
    assert provider["ProviderDetails"]["client_id"] == "two"
    assert provider["AttributeMapping"] == {"email": "email"}
    without = _template()
    del without["Resources"]["Google"]
    stacks.update("app", without)
    assert _providers(stacks) == []


def test_without_the_patch_the_type_is_refused(stacks_without: Callable[[str], Stacks]) -> None:
    stacks = stacks_without("cognito.identity_providers")
    with pytest.raises(ClientError, match="Unrecognized resource types"):
        stacks.create("app", _template())
