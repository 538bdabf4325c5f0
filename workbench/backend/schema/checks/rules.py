"""Checks of authorization rules: whether anybody could ever come in by one."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.backend.definitions.schema import Field, Model, Relation, Rule
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.schema.naming import python_name
from workbench.backend.schema.reading import UNREAD

_OFFERED: dict[str, set[str]] = {
    "public": {"apiKey", "identityPool"},
    "private": {"userPools", "identityPool", "oidc"},
    "owner": {"userPools", "oidc"},
    "groups": {"userPools", "oidc"},
    "custom": {"function"},
}
_NAMES = {
    "public": "everybody",
    "private": "signed-in users",
    "owner": "owners",
    "groups": "groups",
    "custom": "a Lambda authorizer",
}


def rule_problems(model: Model) -> Iterator[DefinitionError]:
    """Rules of a model that can never match."""
    disabled: set[str] = set(model.disabled)
    if "subscriptions" in disabled or {"onCreate", "onUpdate", "onDelete"} <= disabled:
        disabled.add("listen")
    if "list" in disabled:
        # Both are lists by other names; without one there is no other.
        disabled |= {"sync", "search"}
    for rule in model.rules:
        yield from _on_model(rule, model.name, model)
        left = set(rule.operations) - disabled
        if rule.operations and not left - {"sync", "search"}:
            yield DefinitionError(
                f"{model.name}: a rule allows {_listed(rule)}, which the model has disabled.",
                "Take the operations out of disable=[…], or the rule away.",
                rule.place,
            )


def member_rule_problems(model: Model) -> Iterator[DefinitionError]:
    """Rules of a model's fields and relations that can never match."""
    members: list[Field | Relation] = [*model.fields, *model.relations]
    for member in members:
        for rule in member.rules:
            yield from _on_model(rule, f"{model.name}.{member.name}", model)


def can_match(rule: Rule) -> bool:
    """Whether the provider can tell whom the rule is for."""
    return rule.provider in _OFFERED[rule.strategy]


def way_problems(rule: Rule, subject: str) -> Iterator[DefinitionError]:
    """What is wrong with a rule wherever it stands."""
    if not can_match(rule):
        yield DefinitionError(
            f"{subject}: a rule for {_NAMES[rule.strategy]} can never match by {rule.provider}, "
            "which does not tell them.",
            f"Use {' or '.join(sorted(_OFFERED[rule.strategy]))}.",
            rule.place,
        )
    if not rule.operations or (
        rule.strategy == "groups" and not (any(rule.groups) or rule.groups_field)
    ):
        yield DefinitionError(
            f"{subject}: a rule allows nothing.",
            "Name an operation in .to(…), and a group where it is for groups.",
            rule.place,
        )
    if rule.identity_claim and rule.strategy != "owner":
        yield DefinitionError(
            f"{subject}: identity_claim belongs to rules for owners.",
            "Leave it out, or use group_claim.",
            rule.place,
        )
    if rule.group_claim and rule.strategy != "groups":
        yield DefinitionError(
            f"{subject}: group_claim belongs to rules for groups.",
            "Leave it out, or use identity_claim.",
            rule.place,
        )


def _on_model(rule: Rule, subject: str, model: Model) -> Iterator[DefinitionError]:
    yield from way_problems(rule, subject)
    named = rule.groups_field or rule.owner_field
    if not named:
        return
    field = next((each for each in model.fields if each.name == named), None)
    if field is None:
        # The API adds the field of a single owner, as Amplify does, and no other.
        if rule.groups_field or rule.is_list:
            yield DefinitionError(
                f"{subject}: a rule reads {named}, which {model.name} does not have.",
                f"Add it to {model.name}: {python_name(named)}: "
                f"{'list[str]' if rule.is_list else 'str'} | None.",
                rule.place,
            )
        return
    if field.type == UNREAD:
        return
    yield from _plurality(rule, subject, field)
    if field.type not in ("String", "ID", "AWSEmail", "AWSPhone"):
        yield DefinitionError(
            f"{subject}: a rule compares {named} with a name, but it is {field.type}.",
            f"Annotate {python_name(named)} with {'list[str]' if rule.is_list else 'str'}.",
            rule.place,
        )


def _plurality(rule: Rule, subject: str, field: Field) -> Iterator[DefinitionError]:
    if field.is_list == rule.is_list:
        return
    forms = ("owner", "owners") if rule.strategy == "owner" else ("group", "groups")
    yield DefinitionError(
        f"{subject}: {field.name} is {'a' if field.is_list else 'not a'} list, so the rule can "
        "never match.",
        f'Use allow.{forms[field.is_list]}_defined_in("{python_name(field.name)}").',
        rule.place,
    )


def _listed(rule: Rule) -> str:
    return ", ".join(each for each in rule.operations if each not in ("sync", "search"))
