"""ID tokens: ministack leaves out the roles of a user's groups, which identity pools choose from.

Of the groups with a role, the one of the lowest precedence is preferred; none where two of the same
precedence have different roles. A group without a precedence comes last, while ministack gives it
the first one, 0.
Source: docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer

_GROUPS = "cognito:groups"
ROLES = "cognito:roles"
PREFERRED_ROLE = "cognito:preferred_role"
_NO_PRECEDENCE = float("inf")
_OPTIONAL = ("Description", "Precedence", "RoleArn")


def install() -> None:
    """Add the claims before the function sees the token."""
    from ministack.services import cognito

    apply = cognito._apply_pretoken_trigger
    create = cognito._create_group

    def with_roles(pool_id: str, claims: dict[str, Any], token_type: str, **more: Any) -> Any:
        if token_type == "id":
            add_roles(claims, *roles_of(pool_id, claims.get(_GROUPS) or ()))
        return apply(pool_id=pool_id, claims=claims, token_type=token_type, **more)

    def create_as_asked(data: Any) -> Answer:
        answer: Answer = create(data)
        if answer[0] != 200:
            return answer
        group = cognito._user_pools[data["UserPoolId"]]["_groups"][data["GroupName"]]
        for name in _OPTIONAL:
            if name not in data:
                group.pop(name, None)
        told: Answer = cognito.json_response({"Group": cognito._group_out(group)})
        return told

    cognito._create_group = create_as_asked
    cognito._apply_pretoken_trigger = with_roles


def roles_of(pool_id: str, groups: Iterable[str]) -> tuple[list[str], str | None]:
    """The roles of groups by precedence, each once, and the preferred one."""
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(pool_id) or {}
    known = (pool.get("_groups", {}).get(name) for name in groups)
    with_role = sorted((each for each in known if each and each.get("RoleArn")), key=_precedence)
    roles = list(dict.fromkeys(str(each["RoleArn"]) for each in with_role))
    if not roles:
        return [], None
    best = _precedence(with_role[0])
    first = {each["RoleArn"] for each in with_role if _precedence(each) == best}
    return roles, roles[0] if len(first) == 1 else None


def add_roles(claims: MutableMapping[str, Any], roles: list[str], preferred: str | None) -> None:
    """Say them in an ID token, as far as there are any."""
    if roles:
        claims[ROLES] = roles
    if preferred:
        claims[PREFERRED_ROLE] = preferred


def replace_groups(
    claims: MutableMapping[str, Any], override: Mapping[str, Any] | None, token_type: str
) -> None:
    """What a function gives as ``groupOverrideDetails`` stands in place of groups and roles.

    An empty or null one takes all of them away; roles are said in ID tokens only.
    """
    for name in (_GROUPS, ROLES, PREFERRED_ROLE):
        claims.pop(name, None)
    given = override or {}
    groups = given.get("groupsToOverride")
    if groups:
        claims[_GROUPS] = list(groups)
    if token_type == "id":
        add_roles(
            claims, list(given.get("iamRolesToOverride") or ()), given.get("preferredRole") or None
        )


def _precedence(group: Mapping[str, Any]) -> float:
    given = group.get("Precedence")
    return given if isinstance(given, int | float) else _NO_PRECEDENCE
