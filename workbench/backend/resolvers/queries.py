"""Get, list and index queries of a model, and its relations to others."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.backend.definitions.schema import Index, Model, Relation, Rule, Schema
from workbench.backend.graphql.names import (
    composite,
    composite_attribute,
    index_field,
    index_name,
    list_field,
    relation_index,
)
from workbench.backend.resolvers.access import grants, is_static, reading
from workbench.backend.resolvers.access_code import (
    filter_function,
    is_visible_function,
    static_function,
    support,
    told,
)
from workbench.backend.resolvers.javascript import function, literal, member, module, name_of
from workbench.backend.resolvers.records import ResolverPlan, Step

_UTIL = "import { util } from '@aws-appsync/utils';"
_RUNTIME = "import { runtime, util } from '@aws-appsync/utils';"
_DYNAMODB = "import * as ddb from '@aws-appsync/utils/dynamodb';"
_LIST_RESPONSE = function(
    "export function response(ctx)",
    ["if (ctx.error) util.error(ctx.error.message, ctx.error.type);", "return ctx.result;"],
)


def query_plans(schema: Schema, model: Model) -> list[ResolverPlan]:
    """The resolvers of a model's queries and of its relations."""
    found = []
    if "get" not in model.disabled:
        found.append(_plan(model, f"get{model.name}", _get(model)))
    if "list" not in model.disabled:
        found.append(_plan(model, list_field(model.name), _list(model)))
    found += [
        _plan(model, index_field(model, index), _index(model, index))
        for index in model.indexes
        if index.has_query
    ]
    models = {each.name: each for each in schema.models}
    for relation in model.relations:
        step = _relation(model, relation, models[relation.model])
        found.append(ResolverPlan(model.name, relation.name, (step,), model.name))
    return found


def _plan(model: Model, field: str, step: Step) -> ResolverPlan:
    return ResolverPlan("Query", field, (step,), model.name)


def _about(field: str, rules: Sequence[Rule]) -> str:
    who = "; ".join(told(rule) for rule in rules) or "nobody but the account itself"
    return f"{field} · {who}."


def _get(model: Model) -> Step:
    rules = [grant.rule for grant in grants(model, "get")]
    first, *sort = model.identifier
    members = [f"{name_of(first)}: {member('ctx.args', first)}"]
    if len(sort) == 1:
        members.append(f"{name_of(sort[0])}: {member('ctx.args', sort[0])}")
    elif sort:
        joined = "#".join(f"${{{member('ctx.args', part)}}}" for part in sort)
        members.append(f"{literal(composite_attribute(tuple(sort)))}: `{joined}`")
    name = f"get{model.name}"
    return _single(model, name, rules, before=[], key=f"{{ {', '.join(members)} }}", about=name)


def _single(
    model: Model, name: str, rules: list[Rule], *, before: list[str], key: str, about: str
) -> Step:
    """One item by its key; who may not see the one that is there is told so."""
    dynamic = [rule for rule in rules if not is_static(rule)]
    request = list(before)
    response = ["if (ctx.error) util.error(ctx.error.message, ctx.error.type);"]
    parts = [*support(rules), static_function(rules, f"Who may see every {model.name}.")]
    if dynamic:
        parts.append(is_visible_function(dynamic))
        missing = "" if before else "!ctx.result || "
        guard = (
            f"if (!isAllowed(ctx) && ({missing}!isVisible(ctx, ctx.result))) util.unauthorized();"
            if not before
            else "if (ctx.result && !isAllowed(ctx) && !isVisible(ctx, ctx.result)) "
            "util.unauthorized();"
        )
        response.append(guard)
    else:
        request.insert(0, "if (!isAllowed(ctx)) util.unauthorized();")
    request.append(f"return ddb.get({{ key: {key} }});")
    response.append("return ctx.result;")
    code = module(
        _about(about, rules),
        [_RUNTIME if before else _UTIL, _DYNAMODB],
        [
            *parts,
            function("export function request(ctx)", request),
            function("export function response(ctx)", response),
        ],
    )
    return Step(name, f"{model.name}Table", code)


def _list(model: Model) -> Step:
    rules = [grant.rule for grant in grants(model, "list")]
    name = list_field(model.name)
    lines = _filter_lines(rules)
    page = "limit: limit ?? 100, nextToken, filter"
    if model.identifier == ("id",):
        lines.append("const { limit, nextToken } = ctx.args;")
        lines.append(f"return ddb.scan({{ {page} }});")
    else:
        first, *sort = model.identifier
        lines.append("const { limit, nextToken, sortDirection } = ctx.args;")
        lines.append(f"if ({member('ctx.args', first)} == null) {{")
        lines.append(f"  return ddb.scan({{ {page} }});")
        lines.append("}")
        lines += _query_lines(first, tuple(sort), page, "")
    return _listing(model, name, rules, lines)


def _index(model: Model, index: Index) -> Step:
    rules = [grant.rule for grant in grants(model, "list")]
    lines = _filter_lines(rules)
    lines.append("const { limit, nextToken, sortDirection } = ctx.args;")
    lines += _query_lines(
        index.partition,
        index.sort_keys,
        "limit: limit ?? 100, nextToken, filter",
        index_name(model, index),
    )
    return _listing(model, index_field(model, index), rules, lines)


def _query_lines(first: str, sort: tuple[str, ...], page: str, index: str) -> list[str]:
    lines = [f"const query = {{ {name_of(first)}: {{ eq: {member('ctx.args', first)} }} }};"]
    if len(sort) == 1:
        given = member("ctx.args", sort[0])
        lines.append(f"if ({given}) {member('query', sort[0])} = {given};")
    elif sort:
        given = member("ctx.args", composite(sort))
        attribute = composite_attribute(sort)
        parts = ", ".join(member("key", part) for part in sort)
        lines += [
            f"if ({given}) {{",
            f"  const joined = key => [{parts}].filter(part => part != null).join('#');",
            f"  const verb = Object.keys({given})[0];",
            f"  const key = {given}[verb];",
            f"  query[{literal(attribute)}] = "
            "{ [verb]: Array.isArray(key) ? key.map(joined) : joined(key) };",
            "}",
        ]
    where = f"index: {literal(index)}, " if index else ""
    lines.append(
        f"return ddb.query({{ query, {where}{page}, scanIndexForward: sortDirection !== 'DESC' }});"
    )
    return lines


def _filter_lines(rules: list[Rule]) -> list[str]:
    """``filter``: the request's own, and what hides the items that the caller may not see."""
    if all(is_static(rule) for rule in rules):
        return ["if (!isAllowed(ctx)) util.unauthorized();", "const { filter } = ctx.args;"]
    return [
        "let filter = ctx.args.filter;",
        "if (!isAllowed(ctx)) {",
        "  const mine = visible(ctx);",
        "  if (mine.length === 0) util.unauthorized();",
        "  filter = filter ? { and: [{ or: mine }, filter] } : { or: mine };",
        "}",
    ]


def _listing(
    model: Model, name: str, rules: list[Rule], lines: list[str], source: str = ""
) -> Step:
    dynamic = [rule for rule in rules if not is_static(rule)]
    code = module(
        _about(name, rules),
        [_UTIL, _DYNAMODB],
        [
            *support(rules),
            static_function(rules, f"Who may see every {model.name}."),
            filter_function(dynamic) if dynamic else "",
            function("export function request(ctx)", lines),
            _LIST_RESPONSE,
        ],
    )
    return Step(source or name, f"{model.name}Table", code)


def _relation(model: Model, relation: Relation, other: Model) -> Step:
    rules = [grant.rule for grant in reading(other)]
    name = f"{model.name}{relation.name[:1].upper()}{relation.name[1:]}"
    about = f"{model.name}.{relation.name}"
    if relation.kind == "belongs_to":
        sources = [member("ctx.source", each) for each in relation.references]
        missing = " || ".join(f"{source} == null" for source in sources)
        first, *sort = other.identifier
        members = [f"{name_of(first)}: {sources[0]}"]
        if len(sort) == 1:
            members.append(f"{name_of(sort[0])}: {sources[1]}")
        elif sort:
            joined = "#".join(f"${{{source}}}" for source in sources[1:])
            members.append(f"{literal(composite_attribute(tuple(sort)))}: `{joined}`")
        before = [f"if ({missing}) runtime.earlyReturn(null);"]
        key = f"{{ {', '.join(members)} }}"
        return _single(other, name, rules, before=before, key=key, about=about)
    first, *rest = relation.references
    keys = [member("ctx.source", each) for each in model.identifier]
    query = [f"{name_of(first)}: {{ eq: {keys[0]} }}"]
    if len(rest) == 1:
        query.append(f"{name_of(rest[0])}: {{ eq: {keys[1]} }}")
    elif rest:
        joined = "#".join(f"${{{key}}}" for key in keys[1:])
        query.append(f"{literal(composite_attribute(tuple(rest)))}: {{ eq: `{joined}` }}")
    index = literal(relation_index(model.name, relation))
    lines = _filter_lines(rules)
    if relation.kind == "has_many":
        lines += [
            "const { limit, nextToken, sortDirection } = ctx.args;",
            "return ddb.query({",
            f"  query: {{ {', '.join(query)} }},",
            f"  index: {index},",
            "  limit: limit ?? 100,",
            "  nextToken,",
            "  filter,",
            "  scanIndexForward: sortDirection !== 'DESC',",
            "});",
        ]
        step = _listing(other, about, rules, lines, name)
        return step
    lines.append(
        f"return ddb.query({{ query: {{ {', '.join(query)} }}, index: {index}, filter }});"
    )
    step = _listing(other, about, rules, lines, name)
    return Step(
        step.name,
        step.source,
        step.code.replace("return ctx.result;", "return ctx.result.items[0];"),
    )
