"""``define_data``: a checked schema with its authorization modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.place import DefinitionError, DefinitionErrors
from workbench.backend.definitions.schema import (
    DataDefinition,
    DefaultMode,
    Modes,
    Rule,
    Schema,
)
from workbench.backend.schema.checking import problems_of
from workbench.backend.schema.classes import Model
from workbench.backend.schema.operations import OperationDeclaration
from workbench.backend.schema.places import calling_place
from workbench.backend.schema.reading import Reader
from workbench.backend.schema.rules import Allowed, AllowedFunction

_MODES: dict[str, DefaultMode] = {
    "api_key": "apiKey",
    "user_pool": "userPool",
    "oidc": "oidc",
    "identity_pool": "identityPool",
    "lambda": "lambda",
}


@dataclass(frozen=True, slots=True)
class LambdaAuthorizer:
    """A function that decides about each request; ``ttl_seconds`` is how long its word holds."""

    function: FunctionDefinition
    ttl_seconds: int = 300


@dataclass(frozen=True, slots=True)
class Oidc:
    """Another OpenID Connect provider's tokens."""

    issuer: str
    client_id: str = ""
    token_expiry_from_auth_seconds: int | None = None
    token_expiry_from_issue_seconds: int | None = None


def define_data(
    *,
    models: Sequence[type[Model]] = (),
    operations: Sequence[OperationDeclaration] = (),
    rules: Sequence[Allowed | AllowedFunction] = (),
    default_authorization: Literal["api_key", "user_pool", "oidc", "identity_pool", "lambda"]
    | None = None,
    api_key_days: int | None = None,
    lambda_authorizer: LambdaAuthorizer | None = None,
    oidc: Oidc | None = None,
    name: str = "amplifyData",
    logs: bool = False,
) -> DataDefinition:
    """Define the GraphQL API; ``rules`` are those of every model that has none of its own.

    ``default_authorization`` None is the user pool where the backend has auth, else an API key.
    Raises DefinitionErrors with everything that is wrong.
    """
    place = calling_place()
    own = tuple(each.rule for each in rules if isinstance(each, Allowed))
    reader = Reader({model.__declaration__.name: model for model in models}, own)
    read = tuple(reader.model(model) for model in models)
    read_operations = tuple(reader.operation(each) for each in operations)
    schema = Schema(
        read,
        tuple(reader.custom_types.values()),
        tuple(reader.enums.values()),
        read_operations,
        tuple(each.access for each in rules if isinstance(each, AllowedFunction)),
    )
    modes = Modes(
        _MODES[default_authorization] if default_authorization else None,
        api_key_days,
        lambda_function=lambda_authorizer.function if lambda_authorizer else None,
        lambda_ttl_seconds=lambda_authorizer.ttl_seconds if lambda_authorizer else None,
        oidc_issuer=oidc.issuer if oidc else "",
        oidc_client_id=oidc.client_id if oidc else "",
        oidc_auth_ttl_seconds=oidc.token_expiry_from_auth_seconds if oidc else None,
        oidc_issued_ttl_seconds=oidc.token_expiry_from_issue_seconds if oidc else None,
    )
    problems = [*reader.problems, *problems_of(schema), *_missing_modes(schema, modes)]
    if api_key_days is not None and not 1 <= api_key_days <= 365:
        problems.append(
            DefinitionError(
                f"An API key cannot live {api_key_days} days.", "Choose 1 to 365.", place
            )
        )
    if problems:
        raise DefinitionErrors(tuple(problems))
    return DataDefinition(schema, modes, name, logs, place)


def _missing_modes(schema: Schema, modes: Modes) -> list[DefinitionError]:
    """Rules whose way of signing in the API does not have."""
    problems = []
    rules: list[tuple[str, Rule]] = [
        (model.name, rule)
        for model in schema.models
        for rule in (*model.rules, *(rule for field in model.fields for rule in field.rules))
    ]
    rules += [(each.name, rule) for each in schema.operations for rule in each.rules]
    for subject, rule in rules:
        if rule.provider == "function" and modes.lambda_function is None:
            problems.append(
                DefinitionError(
                    f"{subject} allows a custom authorizer, but the API has none.",
                    "Give define_data lambda_authorizer=LambdaAuthorizer(my_function).",
                    rule.place,
                )
            )
        if rule.provider == "oidc" and not modes.oidc_issuer:
            problems.append(
                DefinitionError(
                    f"{subject} allows OpenID Connect, but the API has no provider.",
                    'Give define_data oidc=Oidc("https://…").',
                    rule.place,
                )
            )
    return problems
