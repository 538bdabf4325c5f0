"""Subscriptions of a model: who may listen, and to which items."""

from __future__ import annotations

from workbench.backend.definitions.schema import Model, Rule
from workbench.backend.graphql.names import capital, heard_of
from workbench.backend.resolvers.access import grants, is_static
from workbench.backend.resolvers.access_code import (
    groups_call,
    owner_call,
    static_function,
    support,
    told,
)
from workbench.backend.resolvers.javascript import (
    function,
    indented,
    literal,
    member,
    module,
    name_of,
)
from workbench.backend.resolvers.records import NONE_SOURCE, ResolverPlan, Step

_TYPES = {"userPools": "User Pool Authorization", "oidc": "Open ID Connect Authorization"}


def subscription_plans(model: Model) -> list[ResolverPlan]:
    """The resolvers of ``onCreate…``, ``onUpdate…`` and ``onDelete…``."""
    rules = [grant.rule for grant in grants(model, "listen")]
    found = []
    for verb in heard_of(model):
        name = f"on{capital(verb)}{model.name}"
        step = Step(name, NONE_SOURCE, _code(name, model, rules))
        found.append(ResolverPlan("Subscription", name, (step,), model.name))
    return found


def _code(name: str, model: Model, rules: list[Rule]) -> str:
    dynamic = [rule for rule in rules if not is_static(rule)]
    who = "; ".join(told(rule) for rule in rules) or "nobody but the account itself"
    if dynamic:
        request = [
            "let filter = ctx.args.filter;",
            "if (!isAllowed(ctx)) {",
            "  const mine = audible(ctx);",
            "  if (mine.length === 0) util.unauthorized();",
            "  filter = filter ? { and: [{ or: mine }, filter] } : { or: mine };",
            "}",
        ]
    else:
        request = [
            "if (!isAllowed(ctx)) util.unauthorized();",
            "const { filter } = ctx.args;",
        ]
    request += ["ctx.stash.filter = filter;", "return { payload: null };"]
    response = [
        "const { filter } = ctx.stash;",
        "if (filter) "
        "extensions.setSubscriptionFilter(util.transform.toSubscriptionFilter(filter));",
        "return null;",
    ]
    return module(
        f"{name} · {who}.",
        ["import { extensions, util } from '@aws-appsync/utils';"],
        [
            *support(rules),
            static_function(rules, f"Who may hear of every {model.name}."),
            _audible(dynamic) if dynamic else "",
            function("export function request(ctx)", request),
            function("export function response(ctx)", response),
        ],
    )


def _audible(dynamic: list[Rule]) -> str:
    """Filters on what a mutation answers, where an owner is a user's name alone."""
    lines = ["const filters = [];", "const type = util.authType();"]
    for provider, type_name in _TYPES.items():
        ours = [rule for rule in dynamic if rule.provider == provider]
        if not ours:
            continue
        lines.append(f"if (type === {literal(type_name)}) {{")
        for rule in ours:
            field = rule.owner_field or rule.groups_field
            verb = "contains" if rule.is_list else "eq"
            body: list[str] = []
            if rule.strategy == "owner":
                names = owner_call(rule)
                if not rule.is_list:
                    given = member("ctx.args", field)
                    body.append(f"if ({given} && !{names}.includes({given})) util.unauthorized();")
                body += [
                    f"const names = {names};",
                    "if (names.length > 0) {",
                    f"  // {told(rule)}",
                    f"  filters.push({{ {name_of(field)}: "
                    f"{{ {verb}: names[names.length - 1] }} }});",
                    "}",
                ]
            else:
                body += [
                    f"{groups_call(rule)}.forEach(group =>",
                    f"  filters.push({{ {name_of(field)}: {{ {verb}: group }} }}), // {told(rule)}",
                    ");",
                ]
            lines += indented(["{", *indented(body), "}"] if len(ours) > 1 else body)
        lines.append("}")
    lines.append("return filters;")
    return function(
        "function audible(ctx)", lines, "Filters for the items that the caller may hear of."
    )
