"""Logins of identities: ministack decodes the tokens of all of a pool's to find who has one.

With 100,000 identities each sign-in took a second. Here an index says which identity may have a
login; the identity itself says whether it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from workbench.localcloud.ministack.patches.cognito.tokens import claims_of

_USER_POOLS = "cognito-idp."
_Login = tuple[str, str]


@dataclass(slots=True)
class _Index:
    identities: dict[str, Any]
    owners: dict[_Login, str] = field(default_factory=dict)
    seen: int = 0

    def catch_up(self) -> None:
        """Add the identities that have come since; all of them where some went away."""
        if len(self.identities) < self.seen:
            self.owners.clear()
            self.seen = 0
        # The newest first: to skip the others takes as long as to read them.
        more = len(self.identities) - self.seen
        for identity in islice(reversed(self.identities.values()), more):
            self.add(identity)
        self.seen = len(self.identities)

    def add(self, identity: Mapping[str, Any]) -> None:
        for provider, token in (identity.get("Logins") or {}).items():
            for login in _names_of(provider, token):
                self.owners[login] = identity["IdentityId"]


_indexes: dict[str, _Index] = {}


def install() -> None:
    """Look into the index in place of all identities."""
    from ministack.services import cognito

    link = cognito._link_logins

    def linked(pool: Any, identity_id: str | None, logins: Any) -> Any:
        target = link(pool, identity_id, logins)
        if target is not None:
            _index_of(pool).add(pool["_identities"][target])
        return target

    cognito._link_logins = linked
    cognito._login_owner = _owner


def _owner(pool: Any, logins: Any) -> str | None:
    """The identity of the pool that has one of these logins."""
    if not isinstance(logins, dict) or not logins:
        return None
    index = _index_of(pool)
    for provider, token in logins.items():
        for login in _names_of(provider, token):
            owner = index.owners.get(login)
            identity = index.identities.get(owner) if owner else None
            held = (identity.get("Logins") or {}).get(provider) if identity else None
            if held is not None and login in _names_of(provider, held):
                return owner
    return None


def _index_of(pool: Any) -> _Index:
    found = _indexes.get(pool["IdentityPoolId"])
    if found is None or found.identities is not pool["_identities"]:
        found = _indexes[pool["IdentityPoolId"]] = _Index(pool["_identities"])
    found.catch_up()
    return found


def _names_of(provider: str, token: Any) -> Iterator[_Login]:
    """What a login is found by: the token, and of a user pool's, which is verified, its user."""
    yield provider, str(token)
    sub = claims_of(token).get("sub") if provider.startswith(_USER_POOLS) else None
    if sub:
        yield provider, f"sub:{sub}"
