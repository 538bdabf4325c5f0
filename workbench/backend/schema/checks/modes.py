"""Checks of the API's authorization modes beside the rules that need them."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.backend.definitions.schema import Field, Modes, Relation, Rule, Schema
from workbench.backend.definitions.source_location import DefinitionError, Place
from workbench.backend.schema.checks.rules import can_match


def mode_problems(schema: Schema, modes: Modes, place: Place) -> Iterator[DefinitionError]:
    """Rules whose way of signing in the API does not have, and modes without what they need."""
    has_key = modes.default in ("apiKey", None) or modes.api_key_days is not None
    lacks = {
        "function": (
            modes.lambda_function is None,
            "a custom authorizer, but the API has none",
            "Give define_data lambda_authorizer=LambdaAuthorizer(my_function).",
        ),
        "oidc": (
            not modes.oidc_issuer,
            "OpenID Connect, but the API has no provider",
            'Give define_data oidc=Oidc("https://…").',
        ),
        "apiKey": (
            not has_key,
            "an API key, but the API has none",
            "Give define_data api_key_days=30.",
        ),
    }
    for subject, rule in _rules(schema):
        missing, what, fix = lacks.get(rule.provider, (False, "", ""))
        if missing and can_match(rule):
            yield DefinitionError(f"{subject} allows {what}.", fix, rule.place)
    if modes.default == "lambda" and modes.lambda_function is None:
        yield DefinitionError("The default authorization is lambda.", lacks["function"][2], place)
    if modes.default == "oidc" and not modes.oidc_issuer:
        yield DefinitionError("The default authorization is oidc.", lacks["oidc"][2], place)
    if modes.lambda_ttl_seconds is not None and not 0 <= modes.lambda_ttl_seconds <= 3600:
        yield DefinitionError(
            f"An authorizer's answer cannot hold for {modes.lambda_ttl_seconds} seconds.",
            "Choose 0 to 3600.",
            place,
        )
    if modes.api_key_days is not None and not 1 <= modes.api_key_days <= 365:
        yield DefinitionError(
            f"An API key cannot live {modes.api_key_days} days.", "Choose 1 to 365.", place
        )


def _rules(schema: Schema) -> Iterator[tuple[str, Rule]]:
    for model in schema.models:
        yield from ((model.name, rule) for rule in model.rules)
        members: list[Field | Relation] = [*model.fields, *model.relations]
        for member in members:
            yield from ((f"{model.name}.{member.name}", rule) for rule in member.rules)
    for operation in schema.operations:
        yield from ((operation.name, rule) for rule in operation.rules)
