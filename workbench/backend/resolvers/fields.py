"""Resolvers of single fields: those that not every reader may see, and owners' names."""

from __future__ import annotations

from workbench.backend.definitions.schema import Model, Rule
from workbench.backend.resolvers.access import guarded_fields, is_static, owner_names
from workbench.backend.resolvers.access_code import (
    is_visible_function,
    static_function,
    support,
    told,
)
from workbench.backend.resolvers.javascript import function, member, module
from workbench.backend.resolvers.records import NONE_SOURCE, ResolverPlan, Step

_UTIL = "import { util } from '@aws-appsync/utils';"
_SHOWN = function(
    "function shown(owner)",
    [
        "const short = each => (each ? each.split('::').pop() : each);",
        "return Array.isArray(owner) ? owner.map(short) : short(owner);",
    ],
)


def field_plans(model: Model) -> list[ResolverPlan]:
    """The resolvers of a model's fields that need one."""
    guarded = guarded_fields(model)
    owners = owner_names(model)
    found = [
        _plan(model, name, _guarded(model, name, rules, is_owner=name in owners))
        for name, rules in guarded.items()
    ]
    found += [_plan(model, name, _owner(model, name)) for name in owners if name not in guarded]
    return found


def _plan(model: Model, field: str, code: str) -> ResolverPlan:
    name = f"{model.name}{field[:1].upper()}{field[1:]}"
    return ResolverPlan(model.name, field, (Step(name, NONE_SOURCE, code),), model.name)


def _guarded(model: Model, name: str, rules: tuple[Rule, ...], *, is_owner: bool) -> str:
    dynamic = [rule for rule in rules if not is_static(rule)]
    who = "; ".join(told(rule) for rule in rules) or "nobody but the account itself"
    condition = "!isAllowed(ctx)" + (" && !isVisible(ctx, ctx.source)" if dynamic else "")
    request = [f"if ({condition}) util.unauthorized();", "return { payload: null };"]
    value = member("ctx.source", name)
    response = [
        "// What a mutation answers goes to subscribers too, who may not see this.",
        "if (ctx.source.__operation === 'Mutation') return null;",
        f"return {_shown(value) if is_owner else value};",
    ]
    return module(
        f"{model.name}.{name} · {who}.",
        [_UTIL],
        [
            *support(rules),
            static_function(rules, f"Who may see {name} of every {model.name}."),
            is_visible_function(dynamic) if dynamic else "",
            function("export function request(ctx)", request),
            function("export function response(ctx)", response),
            _SHOWN if is_owner else "",
        ],
    )


def _owner(model: Model, name: str) -> str:
    value = member("ctx.source", name)
    return module(
        f"{model.name}.{name} · an owner is shown by the user's name, without the id before it.",
        [],
        [
            function("export function request(ctx)", ["return { payload: null };"]),
            function("export function response(ctx)", [f"return {_shown(value)};"]),
            _SHOWN,
        ],
    )


def _shown(value: str) -> str:
    return f"shown({value})"
