"""AppSync's ``@aws_…`` directives for rules, and the modes that they stand for."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.backend.definitions.schema import DefaultMode, Model, Provider, Rule

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


def read_rules(model: Model) -> tuple[Rule, ...]:
    """The rules that let somebody see an item in some way."""
    seeing = {"get", "list", "listen", "sync", "search"}
    return tuple(rule for rule in every_rule(model) if seeing & set(rule.operations))
