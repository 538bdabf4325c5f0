"""Who may do what with which fields of a model, worked out before any request.

Rules of a field stand in the place of its model's for that field. A rule grants an operation for
the fields that it covers; the identifier and what the API stamps go with any of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.backend.definitions.schema import (
    EVERY_OPERATION,
    Field,
    Model,
    Relation,
    Rule,
    RuleOperation,
)
from workbench.backend.definitions.source_location import NOWHERE
from workbench.backend.graphql.api_schema import owner_fields

_READ: frozenset[RuleOperation] = frozenset(("get", "list", "sync", "listen", "search"))


@dataclass(frozen=True, slots=True)
class Grant:
    """A rule with the fields that it lets a caller set and, in an update, set to null.

    None stands for everything: in an update both are None or neither is. Other operations have no
    ``nullable``.
    """

    rule: Rule
    fields: tuple[str, ...] | None = None
    nullable: tuple[str, ...] | None = None


def grants(model: Model, operation: RuleOperation) -> tuple[Grant, ...]:
    """The grants of an operation, in the order of the rules.

    A role has everything only where it has the operation on every field and relation: then it may
    set what no rule names too (an id, an owner). A delete takes all of them at once, so nobody has
    a part of it. An update that sets a field to null takes the field away: that needs "delete" on
    it, so who may only delete may ask too, and is told which fields are refused.
    """
    members = _members(model)
    names = [member.name for member in members]
    ours = {operation, "delete"} if operation == "update" else {operation}
    found: dict[Rule, dict[str, set[RuleOperation]]] = {}
    for rules, name in [
        (model.rules, ""),
        *((each.rules or model.rules, each.name) for each in members),
    ]:
        for rule in rules:
            if not ours & set(rule.operations):
                continue
            for role in _roles(rule):
                found.setdefault(role, {}).setdefault(name, set()).update(rule.operations)
    # A model without fields of its own still has rules; with fields, only theirs count.
    found = {role: has for role, has in found.items() if not names or set(has) - {""}}
    covered = []
    for role, has in found.items():
        allowed = tuple(name for name in names if operation in has.get(name, ()))
        nullable = tuple(name for name in names if "delete" in has.get(name, ()))
        if len(allowed) == len(names) and (operation != "update" or nullable == allowed):
            covered.append(Grant(role))
        elif operation == "update":
            # As in Amplify, the first part of the identifier goes with any field.
            allowed = tuple(dict.fromkeys((*allowed, *model.identifier[:1])))
            covered.append(Grant(role, allowed, nullable))
        elif operation != "delete":
            covered.append(Grant(role, allowed))
    return _joined(covered)


def reading(model: Model) -> tuple[Grant, ...]:
    """Everybody who may get or list, whatever the fields."""
    return tuple({**_by_rule(grants(model, "get")), **_by_rule(grants(model, "list"))}.values())


def guarded_fields(model: Model) -> dict[str, tuple[Rule, ...]]:
    """The fields that not every reader of the model may see, with the rules of those who may."""
    return _guarded(model, [field for field in model.fields if field.name not in model.identifier])


def guarded_relations(model: Model) -> dict[str, tuple[Rule, ...]]:
    """The relations that not every reader of the model may follow, with the rules of who may."""
    return _guarded(model, model.relations)


def is_redacted(model: Model, relation: Relation, other: Model) -> bool:
    """Whether a mutation's answer leaves the relation out, as subscribers might not see the other.

    They are the same callers only where both have the same rules and none depends on an item.
    """
    if relation.name in guarded_relations(model):
        return True
    mine = _allowed(model, relation)
    mine -= _beside(mine, _wide(model, relation))
    theirs = _readers(other)
    private: set[str] = {role.provider for role in theirs if role.strategy == "private"}
    theirs -= _beside(theirs, private)
    return mine != theirs or any(
        role.strategy == "custom" or not is_static(role) for role in theirs
    )


def owner_names(model: Model) -> tuple[str, ...]:
    """All fields that hold owners: written by the user or added by the API."""
    rules = (*model.rules, *(rule for field in model.fields for rule in field.rules))
    named = [rule.owner_field for rule in rules if rule.strategy == "owner"]
    return tuple(dict.fromkeys((*owner_fields(model), *named)))


def is_static(rule: Rule) -> bool:
    """Whether the rule can be decided without an item."""
    return rule.strategy != "owner" and not rule.groups_field


def _guarded(model: Model, members: Iterable[Field | Relation]) -> dict[str, tuple[Rule, ...]]:
    readers = _getters(model)
    found: dict[str, tuple[Rule, ...]] = {}
    for member in members:
        needed = readers - _beside(readers, _wide(model, member))
        if needed - _allowed(model, member):
            found[member.name] = _among(needed, member.rules or model.rules)
    return found


def _among(readers: set[Rule], rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that let some of the readers read, for those alone."""
    found = []
    for rule in rules:
        roles = [role for role in _roles(rule) if role in readers]
        if roles and _READ & set(rule.operations):
            groups = tuple(group for role in roles for group in role.groups)
            found.append(replace(rule, groups=groups))
    return tuple(found)


def _getters(model: Model) -> set[Rule]:
    """Everybody who may get any part of the model; Amplify's field resolvers check no others."""
    parts = [member.rules or model.rules for member in _members(model)] or [model.rules]
    return {
        role
        for rules in parts
        for rule in rules
        if "get" in rule.operations
        for role in _roles(rule)
    }


def _readers(model: Model) -> set[Rule]:
    """Everybody who may read anything of the model."""
    own = {role for rule in model.rules if _READ & set(rule.operations) for role in _roles(rule)}
    return own.union(*(_allowed(model, member) for member in _members(model)))


def _allowed(model: Model, member: Field | Relation) -> set[Rule]:
    """Everybody who may read a field or follow a relation."""
    return {
        role
        for rule in member.rules or model.rules
        if _READ & set(rule.operations)
        for role in _roles(rule)
    }


def _wide(model: Model, member: Field | Relation) -> set[str]:
    """The providers all of whose users may read the member in every way."""
    return {
        rule.provider
        for rule in member.rules or model.rules
        if rule.strategy == "private" and set(rule.operations) >= _READ
    }


def _beside(roles: set[Rule], providers: set[str]) -> set[Rule]:
    """The roles that a token's provider gives to some of its users, where all have the same."""
    wide = providers & {"userPools", "oidc"}
    return {role for role in roles if role.provider in wide and role.strategy != "private"}


def _members(model: Model) -> Sequence[Field | Relation]:
    return (*model.fields, *model.relations)


def _roles(rule: Rule) -> tuple[Rule, ...]:
    """Whom a rule names, without the operations: one for each group."""
    bare = replace(rule, operations=EVERY_OPERATION, place=NOWHERE)
    return tuple(replace(bare, groups=(group,)) for group in rule.groups) or (bare,)


def _joined(found: Iterable[Grant]) -> tuple[Grant, ...]:
    """Grants with those of several groups as one, where they cover the same."""
    groups: dict[Grant, list[str]] = {}
    for grant in found:
        key = replace(grant, rule=replace(grant.rule, groups=()))
        groups.setdefault(key, []).extend(grant.rule.groups)
    return tuple(
        replace(key, rule=replace(key.rule, groups=tuple(names))) for key, names in groups.items()
    )


def _by_rule(found: tuple[Grant, ...]) -> dict[Rule, Grant]:
    return {grant.rule: grant for grant in found}
