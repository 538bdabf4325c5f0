"""Get, list and index queries of a model."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.backend.definitions.schema import Index, Model, Rule
from workbench.backend.graphql.names import (
    composite_attribute,
    index_field,
    index_name,
    list_field,
)
from workbench.backend.resolvers.access import grants, is_static
from workbench.backend.resolvers.access_code import (
    filter_function,
    is_visible_function,
    may_own_function,
    static_function,
    support,
    told,
)
from workbench.backend.resolvers.javascript import function, literal, member, module, name_of
from workbench.backend.resolvers.key_conditions import (
    key_functions,
    partition_checks,
    query_lines,
)
from workbench.backend.resolvers.records import ResolverPlan, Step, table_source

_UTIL = "import { util } from '@aws-appsync/utils';"
RUNTIME = "import { runtime, util } from '@aws-appsync/utils';"
_DYNAMODB = "import * as ddb from '@aws-appsync/utils/dynamodb';"


def query_plans(model: Model) -> list[ResolverPlan]:
    """The resolvers of a model's queries."""
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
    return single(model, name, rules, key=f"{{ {', '.join(members)} }}", about=name)


def single(
    model: Model,
    name: str,
    rules: list[Rule],
    *,
    key: str,
    about: str,
    before: Sequence[str] = (),
    found: str = "ctx.result",
) -> Step:
    """One item by its key; who may not see the one that is there is told so.

    ``before`` are lines after the check of the caller; ``found`` is what the response returns.
    """
    dynamic = [rule for rule in rules if not is_static(rule)]
    response = ["if (ctx.error) util.error(ctx.error.message, ctx.error.type);"]
    parts = [*support(rules), static_function(rules, f"Who may see every {model.name}.")]
    if dynamic:
        parts += [may_own_function(dynamic), is_visible_function(dynamic)]
        request = ["if (!isAllowed(ctx) && !mayOwn(ctx)) util.unauthorized();"]
        response += [
            "if (ctx.result && !isAllowed(ctx) && !isVisible(ctx, ctx.result)) {",
            "  util.unauthorized();",
            "}",
        ]
    else:
        request = ["if (!isAllowed(ctx)) util.unauthorized();"]
    request += [*before, f"return ddb.get({{ key: {key} }});"]
    response.append(f"return {found};")
    code = module(
        _about(about, rules),
        [RUNTIME if before else _UTIL, _DYNAMODB],
        [
            *parts,
            function("export function request(ctx)", request),
            function("export function response(ctx)", response),
        ],
    )
    return Step(name, table_source(model), code)


def _list(model: Model) -> Step:
    rules = [grant.rule for grant in grants(model, "list")]
    name = list_field(model.name)
    lines = []
    support_functions: list[str] = []
    page = "limit: limit ?? 100, nextToken, filter"
    if model.identifier == ("id",):
        lines.append("const { limit, nextToken } = ctx.args;")
        lines.append(f"return ddb.scan({{ {page} }});")
    else:
        first, *sort = model.identifier
        lines.append("const { limit, nextToken, sortDirection } = ctx.args;")
        lines += partition_checks(first, tuple(sort))
        lines.append(f"if ({member('ctx.args', first)} == null) {{")
        lines.append(f"  return ddb.scan({{ {page} }});")
        lines.append("}")
        lines += query_lines(first, tuple(sort), page, "")
        support_functions = key_functions(tuple(sort))
    return listing(model, name, rules, lines, functions=support_functions)


def _index(model: Model, index: Index) -> Step:
    rules = [grant.rule for grant in grants(model, "list")]
    lines = ["const { limit, nextToken, sortDirection } = ctx.args;"]
    lines += query_lines(
        index.partition,
        index.sort_keys,
        "limit: limit ?? 100, nextToken, filter",
        index_name(model, index),
    )
    functions = key_functions(index.sort_keys)
    return listing(model, index_field(model, index), rules, lines, functions=functions)


_CHECK_FILTER = function(
    "function checkFilter(filter)",
    [
        "if (filter && util.transform.toDynamoDBFilterExpression(filter) === '{}') {",
        "  util.error('Unable to process the filter expression', 'Unrecognized Filter');",
        "}",
    ],
    "Refuse a filter that DynamoDB has no expression for.",
)


def filter_lines(rules: Sequence[Rule]) -> list[str]:
    """``filter``: the request's own, and what hides the items that the caller may not see."""
    if all(is_static(rule) for rule in rules):
        return [
            "if (!isAllowed(ctx)) util.unauthorized();",
            "const { filter } = ctx.args;",
            "checkFilter(filter);",
        ]
    return [
        "let filter = ctx.args.filter;",
        "if (!isAllowed(ctx)) {",
        "  const mine = visible(ctx);",
        "  if (mine.length === 0) util.unauthorized();",
        "  filter = filter ? { and: [{ or: mine }, filter] } : { or: mine };",
        "}",
        "checkFilter(ctx.args.filter);",
    ]


def listing(
    model: Model,
    name: str,
    rules: list[Rule],
    lines: list[str],
    *,
    about: str = "",
    before: Sequence[str] = (),
    found: str = "ctx.result",
    functions: Sequence[str] = (),
) -> Step:
    """A page of items.

    ``lines`` end by the request and call ``functions``; ``before`` and ``found`` as in
    :func:`single`.
    """
    dynamic = [rule for rule in rules if not is_static(rule)]
    code = module(
        _about(about or name, rules),
        [RUNTIME if before else _UTIL, _DYNAMODB],
        [
            *support(rules),
            static_function(rules, f"Who may see every {model.name}."),
            filter_function(dynamic) if dynamic else "",
            _CHECK_FILTER,
            *functions,
            function("export function request(ctx)", [*filter_lines(rules), *before, *lines]),
            function(
                "export function response(ctx)",
                [
                    "if (ctx.error) util.error(ctx.error.message, ctx.error.type);",
                    f"return {found};",
                ],
            ),
        ],
    )
    return Step(name, table_source(model), code)
