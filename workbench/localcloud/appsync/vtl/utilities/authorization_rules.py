"""``$util.authRules``: the rules of SQL models, decided against the caller.

AppSync has these functions but no page for them. What they take and give is read off the
templates that Amplify generates for SQL models; what a rule means is what Amplify's templates for
DynamoDB models spell out for the same rule. Anything that is not known denies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.vtl.json_text import parse_json
from workbench.localcloud.appsync.vtl.render_state import RenderState
from workbench.localcloud.appsync.vtl.utilities.arguments import members

_AUTH_TYPES = {
    "apiKey": "API Key Authorization",
    "function": "Lambda Authorization",
    "iam": "IAM Authorization",
    "userPools": "User Pool Authorization",
    "oidc": "Open ID Connect Authorization",
}
_ROW_RULES = ("ownerFieldName", "groupsFieldName")
_COGNITO_OWNER = "sub::username"


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _claims(state: RenderState) -> dict[str, Any]:
    return _dictionary(_dictionary(state.context.get("identity")).get("claims"))


def _applies(state: RenderState, rule: Any) -> bool:
    """Whether the rule is one for the way in which the caller signed in."""
    expected = _AUTH_TYPES.get(str(_dictionary(rule).get("provider")))
    return expected is not None and state.facts.auth_type == expected


def _allows_all_rows(state: RenderState, rule: dict[str, Any]) -> bool:
    """Whether a rule that doesn't look at rows allows the caller."""
    if not _applies(state, rule) or any(name in rule for name in _ROW_RULES):
        return False
    kind, provider = rule.get("type"), rule.get("provider")
    if provider == "apiKey":
        return kind == "public"
    if provider == "function":
        return kind == "custom"
    if provider == "iam":
        return _allows_iam(_dictionary(state.context.get("identity")), rule)
    if not _claims(state):
        return False
    if kind == "groups":
        allowed = rule.get("allowedGroups")
        groups = _texts(_claims(state).get(str(rule.get("groupClaim"))))
        return isinstance(allowed, list) and any(group in allowed for group in groups)
    return kind == "private"


def _allows_iam(identity: dict[str, Any], rule: dict[str, Any]) -> bool:
    arn, kind = identity.get("userArn"), rule.get("type")
    if not isinstance(arn, str) or not arn:
        return False
    if kind == "admin":
        roles = rule.get("roles")
        return isinstance(roles, list) and any(
            isinstance(role, str) and bool(role) and role in arn for role in roles
        )
    if kind not in ("public", "private"):
        return False
    if arn == rule.get("roleArn"):
        return True
    pool = rule.get("cognitoIdentityPoolId")
    return (
        kind == "private"
        and isinstance(pool, str)
        and identity.get("cognitoIdentityPoolId") == pool
        and identity.get("cognitoIdentityAuthType") == "authenticated"
    )


def _texts(claim: Any) -> list[str]:
    """A claim's texts: a list, a JSON list in a string, or one string."""
    if isinstance(claim, str):
        try:
            parsed = parse_json(claim)
        except ValueError:
            return [claim]
        claim = parsed if isinstance(parsed, list) else [claim]
    if not isinstance(claim, list):
        return []
    return [each for each in claim if isinstance(each, str) and each]


def _owners(state: RenderState, rule: dict[str, Any]) -> list[str]:
    """The values of an owner field that mean the caller; the first is the one written."""
    claims = _claims(state)
    name = str(rule.get("identityClaim", _COGNITO_OWNER))
    parts = [_claim(claims, part) for part in name.split("::")]
    found = ["::".join(str(part) for part in parts)] if all(parts) else []
    if len(parts) > 1:
        found += [part for part in parts if part]
    return list(dict.fromkeys(found))


def _claim(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    if value is None and name == "username":
        value = claims.get("cognito:username")
    return value if isinstance(value, str) and value else None


def _row_values(state: RenderState, rule: dict[str, Any]) -> tuple[str, bool, list[str]] | None:
    """For a rule on rows: its field, whether that is a list, and the values that allow."""
    if not _applies(state, rule):
        return None
    if rule.get("type") == "owner" and isinstance(rule.get("ownerFieldName"), str):
        is_list = rule.get("ownerFieldType") == "string[]"
        return rule["ownerFieldName"], is_list, _owners(state, rule)
    if rule.get("type") == "groups" and isinstance(rule.get("groupsFieldName"), str):
        is_list = rule.get("groupsFieldType") == "string[]"
        groups = _texts(_claims(state).get(str(rule.get("groupClaim"))))
        return rule["groupsFieldName"], is_list, groups
    return None


def _allows_row(state: RenderState, rule: dict[str, Any], row: Any) -> bool:
    found = _row_values(state, rule)
    if found is None or not isinstance(row, dict):
        return False
    field, _, values = found
    actual = row.get(field)
    held = actual if isinstance(actual, list) else [actual]
    return any(isinstance(each, str) and each in values for each in held)


def _filtered(state: RenderState, rules: Any, list_operator: str) -> dict[str, Any]:
    """All rows, some rows with a filter, or none."""
    each_of = [_dictionary(rule) for rule in members(rules)]
    if any(_allows_all_rows(state, rule) for rule in each_of):
        return {"authorized": True, "authFilter": None}
    filters: list[dict[str, Any]] = []
    for rule in each_of:
        found = _row_values(state, rule)
        if found is None:
            continue
        field, is_list, values = found
        operator = list_operator if is_list else "eq"
        filters += [{field: {operator: value}} for value in values]
    if not filters:
        return {"authorized": False, "authFilter": None}
    return {"authorized": True, "authFilter": {"or": filters}}


def query_auth(state: RenderState, rules: Any) -> dict[str, Any]:
    """``queryAuth``: ``authorized``, and the ``authFilter`` of the rows that may be read."""
    return _filtered(state, rules, "contains")


def subscription_auth(state: RenderState, rules: Any) -> dict[str, Any]:
    """``subscriptionAuth``: the same for events."""
    return _filtered(state, rules, "contains")


def validate_using_source(state: RenderState, rules: Any, source: Any) -> bool:
    """``validateUsingSource``: whether a field of this row may be read."""
    return any(
        _allows_all_rows(state, rule) or _allows_row(state, rule, source)
        for rule in map(_dictionary, members(rules))
    )


def mutation_auth(
    state: RenderState, rules: Any, operation: Any, values: Any, existing: Any
) -> dict[str, Any]:
    """``mutationAuth``: ``authorized``, and the ``authorizedInput`` with the owner filled in.

    A create is decided by what is written, an update or delete by the row as it is.
    """
    denied = {"authorized": False, "authorizedInput": None}
    if operation not in ("create", "update", "delete") or not isinstance(values, dict):
        return denied
    written = dict(values)
    granted: list[dict[str, Any]] = []
    for rule in map(_dictionary, members(rules)):
        if operation == "create":
            allowed = _allows_all_rows(state, rule) or _allows_creation(state, rule, written)
        else:
            allowed = _allows_all_rows(state, rule) or _allows_row(state, rule, existing)
        if allowed:
            granted.append(rule)
    touched = _dictionary(existing) if operation == "delete" else values
    fields = [name for name in touched if not str(name).startswith("__")]
    if not granted or not _cover(granted, fields):
        return denied
    return {"authorized": True, "authorizedInput": written}


def _allows_creation(state: RenderState, rule: dict[str, Any], written: dict[str, Any]) -> bool:
    """Whether the caller is the owner, or of the group, that is written; a missing owner is set."""
    found = _row_values(state, rule)
    if found is None:
        return False
    field, is_list, values = found
    if rule.get("type") == "owner" and field not in written and values:
        written[field] = [values[0]] if is_list else values[0]
    return _allows_row(state, rule, written)


def _cover(rules: list[dict[str, Any]], fields: list[Any]) -> bool:
    """Whether the rules together allow every field; one that names none allows all."""
    allowed: set[Any] = set()
    for rule in rules:
        names = rule.get("allowedFields")
        if names is None:
            return True
        if isinstance(names, list):
            allowed.update(name for name in names if isinstance(name, str))
    return all(field in allowed for field in fields)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "queryAuth": query_auth,
    "subscriptionAuth": subscription_auth,
    "validateUsingSource": validate_using_source,
    "mutationAuth": mutation_auth,
}
