"""Coerces a request's variables, with AppSync's words for what is wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLSchema,
    OperationDefinitionNode,
    Undefined,
    VariableDefinitionNode,
    type_from_ast,
    value_from_ast,
)
from graphql.type.definition import is_input_type

from workbench.localcloud.appsync.execution.errors import (
    RequestError,
    locations_of,
    request_error,
)
from workbench.localcloud.appsync.schema.scalars import InvalidInputError


class _BadValueError(Exception):
    pass


def coerce_variables(
    schema: GraphQLSchema, operation: OperationDefinitionNode, given: Mapping[str, Any]
) -> dict[str, Any]:
    """The variables as resolvers see them; raises RequestError."""
    found: dict[str, Any] = {}
    errors = []
    for definition in operation.variable_definitions or ():
        name = definition.variable.name.value
        try:
            value = _coerced(schema, definition, given)
        except _BadValueError as error:
            errors.append(request_error(str(error), locations_of([definition])))
            continue
        if value is not Undefined:
            found[name] = value
    if errors:
        raise RequestError(errors)
    return found


def _coerced(
    schema: GraphQLSchema, definition: VariableDefinitionNode, given: Mapping[str, Any]
) -> Any:
    name = definition.variable.name.value
    kind = cast(GraphQLInputType | None, type_from_ast(schema, definition.type))
    if kind is None or not is_input_type(kind):
        raise _BadValueError(f"Variable '{name}' has an invalid value. Unknown type.")
    if name not in given:
        if definition.default_value is not None:
            return value_from_ast(definition.default_value, kind)
        if isinstance(kind, GraphQLNonNull):
            raise _null(name, kind)
        return Undefined
    return _value(name, name, kind, given[name])


def _value(variable: str, name: str, kind: GraphQLInputType, value: Any) -> Any:
    """``variable`` is where the value came in, ``name`` the field of it that is looked at."""
    if isinstance(kind, GraphQLNonNull):
        if value is None:
            raise _null(variable, kind)
        return _value(variable, name, kind.of_type, value)
    if value is None:
        return None
    if isinstance(kind, GraphQLList):
        items = value if isinstance(value, list) else [value]
        return [_value(variable, name, kind.of_type, item) for item in items]
    if isinstance(kind, GraphQLInputObjectType):
        return _object(variable, name, kind, value)
    if isinstance(kind, GraphQLEnumType):
        if not isinstance(value, str) or value not in kind.values:
            raise _BadValueError(
                f"Variable '{name}' has an invalid value. Invalid input for Enum '{kind.name}'. "
                f"No value found for name '{value}'"
            )
        return value
    return _scalar(name, cast(GraphQLScalarType, kind), value)


def _object(variable: str, name: str, kind: GraphQLInputObjectType, value: Any) -> Any:
    if not isinstance(value, dict):
        raise _BadValueError(
            f"Variable '{name}' has an invalid value. "
            f"Expected type 'Map' but was '{_java_type(value)}'. "
            f"Variables for input objects must be an instance of type 'Map'."
        )
    for key in value:
        if key not in kind.fields:
            raise _BadValueError(
                f"The variables input contains a field name '{key}' that is not defined for "
                f"input object type '{kind.name}' "
            )
    found = {}
    for key, field in kind.fields.items():
        if key in value:
            found[key] = _value(variable, key, field.type, value[key])
        elif field.default_value is not Undefined:
            found[key] = field.default_value
        elif isinstance(field.type, GraphQLNonNull):
            raise _null(variable, field.type)
    return found


def _scalar(name: str, kind: GraphQLScalarType, value: Any) -> Any:
    try:
        if kind.name in ("String", "ID") and isinstance(value, int | float):
            # graphql-java writes them as text; a boolean as Java does.
            return str(value).lower() if isinstance(value, bool) else str(value)
        return kind.parse_value(value)
    except InvalidInputError as error:
        raise _BadValueError(f"Variable '{name}' has an invalid value. {error}") from None
    except (GraphQLError, TypeError, ValueError):
        raise _BadValueError(
            f"Variable '{name}' has an invalid value. "
            f"Expected type '{kind.name}' but was '{_java_type(value)}'."
        ) from None


def _null(variable: str, kind: Any) -> _BadValueError:
    return _BadValueError(f"Variable '{variable}' has coerced Null value for NonNull type '{kind}'")


def _java_type(value: Any) -> str:
    names = {bool: "Boolean", int: "Integer", float: "Double", str: "String", list: "ArrayList"}
    return names.get(type(value), "LinkedHashMap")
