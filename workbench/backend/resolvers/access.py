"""Who may do what with which fields of a model, worked out before any request.

Rules of a field stand in the place of its model's for that field. A rule grants an operation for the
fields that it covers; the identifier and what the API stamps go with any of them.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.backend.definitions.schema import EVERY_OPERATION, Model, Rule, RuleOperation
from workbench.backend.graphql.api_schema import owner_fields


@dataclass(frozen=True, slots=True)
class Grant:
    """A rule and the fields that it covers; None is all of them.

    ``nullable`` are those that may be set to null, for which an update needs "delete" too.
    """

    rule: Rule
    fields: tuple[str, ...] | None = None
    nullable: tuple[str, ...] = ()


def grants(model: Model, operation: RuleOperation) -> tuple[Grant, ...]:
    """The grants of an operation, in the order of the rules.

    A delete takes all fields at once, so only who may delete every one has it.
    """
    found: dict[Rule, list[str]] = {}
    nullable: dict[Rule, list[str]] = {}
    names = [field.name for field in model.fields]
    for field in model.fields:
        for rule in field.rules or model.rules:
            bare = _bare(rule)
            if operation in rule.operations:
                found.setdefault(bare, []).append(field.name)
            if "delete" in rule.operations:
                nullable.setdefault(bare, []).append(field.name)
    for rule in model.rules:
        # A model without fields of its own still has rules.
        if operation in rule.operations:
            found.setdefault(_bare(rule), [])
    covered = []
    for rule, fields in found.items():
        if len(fields) == len(names):
            covered.append(Grant(rule))
        elif operation != "delete":
            keys = () if operation == "create" else model.identifier
            allowed = tuple(dict.fromkeys((*fields, *keys)))
            covered.append(Grant(rule, allowed, tuple(nullable.get(rule, ()))))
    return tuple(covered)


def reading(model: Model) -> tuple[Grant, ...]:
    """Everybody who may get or list, whatever the fields."""
    return tuple({**_by_rule(grants(model, "get")), **_by_rule(grants(model, "list"))}.values())


def guarded_fields(model: Model) -> dict[str, tuple[Rule, ...]]:
    """The fields that not every reader of the model may see, with the rules of those who may."""
    seeing: tuple[RuleOperation, ...] = ("get", "list", "listen")
    readers = {
        _bare(rule)
        for field in model.fields
        for rule in field.rules or model.rules
        if set(seeing) & set(rule.operations)
    }
    readers |= {_bare(rule) for rule in model.rules if set(seeing) & set(rule.operations)}
    found: dict[str, tuple[Rule, ...]] = {}
    for field in model.fields:
        if field.name in model.identifier:
            continue
        rules = tuple(
            rule for rule in field.rules or model.rules if set(seeing) & set(rule.operations)
        )
        if {_bare(rule) for rule in rules} != readers:
            found[field.name] = rules
    return found


def owner_names(model: Model) -> tuple[str, ...]:
    """All fields that hold owners: written by the user or added by the API."""
    rules = (*model.rules, *(rule for field in model.fields for rule in field.rules))
    named = [rule.owner_field for rule in rules if rule.strategy == "owner"]
    return tuple(dict.fromkeys((*owner_fields(model), *named)))


def is_static(rule: Rule) -> bool:
    """Whether the rule can be decided without an item."""
    return rule.strategy != "owner" and not rule.groups_field


def _bare(rule: Rule) -> Rule:
    """The rule without its operations: the same caller in two rules is one."""
    return Rule(
        rule.strategy,
        rule.provider,
        EVERY_OPERATION,
        rule.owner_field,
        rule.groups,
        rule.groups_field,
        rule.is_list,
        rule.identity_claim,
        rule.group_claim,
    )


def _by_rule(found: tuple[Grant, ...]) -> dict[Rule, Grant]:
    return {grant.rule: grant for grant in found}
