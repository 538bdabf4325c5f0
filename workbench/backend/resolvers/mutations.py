"""Create, update and delete of a model."""

from __future__ import annotations

from workbench.backend.definitions.schema import Field, Model, Rule, Schema
from workbench.backend.graphql.names import composite_attribute, heard_of, index_name
from workbench.backend.resolvers.access import Grant, grants, is_static
from workbench.backend.resolvers.access_code import (
    allowed_function,
    changes_function,
    owner_call,
    static_function,
    support,
    told,
)
from workbench.backend.resolvers.checks import default_lines, validation
from workbench.backend.resolvers.javascript import (
    function,
    literal,
    member,
    module,
    name_of,
)
from workbench.backend.resolvers.records import ResolverPlan, Step

_UTIL = "import { util } from '@aws-appsync/utils';"
_DYNAMODB = "import * as ddb from '@aws-appsync/utils/dynamodb';"
_TYPES = {"userPools": "User Pool Authorization", "oidc": "Open ID Connect Authorization"}
_DENY = function(
    "function refuseOthers(fields, input)",
    [
        "if (fields.length === 0) util.unauthorized();",
        "if (fields.includes('*')) return;",
        "const denied = Object.keys(input).filter(name => !fields.includes(name));",
        "if (denied.length > 0) "
        "util.error(`Unauthorized on [${denied.join(', ')}]`, 'Unauthorized');",
    ],
    "Refuse the request where it has a field that the caller may not set.",
)
_DENY_CHANGES = function(
    "function refuseOthers(may, input)",
    [
        "if (may.set.length === 0) util.unauthorized();",
        "if (may.set.includes('*')) return;",
        "const names = Object.keys(input);",
        "const taken = names.filter(name => input[name] === null && !may.clear.includes(name));",
        "const others = names.filter(name => !may.set.includes(name) && !taken.includes(name));",
        "const denied = [...taken, ...others];",
        "if (denied.length > 0) "
        "util.error(`Unauthorized on [${denied.join(', ')}]`, 'Unauthorized');",
    ],
    "Refuse the request where it sets a field, or takes one away by null, that the caller may not.",
)


def mutation_plans(schema: Schema, model: Model) -> list[ResolverPlan]:
    """The resolvers of the mutations that the model has."""
    found = []
    if "create" not in model.disabled:
        found.append(_plan(model, "create", (_create(schema, model),)))
    if "update" not in model.disabled:
        found.append(_plan(model, "update", _update(schema, model)))
    if "delete" not in model.disabled:
        found.append(_plan(model, "delete", _delete(schema, model)))
    return found


def key_of(model: Model, source: str) -> str:
    """The key of an item: ``{ id: input.id }``."""
    members = ", ".join(f"{name_of(name)}: {member(source, name)}" for name in key_members(model))
    return f"{{ {members} }}"


def key_members(model: Model) -> tuple[str, ...]:
    """The attributes of the primary key; several sort keys are one attribute."""
    first, *sort = model.identifier
    return (first, composite_attribute(tuple(sort))) if sort else (first,)


def _plan(model: Model, verb: str, steps: tuple[Step, ...]) -> ResolverPlan:
    return ResolverPlan("Mutation", f"{verb}{model.name}", steps, model.name)


def _about(model: Model, verb: str, found: tuple[Grant, ...]) -> str:
    who = "; ".join(told(grant.rule) for grant in found) or "nobody but the account itself"
    return f"{verb}{model.name} · {who}."


def _create(schema: Schema, model: Model) -> Step:
    found = grants(model, "create")
    rules = [grant.rule for grant in found]
    owners = _stamped(model, found)
    lines = ["const input = { ...ctx.args.input };"]
    for rule in owners:
        value = f"{owner_call(rule)}[0]"
        target = member("input", rule.owner_field)
        stamp = f"[{value}]" if rule.is_list else value
        lines.append(
            f"if (util.authType() === {literal(_TYPES[rule.provider])} && "
            f"!Object.keys(input).includes({literal(rule.owner_field)})) {target} = {stamp};"
        )
    lines.append("refuseOthers(allowedFields(ctx, input), ctx.args.input);")
    lines += default_lines(model)
    if "id" in model.identifier:
        lines.append("const id = input.id ?? util.autoId();")
    lines += ["const now = util.time.nowISO8601();"]
    identity = "id, " if "id" in model.identifier else ""
    lines.append(
        f"const item = {{ createdAt: now, updatedAt: now, ...input, {identity}"
        f"__typename: {literal(model.name)} }};"
    )
    lines += validation(model, "input")
    lines += _whole_keys(model, "creating")
    for attribute, parts in composites(model, schema):
        present = " && ".join(f"{member('item', part)} != null" for part in parts)
        joined = "#".join(f"${{{member('item', part)}}}" for part in parts)
        lines.append(f"if ({present}) {member('item', attribute)} = `{joined}`;")
    keys = _index_partitions(model, schema)
    if keys:
        lines += [
            "// DynamoDB refuses a null in an index's key.",
            f"{literal(list(keys))}.forEach(name => {{",
            "  if (item[name] === null) delete item[name];",
            "});",
        ]
    absent = ", ".join(
        f"{name_of(name)}: {{ attributeExists: false }}" for name in key_members(model)[:1]
    )
    lines += [
        f"const isNew = {{ {absent} }};",
        "const condition = ctx.args.condition ? { and: [isNew, ctx.args.condition] } : isNew;",
        f"return ddb.put({{ key: {key_of(model, 'item')}, item, condition }});",
    ]
    code = module(
        _about(model, "create", found),
        [_UTIL, _DYNAMODB],
        [
            *support([*rules, *owners]),
            allowed_function(found, "The fields that the caller may set; '*' is all."),
            _DENY,
            function("export function request(ctx)", lines),
            _response(schema, model),
        ],
    )
    return Step(f"create{model.name}", f"{model.name}Table", code)


def _update(schema: Schema, model: Model) -> tuple[Step, ...]:
    found = grants(model, "update")
    lines = ["const { input } = ctx.args;"]
    guard, parts = _guard(model, found, "update")
    if not guard:
        lines.append(_static_refusal(found, "update"))
    lines += validation(model, "input")
    lines += [
        "const update = { updatedAt: util.time.nowISO8601() };",
        "Object.keys(input).forEach(name => {",
        f"  if ({literal(list(model.identifier))}.includes(name)) return;",
        "  update[name] = input[name] === null ? ddb.operations.remove() : input[name];",
        "});",
    ]
    lines += _whole_keys(model, "updating")
    for attribute, members in composites(model, schema):
        if set(members) <= set(model.identifier):
            continue
        present = " && ".join(f"{member('input', part)} != null" for part in members)
        joined = "#".join(f"${{{member('input', part)}}}" for part in members)
        lines += [
            f"if ({literal(list(members))}.some(name => Object.keys(input).includes(name))) {{",
            f"  {member('update', attribute)} = {present} ? `{joined}` : ddb.operations.remove();",
            "}",
        ]
    lines += _key_lines(model)
    lines += _existing(model)
    lines.append(f"return ddb.update({{ key: {key_of(model, 'key')}, update, condition }});")
    code = module(
        _about(model, "update", found),
        [_UTIL, _DYNAMODB],
        [*parts, function("export function request(ctx)", lines), _response(schema, model)],
    )
    return (*guard, Step(f"update{model.name}", f"{model.name}Table", code))


def _delete(schema: Schema, model: Model) -> tuple[Step, ...]:
    found = grants(model, "delete")
    guard, parts = _guard(model, found, "delete")
    lines = ["const { input } = ctx.args;"]
    if not guard:
        lines.append(_static_refusal(found, "delete"))
    lines += _key_lines(model)
    lines += _existing(model)
    lines.append(f"return ddb.remove({{ key: {key_of(model, 'key')}, condition }});")
    code = module(
        _about(model, "delete", found),
        [_UTIL, _DYNAMODB],
        [*parts, function("export function request(ctx)", lines), _response(schema, model)],
    )
    return (*guard, Step(f"delete{model.name}", f"{model.name}Table", code))


def _static_refusal(found: tuple[Grant, ...], verb: str) -> str:
    """The line that refuses a caller where no grant needs the item."""
    if _is_whole(found):
        return "if (!isAllowed(ctx)) util.unauthorized();"
    return f"refuseOthers(allowedFields(ctx, {{}}), {'input' if verb == 'update' else '{}'});"


def _is_whole(found: tuple[Grant, ...]) -> bool:
    return all(grant.fields is None for grant in found)


def _guard(model: Model, found: tuple[Grant, ...], verb: str) -> tuple[tuple[Step, ...], list[str]]:
    """A step that reads the item and decides, where that needs the item; else the functions."""
    rules = [grant.rule for grant in found]
    if verb == "update":
        about = "What the caller may set and may take away; '*' is all of both."
        deciding = [changes_function(found, about), _DENY_CHANGES]
    else:
        deciding = [allowed_function(found, "'*' where the caller may."), _DENY]
    if all(is_static(rule) for rule in rules):
        if _is_whole(found):
            deciding = [static_function(rules, f"Who may {verb} a {model.name}.")]
        return (), [*support(rules), *deciding]
    request = [
        "const { input } = ctx.args;",
        *_key_lines(model),
        f"return ddb.get({{ key: {key_of(model, 'key')} }});",
    ]
    response = [
        "if (ctx.error) util.error(ctx.error.message, ctx.error.type);",
        "const allowed = allowedFields(ctx, ctx.result ?? {});",
        f"refuseOthers(allowed, {'ctx.args.input' if verb == 'update' else '{}'});",
        "return ctx.result;",
    ]
    code = module(
        f"{_about(model, verb, found)[:-1]}: looks at the item first.",
        [_UTIL, _DYNAMODB],
        [
            *support(rules),
            *deciding,
            function("export function request(ctx)", request),
            function("export function response(ctx)", response),
        ],
    )
    return (Step(f"{verb}{model.name}Guard", f"{model.name}Table", code),), []


def _key_lines(model: Model) -> list[str]:
    """``key``: the identifier with several sort keys joined to one attribute."""
    first, *sort = model.identifier
    if len(sort) < 2:
        return ["const key = input;"]
    joined = "#".join(f"${{{member('input', part)}}}" for part in sort)
    return [
        f"const key = {{ {name_of(first)}: {member('input', first)}, "
        f"{literal(composite_attribute(tuple(sort)))}: `{joined}` }};"
    ]


def _response(schema: Schema, model: Model) -> str:
    """The item.

    Marked where subscribers get it too, for the fields that not all of them may see.
    """
    names = {f"{verb}{model.name}" for verb in ("create", "update", "delete")}
    is_heard = bool(heard_of(model)) or any(
        names & set(operation.triggers) for operation in schema.operations
    )
    # A delete of what is not there answers null.
    marked = "ctx.result ? { ...ctx.result, __operation: 'Mutation' } : null"
    result = marked if is_heard else "ctx.result"
    return function(
        "export function response(ctx)",
        ["if (ctx.error) util.error(ctx.error.message, ctx.error.type);", f"return {result};"],
    )


def _existing(model: Model) -> list[str]:
    first = key_members(model)[0]
    return [
        f"const exists = {{ {name_of(first)}: {{ attributeExists: true }} }};",
        "const condition = ctx.args.condition ? { and: [exists, ctx.args.condition] } : exists;",
    ]


def _stamped(model: Model, found: tuple[Grant, ...]) -> list[Rule]:
    """The owner rules whose field a new item gets from its maker."""
    seen: dict[str, Rule] = {}
    for grant in found:
        if grant.rule.strategy == "owner":
            seen.setdefault(grant.rule.owner_field, grant.rule)
    return list(seen.values())


def composites(model: Model, schema: Schema) -> list[tuple[str, tuple[str, ...]]]:
    """The attributes that hold several sort keys: of the primary key, indexes and relations."""
    found = []
    if len(model.identifier) > 2:
        found.append(model.identifier[1:])
    found += [index.sort_keys for index in model.indexes if len(index.sort_keys) > 1]
    for other in schema.models:
        for relation in other.relations:
            if relation.kind != "belongs_to" and relation.model == model.name:
                found += [relation.references[1:]] if len(relation.references) > 2 else []
    return [(composite_attribute(parts), tuple(parts)) for parts in dict.fromkeys(found)]


def _whole_keys(model: Model, doing: str) -> list[str]:
    """Lines that refuse a part of the sort keys of an index, which are one attribute."""
    lines = []
    for index in model.indexes:
        if len(index.sort_keys) < 2:
            continue
        message = (
            f"When {doing} any part of the composite sort key for @index "
            f"'{index_name(model, index)}', you must provide all fields for the key. "
            "Missing key: '"
        )
        keys = literal(list(index.sort_keys))
        lines += [
            f"if ({keys}.some(name => Object.keys(input).includes(name))) {{",
            f"  {keys}.forEach(name => {{",
            "    if (!Object.keys(input).includes(name)) {",
            f"      util.error({literal(message)} + `${{name}}'.`);",
            "    }",
            "  });",
            "}",
        ]
    return lines


def _index_partitions(model: Model, schema: Schema) -> tuple[str, ...]:
    names = [name for index in model.indexes for name in (index.partition, *index.sort_keys)]
    for other in schema.models:
        for relation in other.relations:
            if relation.kind != "belongs_to" and relation.model == model.name:
                names += relation.references
    fields: dict[str, Field] = {field.name: field for field in model.fields}
    return tuple(
        dict.fromkeys(name for name in names if name not in fields or not fields[name].required)
    )
