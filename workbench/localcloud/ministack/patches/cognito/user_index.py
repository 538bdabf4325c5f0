"""Finding a user: ministack walks over all users and compares exactly; Cognito does neither.

In a pool that is not case-sensitive, user names, e-mail addresses and preferred names differ by
more than upper and lower case. A walk over 100,000 users takes 0.2 s, for each sign-in and each
token.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-case-sensitivity.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, attributes_of, refuse

_FOUND_BY = frozenset(("sub", "email", "phone_number", "preferred_username"))
FOLDED = frozenset(("username", "email", "preferred_username"))
"""What a pool that is not case-sensitive compares without case."""


def install() -> None:
    """Keep every pool's users in an index, and look there."""
    from ministack.services import cognito

    create, restore = cognito._create_user_pool, cognito._restore_state
    start_federated = cognito._start_federated_profile
    link = cognito._admin_link_provider_for_user

    def resolve(pool: Any, username: Any) -> tuple[Any, Any]:
        user = find(pool, username)
        if user is None:
            return None, refuse("UserNotFoundException", "User does not exist.")
        return user, None

    def link_named(data: Any) -> Any:
        target = data.get("DestinationUser") or {}
        pool = cognito._user_pools.get(data.get("UserPoolId"))
        if pool is not None and target.get("ProviderName") == "Cognito":
            user = find(pool, target.get("ProviderAttributeValue"))
            if user is not None:
                named = {**target, "ProviderAttributeValue": user["Username"]}
                return link({**data, "DestinationUser": named})
        return link(data)

    def create_indexed(data: Any) -> Any:
        answer = create(data)
        for pool in cognito._user_pools.all_values():
            users_of(pool)
        return answer

    def restore_indexed(data: Any) -> None:
        restore(data)
        for pool in cognito._user_pools.all_values():
            users_of(pool)

    def start_stored(pool: Any, pool_id: str, user: Any, *more: Any) -> None:
        start_federated(pool, pool_id, pool["_users"][user["Username"]], *more)

    cognito._resolve_user = resolve
    cognito._admin_link_provider_for_user = link_named
    cognito._create_user_pool = create_indexed
    cognito._restore_state = restore_indexed
    cognito._start_federated_profile = start_stored


def find(pool: Any, username: Any) -> Any:
    """Whom a ``Username`` means: by name, sub or alias; None for nobody."""
    if not isinstance(username, str):
        return None
    users = users_of(pool)
    user = users.get(username) or by_sub(pool, username)
    if user is not None:
        return user
    if not is_case_sensitive(pool):
        user = users.named(username)
        if user is not None:
            return user
    return by_alias(pool, username)


def named_in(data: Mapping[str, Any]) -> tuple[Any, Any, Answer | None]:
    """The pool and the user that an administrator's call names, or its refusal."""
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if refused:
        return None, None, refused
    user, refused = cognito._resolve_user(pool, data.get("Username"))
    return pool, user, refused


def by_sub(pool: Any, sub: Any) -> Any:
    """The user with this ``sub``; None for nobody."""
    return next(users_of(pool).having("sub", sub), None) if isinstance(sub, str) else None


def by_alias(pool: Any, value: str) -> Any:
    """Who signs in by this address, number or preferred name; None for nobody.

    An attribute that is the pool's user name counts at once, an alias as soon as it is verified.
    """
    names = pool.get("UsernameAttributes") or ()
    for attribute in (*names, *(pool.get("AliasAttributes") or ())):
        for user in having(pool, attribute, value):
            if attribute in names or counts_as_alias(attributes_of(user), attribute):
                return user
    return None


def counts_as_alias(attributes: Mapping[str, str], attribute: str) -> bool:
    """Whether one of these attributes can be an alias: an address or number has to be verified."""
    if attribute not in ("email", "phone_number"):
        return True
    return str(attributes.get(f"{attribute}_verified", "")).lower() == "true"


def having(pool: Any, attribute: str, value: str) -> Iterator[Any]:
    """The users with this value of an alias attribute, as the pool compares it."""
    found = users_of(pool).having(attribute, value)
    if attribute in FOLDED and not is_case_sensitive(pool):
        return found
    return (user for user in found if attributes_of(user).get(attribute) == value)


def is_case_sensitive(pool: Any) -> bool:
    """A pool is unless it was made otherwise; what ``defineAuth`` and the console make is not."""
    configuration = pool.get("UsernameConfiguration") or {}
    return str(configuration.get("CaseSensitive", True)).lower() != "false"


def users_of(pool: Any) -> Users:
    """A pool's users by name."""
    users = pool["_users"]
    if not isinstance(users, Users):
        users = pool["_users"] = Users(users)
    return users


class Users(dict[str, Any]):
    """Users by name, in order of creation, that are found by their other names too.

    A record that is put in is copied into one that reports its changes: take it out again before
    you change it. Records are replaced in their attributes as a whole, as ministack does it.
    """

    def __init__(self, users: Mapping[str, Any]) -> None:
        super().__init__()
        self._names: dict[str, dict[str, None]] = {}
        self._values: dict[tuple[str, str], dict[str, None]] = {}
        self.update(users)

    def named(self, name: str) -> Any:
        """The first user of this name in any case."""
        return next((self[each] for each in self._names.get(name.lower(), ())), None)

    def having(self, attribute: str, value: str) -> Iterator[Any]:
        """The users with this value, in any case, of an attribute that is looked up."""
        return (self[name] for name in tuple(self._values.get((attribute, value.lower()), ())))

    def __setitem__(self, name: str, user: Any) -> None:
        if name in self:
            del self[name]
        stored = _User(user, self, name)
        super().__setitem__(name, stored)
        self._names.setdefault(name.lower(), {})[name] = None
        self.note(name, stored.get("Attributes"))

    def __delitem__(self, name: str) -> None:
        self.pop(name)

    def pop(self, name: str, *default: Any) -> Any:
        """Take a user out."""
        user = super().pop(name, *default)
        if isinstance(user, _User):
            user.users = None
            self.forget(name, user.get("Attributes"))
            _discard(self._names, name.lower(), name)
        return user

    def update(self, *others: Any, **more: Any) -> None:
        """Put users in."""
        for name, user in dict(*others, **more).items():
            self[name] = user

    def clear(self) -> None:
        """Take all users out."""
        for name in tuple(self):
            del self[name]

    def note(self, name: str, attributes: Iterable[Any] | None) -> None:
        """Find a user by these attributes."""
        for key in _keys(attributes):
            self._values.setdefault(key, {})[name] = None

    def forget(self, name: str, attributes: Iterable[Any] | None) -> None:
        """Find a user no more by these attributes."""
        for key in _keys(attributes):
            _discard(self._values, key, name)

    def __deepcopy__(self, _memo: Any) -> dict[str, Any]:
        return {name: dict(user) for name, user in self.items()}


class _User(dict[str, Any]):
    """A user's record, which tells its pool's index when its attributes change."""

    def __init__(self, record: Mapping[str, Any], users: Users, name: str) -> None:
        super().__init__(record)
        self.users: Users | None = users
        self.name = name

    def __setitem__(self, member: str, value: Any) -> None:
        if member == "Attributes" and self.users is not None:
            self.users.forget(self.name, self.get("Attributes"))
            self.users.note(self.name, value)
        super().__setitem__(member, value)

    def update(self, *others: Any, **more: Any) -> None:
        """Change members."""
        for member, value in dict(*others, **more).items():
            self[member] = value

    def __deepcopy__(self, _memo: Any) -> dict[str, Any]:
        return dict(self)


def _keys(attributes: Iterable[Any] | None) -> Iterator[tuple[str, str]]:
    for each in attributes or ():
        name, value = each.get("Name"), each.get("Value")
        if name in _FOUND_BY and isinstance(value, str) and value:
            yield name, value.lower()


def _discard(index: dict[Any, dict[str, None]], key: Any, name: str) -> None:
    names = index.get(key)
    if names is not None:
        names.pop(name, None)
        if not names:
            del index[key]
