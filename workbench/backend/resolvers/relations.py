"""Relations: what a model's items are connected with."""

from __future__ import annotations

from workbench.backend.definitions.schema import Model, Relation, Rule, Schema
from workbench.backend.graphql.names import capital, composite_attribute, relation_index
from workbench.backend.resolvers.access import guarded_relations, is_redacted, is_static, reading
from workbench.backend.resolvers.access_code import (
    is_visible_function,
    static_function,
    support,
    told,
)
from workbench.backend.resolvers.javascript import function, literal, member, module, name_of
from workbench.backend.resolvers.queries import listing, single
from workbench.backend.resolvers.records import NONE_SOURCE, ResolverPlan, Step

_MUTATION = "ctx.source.__operation === 'Mutation'"
_WHY = "// What a mutation answers goes to subscribers too, who may not see this."


def relation_plans(schema: Schema, model: Model) -> list[ResolverPlan]:
    """The resolvers of a model's relations; rules of their own are checked in a step before."""
    models = {each.name: each for each in schema.models}
    guarded = guarded_relations(model)
    found = []
    for relation in model.relations:
        name = f"{model.name}{capital(relation.name)}"
        steps = []
        if relation.name in guarded:
            code = _guard(model, relation, guarded[relation.name])
            steps.append(Step(f"{name}Guard", NONE_SOURCE, code))
        steps.append(_related(name, model, relation, models[relation.model]))
        found.append(ResolverPlan(model.name, relation.name, tuple(steps), model.name))
    return found


def _guard(model: Model, relation: Relation, rules: tuple[Rule, ...]) -> str:
    """Who may follow the relation at all; the other model's own rules hold beside it."""
    dynamic = [rule for rule in rules if not is_static(rule)]
    who = "; ".join(told(rule) for rule in rules) or "nobody but the account itself"
    condition = "!isAllowed(ctx)" + (" && !isVisible(ctx, ctx.source)" if dynamic else "")
    return module(
        f"{model.name}.{relation.name} · {who}.",
        ["import { util } from '@aws-appsync/utils';"],
        [
            *support(rules),
            static_function(rules, f"Who may see {relation.name} of every {model.name}."),
            is_visible_function(dynamic) if dynamic else "",
            function(
                "export function request(ctx)",
                [f"if ({condition}) util.unauthorized();", "return { payload: null };"],
            ),
            function("export function response(ctx)", ["return null;"]),
        ],
    )


def _related(name: str, model: Model, relation: Relation, other: Model) -> Step:
    rules = [grant.rule for grant in reading(other)]
    about = f"{model.name}.{relation.name}"
    nothing = "{ items: [] }" if relation.kind == "has_many" else "null"
    before = []
    redacted = is_redacted(model, relation, other)
    if redacted:
        before += [_WHY, f"if ({_MUTATION}) runtime.earlyReturn({nothing});"]
    if relation.kind == "belongs_to":
        sources = [member("ctx.source", each) for each in relation.references]
        missing = " || ".join(f"{source} == null" for source in sources)
        before.append(f"if ({missing}) runtime.earlyReturn(null);")
        key = f"{{ {', '.join(_members(other.identifier, sources))} }}"
        found = "ctx.result" if redacted else _marked("ctx.result")
        return single(other, name, rules, key=key, about=about, before=before, found=found)
    keys = [member("ctx.source", each) for each in model.identifier]
    query = [f"{part[0]}: {{ eq: {part[1]} }}" for part in _pairs(relation.references, keys)]
    request = [
        "return ddb.query({",
        f"  query: {{ {', '.join(query)} }},",
        f"  index: {literal(relation_index(model.name, relation))},",
        "  filter,",
    ]
    if relation.kind == "has_one":
        first = "ctx.result.items[0]"
        found = f"{first} ?? null" if redacted else _marked(first)
        return listing(
            other, name, rules, [*request, "});"], about=about, before=before, found=found
        )
    lines = [
        "const { limit, nextToken, sortDirection } = ctx.args;",
        *request,
        "  limit: limit ?? 100,",
        "  nextToken,",
        "  scanIndexForward: sortDirection !== 'DESC',",
        "});",
    ]
    found = (
        "ctx.result"
        if redacted
        else f"{{ ...ctx.result, items: ctx.result.items.map(item => ({_mark('item')})) }}"
    )
    return listing(other, name, rules, lines, about=about, before=before, found=found)


def _mark(item: str) -> str:
    """An item that knows of the mutation it was found from, for the fields that may not tell."""
    return f"{{ ...{item}, __operation: ctx.source.__operation }}"


def _marked(item: str) -> str:
    return f"{item} ? {_mark(item)} : null"


def _members(names: tuple[str, ...], values: list[str]) -> list[str]:
    return [f"{name}: {value}" for name, value in _pairs(names, values)]


def _pairs(names: tuple[str, ...], values: list[str]) -> list[tuple[str, str]]:
    """Attributes of a key with their values; several sort keys are one attribute."""
    first, *rest = names
    found = [(name_of(first), values[0])]
    if len(rest) == 1:
        found.append((name_of(rest[0]), values[1]))
    elif rest:
        joined = "#".join(f"${{{value}}}" for value in values[1:])
        found.append((literal(composite_attribute(tuple(rest))), f"`{joined}`"))
    return found
