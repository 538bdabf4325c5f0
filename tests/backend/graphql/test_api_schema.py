"""What the API's schema leaves out where a model has no use for it."""

from __future__ import annotations

from graphql import InputObjectTypeDefinitionNode, parse

from amplify_tui import Model, allow, define_data
from workbench.backend.graphql.api_schema import write_api_schema


class Silent(Model, rules=[allow.public_api_key()], disable=["subscriptions"]):
    a: str | None


class Loud(Model, rules=[allow.public_api_key()]):
    a: str | None


def test_only_what_is_heard_of_has_a_filter_for_subscriptions() -> None:
    data = define_data(models=[Silent, Loud], api_key_days=30)
    inputs = {
        node.name.value
        for node in parse(write_api_schema(data.schema, data.modes)).definitions
        if isinstance(node, InputObjectTypeDefinitionNode)
    }
    assert {"ModelSilentFilterInput", "ModelSubscriptionLoudFilterInput"} <= inputs
    assert "ModelSubscriptionSilentFilterInput" not in inputs
