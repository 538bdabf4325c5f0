"""What a schema must hold before anything is made of it, with the fix for what does not."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.backend.definitions.schema import CustomType, Enum, Model, Modes, Schema
from workbench.backend.definitions.source_location import DefinitionError, Place
from workbench.backend.graphql.names import index_field, list_field
from workbench.backend.schema.checks.members import member_problems
from workbench.backend.schema.checks.models import model_problems
from workbench.backend.schema.checks.modes import mode_problems
from workbench.backend.schema.checks.operations import operation_problems
from workbench.backend.schema.naming import GRAPHQL_NAME

_RESERVED = {"Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID"}


def problems_of(schema: Schema, modes: Modes, place: Place) -> Iterator[DefinitionError]:
    """Everything that is wrong with a schema, in the order of its parts.

    ``place`` is define_data's.
    """
    yield from _type_names(schema)
    yield from _operation_names(schema)
    for enum in schema.enums:
        yield from _values(enum)
    for custom_type in schema.custom_types:
        yield from member_problems(schema, custom_type)
    for model in schema.models:
        yield from member_problems(schema, model)
        yield from model_problems(schema, model)
    for operation in schema.operations:
        yield from operation_problems(schema, operation)
    yield from mode_problems(schema, modes, place)


def _type_names(schema: Schema) -> Iterator[DefinitionError]:
    known: dict[str, Place] = {}
    for each in _types(schema):
        if each.name in known:
            first = known[each.name]
            yield DefinitionError(
                f"There are two types called {each.name}.",
                f"Rename one; the other is at {first.file}:{first.line}.",
                each.place,
            )
        known[each.name] = each.place
        if (
            not GRAPHQL_NAME.fullmatch(each.name)
            or each.name in _RESERVED
            or each.name.startswith("AWS")
        ):
            yield DefinitionError(
                f"{each.name} cannot be a type's name.",
                "Begin with a letter, use letters and digits, and none of AppSync's own names.",
                each.place,
            )
    yield from _taken_by_models(schema)


def _types(schema: Schema) -> list[Model | CustomType | Enum]:
    return [*schema.models, *schema.custom_types, *schema.enums]


def _taken_by_models(schema: Schema) -> Iterator[DefinitionError]:
    """Names that the API gives to what it makes of a model."""
    made = {
        form.format(model.name): model.name
        for model in schema.models
        for form in ("Model{}Connection", "Model{}FilterInput", "Create{}Input", "Update{}Input")
    }
    for each in _types(schema):
        if each.name in made:
            yield DefinitionError(
                f"{each.name} is what the API calls a type that it makes for {made[each.name]}.",
                "Rename it.",
                each.place,
            )


def _operation_names(schema: Schema) -> Iterator[DefinitionError]:
    made = {
        f"{verb}{model.name[:1].upper()}{model.name[1:]}": model.name
        for model in schema.models
        for verb in ("get", "create", "update", "delete", "onCreate", "onUpdate", "onDelete")
    }
    made |= {list_field(model.name): model.name for model in schema.models}
    known: set[str] = set()
    for model in schema.models:
        for index in (each for each in model.indexes if each.has_query):
            query = index_field(model, index)
            if query in made or query in known:
                yield DefinitionError(
                    f"An index of {model.name} has the query {query}, which there is already.",
                    "Name another one: query=….",
                    index.place,
                )
            known.add(query)
    for operation in schema.operations:
        if operation.name in known:
            yield DefinitionError(
                f"There are two operations called {operation.name}.", "Rename one.", operation.place
            )
        elif operation.name in made:
            yield DefinitionError(
                f"{operation.name} is already the API's operation for {made[operation.name]}.",
                "Rename it.",
                operation.place,
            )
        elif not GRAPHQL_NAME.fullmatch(operation.name):
            yield DefinitionError(
                f"{operation.name} cannot be an operation's name.",
                "Begin with a letter; use letters, digits and underscores.",
                operation.place,
            )
        known.add(operation.name)


def _values(enum: Enum) -> Iterator[DefinitionError]:
    for value in enum.values:
        if not GRAPHQL_NAME.fullmatch(value) and not GRAPHQL_NAME.fullmatch(value.lstrip("_")):
            yield DefinitionError(
                f"{enum.name} has the value {value!r}, which GraphQL cannot name.",
                "Use letters, digits and underscores.",
                enum.place,
            )
    if not enum.values:
        yield DefinitionError(f"{enum.name} has no values.", "Give it one.", enum.place)
