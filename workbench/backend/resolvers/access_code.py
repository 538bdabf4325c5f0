"""The JavaScript that decides about a caller: which grants hold, and how items are filtered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from workbench.backend.definitions.schema import Rule
from workbench.backend.resolvers.access import Grant, is_static
from workbench.backend.resolvers.javascript import function, indented, literal, member

_TYPES = {
    "apiKey": "API Key Authorization",
    "function": "Lambda Authorization",
    "userPools": "User Pool Authorization",
    "oidc": "Open ID Connect Authorization",
    "identityPool": "IAM Authorization",
}
_TOKENS = ("userPools", "oidc")

IS_ACCOUNT = function(
    "function isAccount(ctx)",
    [
        "const id = ctx.identity ?? {};",
        "return (",
        "  util.authType() === 'IAM Authorization' &&",
        "  !id.cognitoIdentityPoolId &&",
        "  !id.cognitoIdentityId",
        ");",
    ],
    "The account's own credentials, outside of Cognito, may do everything.",
)
_OWNER = function(
    "function ownersOf(ctx)",
    [
        "const claims = ctx.identity.claims;",
        "const name = claims.username ?? claims['cognito:username'];",
        "if (!claims.sub || !name) return [claims.sub ?? name].filter(each => each);",
        "return [`${claims.sub}::${name}`, claims.sub, name];",
    ],
    "How the caller is named as an owner; the first is what new items get.",
)

_NAMES = function(
    "function namesOf(ctx, claims)",
    [
        "const names = claims.map(claim => ctx.identity.claims[claim]).filter(name => name);",
        "if (names.length < 2 || names.length < claims.length) return names;",
        "return [names.join('::'), ...names];",
    ],
    "How the caller is named by these claims; a claim that the token lacks names nobody.",
)


def owner_call(rule: Rule) -> str:
    """The expression of a caller's names as an owner."""
    if not rule.identity_claim:
        if rule.provider == "oidc":
            return "[ctx.identity.claims.sub].filter(each => each)"
        return "ownersOf(ctx)"
    return f"namesOf(ctx, {literal(rule.identity_claim.split('::'))})"


def groups_call(rule: Rule) -> str:
    """The expression of a caller's groups."""
    claim = rule.group_claim or "cognito:groups"
    return "groupsOf(ctx)" if claim == "cognito:groups" else f"groupsOf(ctx, {literal(claim)})"


def _groups_function(rules: Iterable[Rule]) -> str:
    if any(rule.group_claim for rule in rules):
        head, claim = "function groupsOf(ctx, claim = 'cognito:groups')", "claim"
    else:
        head, claim = "function groupsOf(ctx)", "'cognito:groups'"
    return function(
        head,
        [
            f"const groups = ctx.identity.claims[{claim}] ?? [];",
            "if (typeof groups !== 'string') return groups;",
            "return groups.startsWith('[') ? JSON.parse(groups) : [groups];",
        ],
        "The groups in the caller's token.",
    )


def support(rules: Sequence[Rule]) -> list[str]:
    """The functions that the expressions of these rules call."""
    found = [IS_ACCOUNT]
    if any(
        rule.strategy == "owner" and not rule.identity_claim and rule.provider != "oidc"
        for rule in rules
    ):
        found.append(_OWNER)
    if any(rule.identity_claim for rule in rules):
        found.append(_NAMES)
    if any(rule.strategy == "groups" for rule in rules):
        found.append(_groups_function(rules))
    return found


def told(rule: Rule) -> str:
    """Whom a rule lets in, in words."""
    if rule.strategy == "public":
        return "anybody with the API key" if rule.provider == "apiKey" else "guests"
    if rule.strategy == "private":
        return "every signed-in user"
    if rule.strategy == "custom":
        return "whom the Lambda authorizer lets in"
    if rule.strategy == "owner":
        return f"the {'owners' if rule.is_list else 'owner'} in {rule.owner_field}"
    if rule.groups_field:
        return f"the {'groups' if rule.is_list else 'group'} in {rule.groups_field}"
    return f"group {' or '.join(rule.groups)}"


def static_condition(rule: Rule) -> str:
    """The condition of a rule that needs no item, within its way of signing in; "" for always."""
    if rule.provider == "identityPool":
        signed = "'authenticated'" if rule.strategy == "private" else "'unauthenticated'"
        return f"ctx.identity.cognitoIdentityAuthType === {signed}"
    if rule.strategy == "groups":
        return f"{groups_call(rule)}.some(group => {literal(list(rule.groups))}.includes(group))"
    return ""


def item_condition(rule: Rule, item: str) -> str:
    """The condition of a rule that reads an item."""
    field = rule.owner_field or rule.groups_field
    names = owner_call(rule) if rule.strategy == "owner" else groups_call(rule)
    value = member(item, field)
    if rule.is_list:
        return f"({value} ?? []).some(each => {names}.includes(each))"
    return f"{names}.includes({value})"


def allowed_function(found: Sequence[Grant], about: str) -> str:
    """``allowedFields(ctx, item)``: names of fields, or "*" among them for all; none is refused."""

    def pushed(grant: Grant) -> list[str]:
        fields = "'*'" if grant.fields is None else ", ".join(map(literal, grant.fields))
        return [f"fields.push({fields});"]

    lines = [
        "if (isAccount(ctx)) return ['*'];",
        "const fields = [];",
        *_by_provider(found, pushed),
        "return fields;",
    ]
    return function("function allowedFields(ctx, item)", lines, about)


def changes_function(found: Sequence[Grant], about: str) -> str:
    """``allowedFields(ctx, item)`` of an update: ``{ set, clear }``, names of fields.

    "*" in ``set`` is all of both; nothing in ``set`` is refused.
    """

    def pushed(grant: Grant) -> list[str]:
        if grant.fields is None:
            return ["set.push('*');"]
        lines = [f"set.push({', '.join(map(literal, grant.fields))});"]
        if grant.nullable:
            lines.append(f"clear.push({', '.join(map(literal, grant.nullable))});")
        return lines

    lines = [
        "if (isAccount(ctx)) return { set: ['*'], clear: [] };",
        "const set = [];",
        "const clear = [];",
        *_by_provider(found, pushed),
        "return { set, clear };",
    ]
    return function("function allowedFields(ctx, item)", lines, about)


def _by_provider(found: Sequence[Grant], pushed: Callable[[Grant], list[str]]) -> list[str]:
    """For each way of signing in, what its grants add where they hold."""
    lines = ["const type = util.authType();"]
    for provider, type_name in _TYPES.items():
        ours = [grant for grant in found if grant.rule.provider == provider]
        if not ours:
            continue
        lines.append(f"if (type === {literal(type_name)}) {{")
        for grant in ours:
            condition = (
                static_condition(grant.rule)
                if is_static(grant.rule)
                else item_condition(grant.rule, "item")
            )
            first, *rest = pushed(grant)
            first = f"{first} // {told(grant.rule)}"
            if not condition:
                lines += indented([first, *rest])
            elif not rest:
                lines += indented([f"if ({condition}) {first}"])
            else:
                lines += indented([f"if ({condition}) {{", *indented([first, *rest]), "}"])
        lines.append("}")
    return lines


def static_function(rules: Sequence[Rule], about: str) -> str:
    """``isAllowed(ctx)``: whether a rule that needs no item lets the caller in."""
    lines = ["if (isAccount(ctx)) return true;"]
    ours = [rule for rule in rules if is_static(rule)]
    if ours:
        lines.append("const type = util.authType();")
    for provider, type_name in _TYPES.items():
        conditions = [
            (static_condition(rule), told(rule)) for rule in ours if rule.provider == provider
        ]
        if not conditions:
            continue
        is_type = f"type === {literal(type_name)}"
        if any(not condition for condition, _ in conditions):
            words = next(words for condition, words in conditions if not condition)
            lines.append(f"if ({is_type}) return true; // {words}")
            continue
        for condition, words in conditions:
            lines += [f"if ({is_type} && {condition}) {{", f"  return true; // {words}", "}"]
    lines.append("return false;")
    return function("function isAllowed(ctx)", lines, about)


def filter_function(rules: Sequence[Rule]) -> str:
    """``visible(ctx)``: the filters that show a caller what is theirs; none shows nothing."""
    lines = ["const filters = [];", "const type = util.authType();"]
    for provider in _TOKENS:
        ours = [rule for rule in rules if rule.provider == provider and not is_static(rule)]
        if not ours:
            continue
        lines.append(f"if (type === {literal(_TYPES[provider])}) {{")
        for rule in ours:
            field = rule.owner_field or rule.groups_field
            names = owner_call(rule) if rule.strategy == "owner" else groups_call(rule)
            verb = "contains" if rule.is_list else "eq"
            lines += indented(
                [
                    f"{names}.forEach(name =>",
                    f"  filters.push({{ {field if field.isidentifier() else literal(field)}: "
                    f"{{ {verb}: name }} }}), // {told(rule)}",
                    ");",
                ]
            )
        lines.append("}")
    lines.append("return filters;")
    return function(
        "function visible(ctx)", lines, "Filters for the items that the caller may see."
    )


def may_own_function(rules: Sequence[Rule]) -> str:
    """``mayOwn(ctx)``: whether there could be an item that a rule shows the caller."""
    lines = ["const type = util.authType();"]
    for provider in _TOKENS:
        ours = [rule for rule in rules if rule.provider == provider and not is_static(rule)]
        calls = dict.fromkeys(
            owner_call(rule) if rule.strategy == "owner" else groups_call(rule) for rule in ours
        )
        if calls:
            has_name = " || ".join(f"{call}.length > 0" for call in calls)
            lines.append(f"if (type === {literal(_TYPES[provider])}) return {has_name};")
    lines.append("return false;")
    return function("function mayOwn(ctx)", lines, "Whether any item at all could be the caller's.")


def is_visible_function(rules: Sequence[Rule]) -> str:
    """``isVisible(ctx, item)``: whether a rule that reads the item lets the caller see it."""
    lines = ["const type = util.authType();"]
    for provider in _TOKENS:
        for rule in rules:
            if rule.provider == provider and not is_static(rule):
                condition = item_condition(rule, "item")
                lines += [
                    f"if (type === {literal(_TYPES[provider])} && {condition}) {{",
                    f"  return true; // {told(rule)}",
                    "}",
                ]
    lines.append("return false;")
    return function("function isVisible(ctx, item)", lines, "Whether the caller may see this item.")
