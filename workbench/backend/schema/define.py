"""``define_data``: a checked schema with its authorization modes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from workbench.backend.argument_types import check_arguments
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import (
    DataDefinition,
    DefaultMode,
    Modes,
    Schema,
)
from workbench.backend.definitions.source_location import (
    DefinitionError,
    DefinitionErrors,
    Place,
)
from workbench.backend.resource_names import check_resource_name
from workbench.backend.schema.checks.schema import problems_of
from workbench.backend.schema.classes import Model
from workbench.backend.schema.errors import calling_place
from workbench.backend.schema.operation_reading import read_operation
from workbench.backend.schema.operations import OperationDeclaration
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
    api_key_description: str = "",
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
    checked = {"models", "operations"}
    others = {name: each for name, each in locals().items() if name not in checked}
    _check_kinds(models, operations, place)
    check_arguments(define_data, others, place)
    check_resource_name("data", name, place)
    reader = Reader(
        {model.__declaration__.name: model for model in models},
        tuple(each for each in rules if isinstance(each, Allowed)),
    )
    read = tuple(reader.model(model) for model in models)
    read_operations = tuple(read_operation(reader, each) for each in operations)
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
        api_key_description,
        lambda_authorizer.function if lambda_authorizer else None,
        lambda_authorizer.ttl_seconds if lambda_authorizer else None,
        oidc.issuer if oidc else "",
        oidc.client_id if oidc else "",
        oidc.token_expiry_from_auth_seconds if oidc else None,
        oidc.token_expiry_from_issue_seconds if oidc else None,
    )
    problems = [*reader.problems, *problems_of(schema, modes, place)]
    if problems:
        # One thing may be read twice, as a mutation is for what its subscription returns.
        raise DefinitionErrors(tuple({(each.what, each.place): each for each in problems}.values()))
    return DataDefinition(schema, modes, name, logs, place)


def _check_kinds(models: Sequence[object], operations: Sequence[object], place: Place) -> None:
    """Whether the two lists hold what belongs into them; raises DefinitionErrors."""
    problems = [
        DefinitionError(
            f"{_shown(each)} is not a model.",
            "Give define_data's models classes that extend Model; other types come with them.",
            place,
        )
        for each in models
        if not (isinstance(each, type) and issubclass(each, Model) and each is not Model)
    ]
    problems += [
        DefinitionError(
            f"{_shown(each)} is not an operation.",
            "Decorate the function with @query(…), @mutation(…) or @subscription(…).",
            place,
        )
        for each in operations
        if not isinstance(each, OperationDeclaration)
    ]
    if problems:
        raise DefinitionErrors(tuple(problems))


def _shown(each: object) -> str:
    return str(getattr(each, "__name__", repr(each)))
