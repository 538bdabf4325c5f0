"""Checks of custom operations: handlers, rules, arguments, and what subscriptions follow."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.backend.definitions.schema import SCALARS, Operation, Rule, Schema
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.schema.checks.rules import way_problems
from workbench.backend.schema.naming import GRAPHQL_NAME
from workbench.backend.schema.reading import UNREAD


def operation_problems(schema: Schema, operation: Operation) -> Iterator[DefinitionError]:
    """What is wrong with a custom operation."""
    name = operation.name
    if operation.kind == "subscription":
        yield from _triggers(schema, operation)
    yield from _handlers(schema, operation)
    if not operation.rules:
        yield DefinitionError(
            f"{name} has no authorization rules: nobody could use it.",
            "Say who may: rules=[allow.authenticated()].",
            operation.place,
        )
    for rule in operation.rules:
        yield from way_problems(rule, name)
        yield from _rule(operation, rule)
    models = {model.name for model in schema.models}
    for argument in operation.arguments:
        if argument.type in models:
            yield DefinitionError(
                f"{name}: the argument {argument.name} is a model.",
                "Take its id, or a CustomType.",
                argument.place,
            )
        if not GRAPHQL_NAME.fullmatch(argument.name):
            yield DefinitionError(
                f"{name}: {argument.name} cannot be an argument's name.",
                "Begin with a letter; use letters, digits and underscores.",
                argument.place,
            )


def _handlers(schema: Schema, operation: Operation) -> Iterator[DefinitionError]:
    handlers = operation.handlers
    if not handlers:
        yield DefinitionError(
            f"{operation.name} has no handler.",
            'Give it one: handler=function(my_function), or javascript("./file.js").',
            operation.place,
        )
    if len({handler.function is None for handler in handlers}) > 1:
        yield DefinitionError(
            f"{operation.name} has handlers of both kinds.",
            "Use functions alone, or JavaScript alone.",
            operation.place,
        )
    models = {model.name for model in schema.models}
    for handler in handlers:
        if handler.model and handler.model not in models:
            yield DefinitionError(
                f"{operation.name}'s handler reads {handler.model}, which is not in the schema.",
                f"Add it: define_data(models=[…, {handler.model}]).",
                operation.place,
            )
        if handler.http and not handler.http.endpoint.startswith(("https://", "http://")):
            yield DefinitionError(
                f"{operation.name}: {handler.http.endpoint!r} is no HTTP endpoint.",
                'Write it with its scheme: "https://api.example.com".',
                operation.place,
            )
    known = {
        UNREAD,
        *SCALARS,
        *(model.name for model in schema.models),
        *(each.name for each in schema.custom_types),
        *(each.name for each in schema.enums),
    }
    kind = operation.returns.type
    if kind not in known:
        yield DefinitionError(
            f"{operation.name} returns {kind}, which is not in the schema.",
            f"Add it: define_data(models=[…, {kind}]).",
            operation.place,
        )


def _rule(operation: Operation, rule: Rule) -> Iterator[DefinitionError]:
    if rule.strategy == "owner" or rule.groups_field:
        yield DefinitionError(
            f"{operation.name}: a custom operation has no item, so no owner or group of one.",
            "Use allow.authenticated(), allow.group(…), allow.guest() or another.",
            rule.place,
        )
    if not any(handler.code for handler in operation.handlers):
        return
    # As in Gen 2, where a JavaScript handler is guarded by AppSync's directives alone.
    if rule.provider == "identityPool":
        yield DefinitionError(
            f"{operation.name}: JavaScript handlers cannot be opened by the identity pool.",
            "Use allow.authenticated() or allow.public_api_key(), or handle it by a function.",
            rule.place,
        )
    if rule.strategy == "groups" and rule.provider == "oidc":
        yield DefinitionError(
            f"{operation.name}: JavaScript handlers cannot tell OpenID Connect's groups.",
            "Use the user pool's groups, or handle it by a function.",
            rule.place,
        )


def _triggers(schema: Schema, operation: Operation) -> Iterator[DefinitionError]:
    known = {each.name for each in schema.operations if each.kind == "mutation"}
    for model in schema.models:
        known |= {
            f"{verb}{model.name[:1].upper()}{model.name[1:]}"
            for verb in ("create", "update", "delete")
            if verb not in model.disabled
        }
    for trigger in operation.triggers:
        if trigger not in known:
            yield DefinitionError(
                f"{operation.name} follows {trigger}, which is not a mutation of this schema.",
                f"Name some of: {', '.join(sorted(known)) or 'none there are'}.",
                operation.place,
            )
    if not operation.triggers:
        yield DefinitionError(
            f"{operation.name} follows no mutation.", "Name one: on=send.", operation.place
        )
