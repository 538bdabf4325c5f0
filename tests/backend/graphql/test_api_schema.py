"""What the API's schema leaves out where a model has no use for it."""

from __future__ import annotations

from graphql import build_schema

from amplify_tui import Model, allow, define_data
from workbench.backend.graphql.api_schema import write_api_schema

DIRECTIVES = "directive @aws_api_key on OBJECT | FIELD_DEFINITION\n"


class Silent(Model, rules=[allow.public_api_key()], disable=["subscriptions"]):
    a: str | None


class Loud(Model, rules=[allow.public_api_key()]):
    a: str | None


def test_only_what_is_heard_of_has_a_filter_for_subscriptions() -> None:
    data = define_data(models=[Silent, Loud], api_key_days=30)
    schema = build_schema(
        DIRECTIVES + write_api_schema(data.schema, data.modes), assume_valid_sdl=True
    )
    assert "ModelSilentFilterInput" in schema.type_map
    filters = [name for name in schema.type_map if name.startswith("ModelSubscription")]
    assert "ModelSubscriptionLoudFilterInput" in filters
    assert "ModelSubscriptionSilentFilterInput" not in filters
