"""Which IAM role a signed-in user gets from the identity pool, and by what. Blocks.

Source: docs.aws.amazon.com/cognito/latest/developerguide/role-based-access-control.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.users.groups import Group, groups_of_user
from workbench.users.open_pool import OpenedPool
from workbench.users.user_pools import User, UserPoolProblem

_LAST = 2**31
"""The precedence of a group without one."""


@dataclass(frozen=True, slots=True)
class IdentityRole:
    """A role's ARN, "" where the user gets none or it is not known; ``by`` says why."""

    arn: str
    by: str

    @property
    def name(self) -> str:
        """The role's name, without the rest of its ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def text(self) -> str:
        """Both in a line."""
        return f"{self.name} · {self.by}" if self.arn else self.by


def read_identity_role(opened: OpenedPool, user: User) -> IdentityRole | None:
    """The role that the user's credentials have; None for a backend without an identity pool."""
    if not opened.identity_pool_id:
        return None
    pool = opened.pool
    identities: Any = opened.clients.client("cognito-identity")
    try:
        found = pool.ask(
            lambda: identities.get_identity_pool_roles(IdentityPoolId=opened.identity_pool_id),
            "The identity pool",
        )
        groups = groups_of_user(pool, user.username)
    except UserPoolProblem as problem:
        if not problem.is_denied:
            raise
        return IdentityRole("", f"not known: {problem.what}")
    host = f"cognito-idp.{opened.clients.region}.{opened.clients.url_suffix}"
    provider = f"{host}/{pool.pool_id}:"
    mappings = found.get("RoleMappings") or {}
    mapping = next(
        (
            each
            for name, each in mappings.items()
            if name == provider + opened.client_id
            or (not opened.client_id and name.startswith(provider))
        ),
        None,
    )
    return role_of(found.get("Roles") or {}, mapping, groups, user.attributes)


def role_of(
    roles: Mapping[str, str],
    mapping: Mapping[str, Any] | None,
    groups: Sequence[Group],
    attributes: Mapping[str, str],
) -> IdentityRole:
    """The role, by the identity pool's roles and its mapping for the user pool's tokens."""
    default = IdentityRole(roles.get("authenticated", ""), "the role of signed-in users")
    if mapping is None:
        return default
    if mapping.get("Type") == "Rules":
        rules = (mapping.get("RulesConfiguration") or {}).get("Rules") or ()
        claims = {**attributes, "cognito:groups": [each.name for each in groups]}
        for rule in rules:
            if _matches(rule, claims):
                said = f"{rule['Claim']} {rule['MatchType']} {rule['Value']}"
                return IdentityRole(rule["RoleARN"], f"the rule {said}")
        why = "no rule of the identity pool matches"
    else:
        preferred = _preferred(groups)
        if isinstance(preferred, Group):
            order = "" if preferred.precedence is None else f", precedence {preferred.precedence}"
            return IdentityRole(preferred.role_arn, f"the group {preferred.name}{order}")
        why = preferred
    if mapping.get("AmbiguousRoleResolution") != "AuthenticatedRole":
        return IdentityRole("", f"no role: {why}, and the identity pool refuses then")
    return IdentityRole(default.arn, f"{default.by} ({why})")


def _preferred(groups: Sequence[Group]) -> Group | str:
    """The group whose role counts, else why none does."""
    with_role = [each for each in groups if each.role_arn]
    if not with_role:
        return "no group of the user has a role"
    first = min(_order(each) for each in with_role)
    best = [each for each in with_role if _order(each) == first]
    if len({each.role_arn for each in best}) > 1:
        names = " and ".join(each.name for each in best)
        return f"{names} have the same precedence and different roles"
    return best[0]


def _order(group: Group) -> int:
    return _LAST if group.precedence is None else group.precedence


def _matches(rule: Mapping[str, str], claims: Mapping[str, Any]) -> bool:
    claim, wanted = claims.get(rule["Claim"]), rule["Value"]
    if claim is None:
        return False
    match rule["MatchType"]:
        case "Equals":
            return bool(claim == wanted)
        case "NotEqual":
            return bool(claim != wanted)
        case "StartsWith":
            return isinstance(claim, str) and claim.startswith(wanted)
        case "Contains":
            return wanted in claim
    return False
