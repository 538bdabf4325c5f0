"""How long API keys may be good, by every way that makes or changes one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

pytestmark = pytest.mark.cloud

DAY = 86400
TOO_SHORT = "API key must be valid for a minimum of 1 days."
TOO_LONG = "API key must be valid for a maximum of 365 days."


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as refused:
        call(**asked)
    told = refused.value.response["Error"]
    return told["Code"], told["Message"]


def test_a_key_is_good_for_one_day_to_a_year(stacks: Stacks) -> None:
    appsync: Any = stacks.clients.client("appsync")
    now = int(time.time())
    graphql = appsync.create_graphql_api(name="a", authenticationType="API_KEY")["graphqlApi"]
    modes = [{"authType": "API_KEY"}]
    events = appsync.create_api(
        name="events",
        eventConfig={
            "authProviders": modes,
            "connectionAuthModes": modes,
            "defaultPublishAuthModes": modes,
            "defaultSubscribeAuthModes": modes,
        },
    )["api"]
    wrong = {1_600_000_000: TOO_SHORT, now + 2000: TOO_SHORT, now + 730 * DAY: TOO_LONG}
    for api in (graphql, events):
        for expires, said in wrong.items():
            told = refusal(appsync.create_api_key, apiId=api["apiId"], expires=expires)
            assert told == ("ApiKeyValidityOutOfBoundsException", said)
    key = appsync.create_api_key(apiId=graphql["apiId"])["apiKey"]
    assert "description" not in key
    assert (key["expires"] % 3600, key["deletes"] - key["expires"]) == (0, 60 * DAY)
    assert 0 <= now + 7 * DAY - key["expires"] <= 3600
    named = {"apiId": graphql["apiId"], "id": key["id"]}
    for expires, said in wrong.items():
        told = refusal(appsync.update_api_key, **named, expires=expires)
        assert told == ("ApiKeyValidityOutOfBoundsException", said)
    changed = appsync.update_api_key(**named, expires=now + 300 * DAY)["apiKey"]
    assert 0 <= now + 300 * DAY - changed["expires"] < 3600


@pytest.mark.parametrize(("days", "said"), [(0.1, TOO_SHORT), (400, TOO_LONG)])
def test_a_template_with_another_expiry_fails(stacks: Stacks, days: float, said: str) -> None:
    def template(days: float) -> dict[str, Any]:
        api = {"Name": "data", "AuthenticationType": "API_KEY"}
        key = {
            "ApiId": {"Fn::GetAtt": ["Api", "ApiId"]},
            "Expires": int(time.time() + days * DAY),
        }
        return {
            "Resources": {
                "Api": {"Type": "AWS::AppSync::GraphQLApi", "Properties": api},
                "Key": {"Type": "AWS::AppSync::ApiKey", "Properties": key},
            }
        }

    assert stacks.create("bad", template(days))["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [str(each.get("ResourceStatusReason")) for each in stacks.events("bad")]
    assert any(said in reason for reason in reasons)
    assert stacks.create("good", template(30))["StackStatus"] == "CREATE_COMPLETE"
    assert stacks.update("good", template(days))["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
