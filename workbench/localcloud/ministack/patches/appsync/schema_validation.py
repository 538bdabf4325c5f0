"""Schema creation: ministack accepts any text as a schema; AppSync parses and validates it.

An invalid schema leaves the one before in place, and GetSchemaCreationStatus says why;
CloudFormation repeats it as the resource's failure. Directives are not checked: AppSync's own need
no definition.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from workbench.schema_prelude import parse_schema

if TYPE_CHECKING:
    from graphql import GraphQLError

Reply = tuple[int, dict[str, str], Any]


def install() -> None:
    """Validate what StartSchemaCreation is given."""
    from ministack.services import appsync

    appsync._start_schema_creation = _with_validation(appsync._start_schema_creation)


def schema_problem(definition: str) -> str:
    """The problem that AppSync finds in a schema, as in its status details; empty if none."""
    # Imported on first use, 0.3 s; the GraphQL plane does it while the first synth runs.
    from graphql import GraphQLSyntaxError, build_ast_schema, validate_schema
    from graphql.validation.validate import validate_sdl

    try:
        document = parse_schema(definition, directives=False)
    except GraphQLSyntaxError as error:
        return (
            "Failed to parse schema document - ensure it's a valid SDL-formatted document. "
            f"{_placed(error)}"
        )
    errors = validate_sdl(document, rules=_rules())
    if not errors:
        try:
            errors = validate_schema(build_ast_schema(document, assume_valid_sdl=True))
        except TypeError as error:
            # A type that is used where its kind cannot stand, such as an input as a field's type.
            return _found([str(error)])
    return _found([_placed(error) for error in errors])


def _rules() -> list[Any]:
    import graphql

    return [
        graphql.LoneSchemaDefinitionRule,
        graphql.UniqueOperationTypesRule,
        graphql.UniqueTypeNamesRule,
        graphql.UniqueEnumValueNamesRule,
        graphql.UniqueFieldDefinitionNamesRule,
        graphql.KnownTypeNamesRule,
        graphql.PossibleTypeExtensionsRule,
    ]


def _placed(error: GraphQLError) -> str:
    place = error.locations[0] if error.locations else None
    return f"{error.message} [@{place.line}:{place.column}]" if place else error.message


def _found(problems: Iterable[str]) -> str:
    listed = list(problems)
    if not listed:
        return ""
    return f"Found {len(listed)} problem(s) with the schema:\n" + "\n".join(listed)


def _with_validation(start: Callable[..., Reply]) -> Callable[..., Reply]:
    def start_schema_creation(api_id: str, body: Mapping[str, Any]) -> Reply:
        from ministack.services import appsync

        definition = _decoded(body.get("definition", ""))
        problem = schema_problem(definition) if definition and api_id in appsync._apis else ""
        if not problem:
            return start(api_id, body)
        before = appsync._schemas.get(api_id) or {"definition": ""}
        appsync._schemas[api_id] = {**before, "status": "FAILED", "details": problem}
        return 200, {"Content-Type": "application/json"}, b'{"status": "PROCESSING"}'

    return start_schema_creation


def _decoded(definition: object) -> str:
    """The schema's text: a blob, so base64 in JSON; ministack takes plain text, too."""
    if isinstance(definition, bytes | bytearray):
        return definition.decode("utf-8", "replace")
    try:
        return base64.b64decode(str(definition), validate=True).decode("utf-8")
    except ValueError:
        return str(definition)
