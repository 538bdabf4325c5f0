"""``allow``: who may do what, as in Amplify's authorization rules.

Source: docs.amplify.aws, "Customize your auth rules".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import (
    EVERY_OPERATION,
    FunctionAccess,
    Rule,
    RuleOperation,
)
from workbench.backend.definitions.source_location import DefinitionError, Place
from workbench.backend.schema.errors import calling_place

Word = Literal["create", "read", "update", "delete", "get", "list", "sync", "listen", "search"]
ApiWord = Literal["query", "mutate", "listen"]
SignedInProvider = Literal["userPools", "identityPool", "oidc"]
TokenProvider = Literal["userPools", "oidc"]

_READ: tuple[RuleOperation, ...] = ("get", "list", "sync", "listen", "search")
_API_WORDS: tuple[ApiWord, ...] = ("query", "mutate", "listen")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A rule that can be narrowed: ``allow.owner().to("read")``.

    Fields in ``rule`` are named as the user wrote them; ``narrowed`` where ``to`` was called.
    """

    rule: Rule
    narrowed: bool = False

    def to(self, *operations: Word) -> Allowed:
        """Allow only these; "read" is get, list, sync, listen and search together."""
        wanted: list[RuleOperation] = []
        for word in operations:
            if word == "read":
                wanted += _READ
            elif word in EVERY_OPERATION:
                wanted.append(word)
            else:
                raise _unknown(word, ("read", *EVERY_OPERATION), calling_place())
        return Allowed(replace(self.rule, operations=tuple(dict.fromkeys(wanted))), narrowed=True)

    def identity_claim(self, claim: str) -> Allowed:
        """Compare owners with this claim of the token in place of Cognito's own."""
        return replace(self, rule=replace(self.rule, identity_claim=claim))

    def group_claim(self, claim: str) -> Allowed:
        """Read groups from this claim of the token in place of Cognito's own."""
        return replace(self, rule=replace(self.rule, group_claim=claim))


@dataclass(frozen=True, slots=True)
class AllowedFunction:
    """``allow.resource(function)``, which ``to`` narrows."""

    access: FunctionAccess

    def to(self, *operations: ApiWord) -> AllowedFunction:
        """Allow only these kinds of operations."""
        for word in operations:
            if word not in _API_WORDS:
                raise _unknown(word, _API_WORDS, calling_place())
        return AllowedFunction(FunctionAccess(self.access.function, tuple(operations)))


def listed(rules: Iterable[Allowed] | Allowed, place: Place) -> tuple[Allowed, ...]:
    """Rules as they were given; raises DefinitionError where it is one alone, without a list."""
    if isinstance(rules, Allowed | AllowedFunction) or callable(rules):
        raise DefinitionError(
            "Rules are given in a list.", "Write the brackets: rules=[allow.owner()].", place
        )
    return tuple(rules)


class Allow:
    """The ways in; ``allow`` is the one object of it."""

    def public_api_key(self) -> Allowed:
        """Everybody who has the API's key."""
        return Allowed(Rule("public", "apiKey", place=calling_place()))

    def guest(self) -> Allowed:
        """Everybody, by the identity pool's role for guests."""
        return Allowed(Rule("public", "identityPool", place=calling_place()))

    def authenticated(self, provider: SignedInProvider = "userPools") -> Allowed:
        """Every signed-in user."""
        return Allowed(Rule("private", provider, place=calling_place()))

    def owner(self, provider: TokenProvider = "userPools") -> Allowed:
        """The user who made the item; the API adds the field ``owner``."""
        return Allowed(Rule("owner", provider, owner_field="owner", place=calling_place()))

    def owner_defined_in(self, field: str, provider: TokenProvider = "userPools") -> Allowed:
        """The user whom this field names; the one who makes the item where it is left out."""
        return Allowed(Rule("owner", provider, owner_field=field, place=calling_place()))

    def owners_defined_in(self, field: str, provider: TokenProvider = "userPools") -> Allowed:
        """All users whom this list names."""
        place = calling_place()
        return Allowed(Rule("owner", provider, owner_field=field, is_list=True, place=place))

    def group(self, group: str, provider: TokenProvider = "userPools") -> Allowed:
        """The members of a group."""
        return Allowed(Rule("groups", provider, groups=(group,), place=calling_place()))

    def groups(self, groups: Sequence[str], provider: TokenProvider = "userPools") -> Allowed:
        """The members of any of these groups."""
        return Allowed(Rule("groups", provider, groups=tuple(groups), place=calling_place()))

    def group_defined_in(self, field: str, provider: TokenProvider = "userPools") -> Allowed:
        """The members of the group that this field of the item names."""
        return Allowed(Rule("groups", provider, groups_field=field, place=calling_place()))

    def groups_defined_in(self, field: str, provider: TokenProvider = "userPools") -> Allowed:
        """The members of any group in this list of the item."""
        place = calling_place()
        return Allowed(Rule("groups", provider, groups_field=field, is_list=True, place=place))

    def custom(self) -> Allowed:
        """Whom the API's Lambda authorizer lets in."""
        return Allowed(Rule("custom", "function", place=calling_place()))

    def resource(self, function: FunctionDefinition) -> AllowedFunction:
        """A function of this backend, by its role; only among the rules of the whole schema."""
        return AllowedFunction(FunctionAccess(function, _API_WORDS))


allow = Allow()


def _unknown(word: str, known: Sequence[str], place: Place) -> DefinitionError:
    return DefinitionError(
        f"There is no operation {word!r} to allow.", f"Use some of: {', '.join(known)}.", place
    )
