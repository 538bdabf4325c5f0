"""The models' schema with Amplify's directives: what ampx and our outputs introspect.

The form is that of ``@aws-amplify/data-schema``'s ``transform()``, from which
``amplify_outputs.json`` gets its model introspection.
"""

from __future__ import annotations

from collections.abc import Iterable

from workbench.backend.definitions.schema import (
    EVERY_OPERATION,
    CustomType,
    Enum,
    Field,
    Index,
    Model,
    Operation,
    Relation,
    Rule,
    Schema,
)
from workbench.backend.graphql.api_schema import written_type
from workbench.backend.graphql.directives import directives, for_groups
from workbench.backend.graphql.names import index_field

_READ = ("get", "list", "sync", "listen", "search")
_ROOTS = (("query", "Query"), ("mutation", "Mutation"), ("subscription", "Subscription"))


def write_model_schema(schema: Schema) -> str:
    """The annotated SDL of a schema."""
    parts = [_model(each) for each in schema.models]
    parts += [_enum(each) for each in schema.enums]
    parts += [_custom_type(each, schema) for each in schema.custom_types]
    for kind, root in _ROOTS:
        fields = [_operation(each) for each in schema.operations if each.kind == kind]
        if fields:
            parts.append(f"type {root} {{\n" + "".join(f"  {line}\n" for line in fields) + "}")
    return "\n\n".join(parts) + "\n"


def _model(model: Model) -> str:
    lines = [_model_field(model, each) for each in model.fields]
    if model.identifier != ("id",) or any(each.name == "id" for each in model.fields):
        first, *sort = model.identifier
        key = f"@primaryKey(sortKeyFields: {_names(sort)})" if sort else "@primaryKey"
        lines = [
            f"{line} {key}" if each.name == first else line
            for line, each in zip(lines, model.fields, strict=True)
        ]
    lines += [_relation(each) for each in model.relations]
    disabled = _disabled(model)
    head = f"type {model.name} @model{disabled} {_auth(model.rules)}".rstrip()
    return f"{head}\n{{\n" + "".join(f"  {line}\n" for line in lines) + "}"


def _disabled(model: Model) -> str:
    if not model.disabled:
        return ""
    off = set(model.disabled)
    queries = [f"{verb}: null" for verb in ("get", "list") if verb in off]
    mutations = [f"{verb}: null" for verb in ("create", "update", "delete") if verb in off]
    parts = [f"queries: {{{', '.join(queries)}}}"] if queries else []
    parts += [f"mutations: {{{', '.join(mutations)}}}"] if mutations else []
    unpublished = [f"{on}: null" for on in ("onCreate", "onUpdate", "onDelete") if on in off]
    if "subscriptions" in off:
        parts.append("subscriptions: null")
    elif unpublished:
        parts.append(f"subscriptions: {{{', '.join(unpublished)}}}")
    return f"({', '.join(parts)})"


def _model_field(model: Model, each: Field) -> str:
    line = f"{each.name}: {written_type(each)}"
    for index in model.indexes:
        if index.partition == each.name:
            line += f" {_index(model, index)}"
    if each.default is not None:
        value = str(each.default).lower() if isinstance(each.default, bool) else str(each.default)
        line += f' @default(value: "{_escaped(value)}")'
    for check in each.validators:
        message = f', errorMessage: "{_escaped(check.message)}"' if check.message else ""
        line += f' @validate(type: {check.name}, value: "{_escaped(check.value)}"{message})'
    return f"{line} {_auth(each.rules)}".rstrip()


def _index(model: Model, index: Index) -> str:
    query = f'"{index_field(model, index)}"' if index.has_query else "null"
    parts = [f'name: "{index.name}"'] if index.name else []
    parts += [f"sortKeyFields: {_names(index.sort_keys)}"] if index.sort_keys else []
    parts.append(f"queryField: {query}")
    if index.projection == "KEYS_ONLY":
        parts.append("projection: { type: KEYS_ONLY }")
    elif index.projection == "INCLUDE":
        names = _names(index.included)
        parts.append(f"projection: {{ type: INCLUDE, nonKeyAttributes: {names} }}")
    return f"@index({', '.join(parts)})"


def _relation(each: Relation) -> str:
    kind = {"has_many": "hasMany", "has_one": "hasOne", "belongs_to": "belongsTo"}[each.kind]
    other = f"[{each.model}]" if each.kind == "has_many" else each.model
    line = f"{each.name}: {other} @{kind}(references: {_names(each.references)})"
    return f"{line} {_auth(each.rules)}".rstrip()


def _auth(rules: Iterable[Rule]) -> str:
    written = [_rule(rule) for rule in rules]
    return f"@auth(rules: [{', '.join(written)}])" if written else ""


def _rule(rule: Rule) -> str:
    parts = [f"allow: {rule.strategy}"]
    plain = {"private": "userPools", "owner": "userPools", "groups": "userPools"}
    if rule.provider != plain.get(rule.strategy) and rule.strategy != "custom":
        parts.append(f"provider: {rule.provider}")
    if rule.strategy == "owner":
        parts.append(f'ownerField: "{rule.owner_field}"')
    if rule.groups:
        parts.append(f"groups: {_names(rule.groups)}")
    if rule.groups_field:
        parts.append(f'groupsField: "{rule.groups_field}"')
    if rule.identity_claim:
        parts.append(f'identityClaim: "{rule.identity_claim}"')
    if rule.group_claim:
        parts.append(f'groupClaim: "{rule.group_claim}"')
    if rule.operations != EVERY_OPERATION:
        parts.append(f"operations: [{', '.join(_words(rule))}]")
    return "{" + ", ".join(parts) + "}"


def _words(rule: Rule) -> list[str]:
    """The operations with all kinds of reading as one word."""
    if not set(_READ) <= set(rule.operations):
        return list(rule.operations)
    words = ["read" if each in _READ else each for each in rule.operations]
    return list(dict.fromkeys(words))


def _enum(each: Enum) -> str:
    return f"enum {each.name} {{\n" + "".join(f"  {value}\n" for value in each.values) + "}"


def _custom_type(each: CustomType, schema: Schema) -> str:
    lines = [f"{field.name}: {written_type(field)}" for field in each.fields]
    rules = [
        rule
        for operation in schema.operations
        if operation.returns.type == each.name
        for rule in operation.rules
    ]
    # IAM is left out where no rule names it: this is the user's own schema.
    has_iam = any(rule.provider == "identityPool" for rule in rules)
    named = [name for name in directives(rules) if name != "@aws_iam" or has_iam] if rules else []
    head = " ".join([f"type {each.name}", *named])
    return f"{head}\n{{\n" + "".join(f"  {line}\n" for line in lines) + "}"


def _operation(each: Operation) -> str:
    arguments = [f"{one.name}: {written_type(one)}" for one in each.arguments]
    returned = each.returns
    kind = written_type(
        Field("", returned.type, returned.required, returned.is_list, returned.list_required)
    )
    line = each.name + (f"({', '.join(arguments)})" if arguments else "") + f": {kind}"
    if each.kind == "subscription":
        line += f" @aws_subscribe(mutations: {_names(each.triggers)})"
    functions = [handler for handler in each.handlers if handler.function is not None]
    if functions:
        for handler in functions:
            assert handler.function is not None
            event = ", invocationType: Event" if handler.is_async else ""
            line += f' @function(name: "{handler.function.name}"{event})'
        return f"{line} {_auth(each.rules)}".rstrip()
    allowed = [name for name in directives(each.rules) if name != "@aws_iam"]
    return " ".join([line, *allowed]).replace("@aws_cognito_user_pools", for_groups(each.rules))


def _names(names: Iterable[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
