"""Explains a denied field: which authorization rules allow it, and to whom.

A model's rules come from the outputs' ``model_introspection`` (both languages' backends write it),
those of a custom operation from the schema's ``@aws_…`` directives.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from re import compile as pattern
from typing import Any, Final

from graphql import (
    DirectiveNode,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSyntaxError,
    ListValueNode,
    StringValueNode,
    get_named_type,
    parse,
)
from graphql.type import get_nullable_type

from workbench.operation_roots import definitions, root_fields
from workbench.playground.model_rules import rules_of
from workbench.playground.requests import Request, ResultError

Rules = Mapping[str, Any]
"""``model_introspection.models`` of ``amplify_outputs.json``."""

_DENIED: Final = pattern(r"Not Authorized to access (\w+) on type (\w+)")
_DIRECTIVES: Final = {
    "aws_api_key": "the API key",
    "aws_iam": "IAM credentials",
    "aws_cognito_user_pools": "signed-in users",
    "aws_oidc": "users of the OIDC provider",
    "aws_lambda": "callers whom the Lambda authorizer allows",
}
_READING: Final = ("read", "get", "list", "listen", "sync", "search")


def denied_fields(error: ResultError, request: Request) -> tuple[str, ...]:
    """``Type.field`` of what an error says is not authorized; all that IAM was asked for."""
    found = _DENIED.search(error.message)
    if found:
        return (f"{found[2]}.{found[1]}",)
    return _root_fields(request) if is_by_iam(error) else ()


def is_by_iam(error: ResultError) -> bool:
    """Whether IAM refused the request, before any rule was asked."""
    return (error.type, error.message) == ("UnauthorizedException", "Permission denied")


def not_granted(name: str) -> str:
    """What is missing where IAM refuses."""
    return (
        f"IAM has no grant on {name} for the caller's role; the rules give one to guests and "
        "signed-in users, not to groups' roles"
    )


def who_may(name: str, schema: GraphQLSchema, models: Rules) -> tuple[str, ...]:
    """A sentence for each rule that allows somebody what ``Type.field`` does."""
    type_name, _, field_name = name.partition(".")
    parent = schema.type_map.get(type_name)
    if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        return ()
    field = parent.fields.get(field_name)
    if field is None:
        return ()
    operation = _operation(schema, parent, field_name)
    if type_name in models and not operation:
        rules = rules_of(models[type_name].get("fields", {}).get(field_name, {}))
        where, operation = name, "read"
        if not rules:
            rules, where = rules_of(models[type_name]), type_name
        return tuple(_sentences(rules, operation, where))
    model = _model(field.type, models)
    if model:
        return tuple(_sentences(rules_of(models[model]), operation or "read", model))
    written = field.ast_node.directives if field.ast_node is not None else ()
    if not any(each.name.value in _DIRECTIVES for each in written):
        return (f"{name} allows callers of the API's default authorization mode",)
    return tuple(
        f"{name} allows {_of_directive(each)}" for each in written if each.name.value in _DIRECTIVES
    )


def _operation(schema: GraphQLSchema, parent: object, field_name: str) -> str:
    """What a root field does with a model; empty for any other field."""
    if parent is schema.query_type:
        return "read"
    if parent is schema.subscription_type:
        return "listen"
    if parent is schema.mutation_type:
        return next(
            (each for each in ("create", "update", "delete") if field_name.startswith(each)),
            "create",
        )
    return ""


def _model(kind: Any, models: Rules) -> str:
    """The model that a field returns: its own type, or that of a connection's items."""
    named = get_named_type(kind)
    if named.name in models:
        return str(named.name)
    items = named.fields.get("items") if isinstance(named, GraphQLObjectType) else None
    if items is not None and isinstance(get_nullable_type(items.type), GraphQLList):
        inner = get_named_type(items.type).name
        return inner if inner in models else ""
    return ""


def _sentences(rules: Sequence[Mapping[str, Any]], operation: str, where: str) -> Iterator[str]:
    """The rules that allow the operation; if none does, what each rule allows instead."""
    wanted = set(_READING) if operation in _READING else {operation}
    fitting = [
        each for each in rules if not each.get("operations") or wanted & set(each["operations"])
    ]
    for rule in fitting:
        yield f"{where} allows {_who(rule)}: {_does(rule)}"
    if fitting:
        return
    yield f"no rule of {where} allows {operation}"
    for rule in rules:
        yield f"{where} allows {_who(rule)} only: {_does(rule)}"


def _does(rule: Mapping[str, Any]) -> str:
    return ", ".join(map(str, rule.get("operations") or ("everything",)))


def _who(rule: Mapping[str, Any]) -> str:
    allow = str(rule.get("allow") or "")
    provider = str(rule.get("provider") or ("apiKey" if allow == "public" else "userPools"))
    by = {
        "userPools": "user pool",
        "identityPool": "identity pool",
        "iam": "IAM",
        "oidc": "OIDC",
        "apiKey": "API key",
        "function": "Lambda authorizer",
    }.get(provider, provider)
    if allow == "owner":
        return f"the owner (the row's {rule.get('ownerField') or 'owner'}; {by})"
    if allow == "groups":
        named = rule.get("groups")
        if named:
            return f"members of {' or '.join(map(str, named))} ({by})"
        return f"members of the group in the row's {rule.get('groupsField') or 'groups'} ({by})"
    if allow == "private":
        return f"any signed-in user ({by})"
    if allow == "custom":
        return "callers whom the Lambda authorizer allows"
    return "anybody with the API key" if provider == "apiKey" else f"guests ({by})"


def _of_directive(node: DirectiveNode) -> str:
    who = _DIRECTIVES[node.name.value]
    groups = next(
        (each.value for each in node.arguments if each.name.value == "cognito_groups"), None
    )
    if isinstance(groups, ListValueNode):
        names = [each.value for each in groups.values if isinstance(each, StringValueNode)]
        return f"{who} in the groups {', '.join(names)}"
    return who


def _root_fields(request: Request) -> tuple[str, ...]:
    """The fields that an operation begins with, as ``Query.listNotes``; none of one with errors."""
    try:
        document = parse(request.query)
    except (GraphQLSyntaxError, RecursionError):
        return ()
    found = definitions(document)
    named = found.operations.get(request.operation_name)
    operation = named or next(iter(found.operations.values()), None)
    if operation is None:
        return ()
    root = operation.operation.value.title()
    return tuple(f"{root}.{name}" for name in root_fields(operation, found.fragments))
