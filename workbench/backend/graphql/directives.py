"""AppSync's ``@aws_…`` directives for rules, and the modes that they stand for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from workbench.backend.definitions.schema import (
    DefaultMode,
    Field,
    Model,
    Provider,
    Relation,
    Rule,
    RuleOperation,
)
from workbench.backend.definitions.source_location import NOWHERE

_NAMES: dict[Provider, str] = {
    "apiKey": "@aws_api_key",
    "identityPool": "@aws_iam",
    "userPools": "@aws_cognito_user_pools",
    "oidc": "@aws_oidc",
    "function": "@aws_lambda",
}


_OF_MODE: dict[DefaultMode, str] = {
    "apiKey": "@aws_api_key",
    "identityPool": "@aws_iam",
    "userPool": "@aws_cognito_user_pools",
    "oidc": "@aws_oidc",
    "lambda": "@aws_lambda",
}


def directives(rules: Iterable[Rule], default: DefaultMode | None = None) -> tuple[str, ...]:
    """The directives of everybody whom some rule lets in; IAM always, for the account's own.

    ``default`` is the mode of what no rule allows; the resolver refuses it then.
    """
    found = {_NAMES[rule.provider] for rule in rules}
    if not found and default is not None:
        found.add(_OF_MODE[default])
    found.add("@aws_iam")
    return tuple(name for name in _NAMES.values() if name in found)


def for_groups(rules: Iterable[Rule]) -> str:
    """The user pool's directive, narrowed to groups where no rule lets all users in."""
    ours = [rule for rule in rules if rule.provider == "userPools"]
    if not ours or any(rule.strategy != "groups" for rule in ours):
        return "@aws_cognito_user_pools"
    names = ", ".join(
        f'"{group}"' for group in dict.fromkeys(name for rule in ours for name in rule.groups)
    )
    return f"@aws_cognito_user_pools(cognito_groups: [{names}])"


def every_rule(model: Model) -> tuple[Rule, ...]:
    """The rules of a model and of its fields and relations."""
    return (
        *model.rules,
        *(rule for field in model.fields for rule in field.rules),
        *(rule for relation in model.relations for rule in relation.rules),
    )


def rules_for(model: Model, operation: RuleOperation) -> tuple[Rule, ...]:
    """The rules that allow an operation for the model or, of a field's own rules, for a part of it.

    A field's rules stand in the place of the model's. A delete takes everything at once: only who
    may delete every part may ask.
    """
    members: tuple[Field | Relation, ...] = (*model.fields, *model.relations)
    parts = [each.rules or model.rules for each in members] or [model.rules]
    allowed = [[rule for rule in rules if operation in rule.operations] for rules in parts]
    found: dict[Rule, Rule] = {}
    for rules in allowed:
        for rule in rules:
            found.setdefault(_whom(rule), rule)
    if operation == "delete":
        every = [{each for rule in rules for each in _roles(rule)} for rules in allowed]
        return tuple(
            rule
            for rule in found.values()
            if any(all(role in roles for roles in every) for role in _roles(rule))
        )
    return tuple(found.values())


def _whom(rule: Rule) -> Rule:
    return replace(rule, operations=(), place=NOWHERE)


def _roles(rule: Rule) -> tuple[Rule, ...]:
    bare = _whom(rule)
    return tuple(replace(bare, groups=(group,)) for group in rule.groups) or (bare,)
