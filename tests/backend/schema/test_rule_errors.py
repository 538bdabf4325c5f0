"""Rules that can never match, and modes without what they need."""

from __future__ import annotations

import pytest

from amplify_tui import DefinitionError
from tests.backend.schema.conftest import Evaluate, Problems

RULES = {
    "an owner by an API key": (
        'allow.owner("apiKey")',
        "Todo: a rule for owners can never match by apiKey, which does not tell them.",
        "Use oidc or userPools.",
    ),
    "a group by an API key": (
        'allow.group("Admins", "apiKey")',
        "Todo: a rule for groups can never match by apiKey, which does not tell them.",
        "Use oidc or userPools.",
    ),
    "owners in no list": (
        'allow.owners_defined_in("text")',
        "Todo: text is not a list, so the rule can never match.",
        'Use allow.owner_defined_in("text").',
    ),
    "an owner in a list": (
        'allow.owner_defined_in("many_words")',
        "Todo: manyWords is a list, so the rule can never match.",
        'Use allow.owners_defined_in("many_words").',
    ),
    "groups in no list": (
        'allow.groups_defined_in("text")',
        "Todo: text is not a list, so the rule can never match.",
        'Use allow.group_defined_in("text").',
    ),
    "a group in a list": (
        'allow.group_defined_in("many_words")',
        "Todo: manyWords is a list, so the rule can never match.",
        'Use allow.groups_defined_in("many_words").',
    ),
    "a group in nothing": (
        'allow.group_defined_in("my_team")',
        "Todo: a rule reads myTeam, which Todo does not have.",
        "Add it to Todo: my_team: str | None.",
    ),
    "owners in nothing": (
        'allow.owners_defined_in("editors")',
        "Todo: a rule reads editors, which Todo does not have.",
        "Add it to Todo: editors: list[str] | None.",
    ),
    "an owner in a number": (
        'allow.owner_defined_in("count")',
        "Todo: a rule compares count with a name, but it is Int.",
        "Annotate count with str.",
    ),
    "no operations": (
        "allow.owner().to()",
        "Todo: a rule allows nothing.",
        "Name an operation in .to(…)",
    ),
    "no groups": ("allow.groups([])", "Todo: a rule allows nothing.", "and a group"),
    "disabled operations": (
        'allow.guest().to("delete")',
        "Todo: a rule allows delete, which the model has disabled.",
        "Take the operations out of disable=[…]",
    ),
    "disabled subscriptions": (
        'allow.guest().to("listen")',
        "Todo: a rule allows listen, which the model has disabled.",
        "Take the operations out of disable=[…]",
    ),
    "a claim of groups for owners": (
        'allow.owner().group_claim("x")',
        "Todo: group_claim belongs to rules for groups.",
        "use identity_claim",
    ),
    "a claim of owners for groups": (
        'allow.group("A").identity_claim("x")',
        "Todo: identity_claim belongs to rules for owners.",
        "use group_claim",
    ),
    "an authorizer that is not there": (
        "allow.custom()",
        "Todo allows a custom authorizer, but the API has none.",
        "lambda_authorizer=LambdaAuthorizer(my_function)",
    ),
    "a provider that is not there": (
        'allow.authenticated("oidc")',
        "Todo allows OpenID Connect, but the API has no provider.",
        'oidc=Oidc("https://…")',
    ),
    "a key that is not there": (
        "allow.public_api_key()",
        "Todo allows an API key, but the API has none.",
        "api_key_days=30",
    ),
}


@pytest.mark.parametrize("case", RULES)
def test_a_rule_that_can_never_match(problems: Problems, case: str) -> None:
    rule, what, fix = RULES[case]
    ((line, found, found_fix),) = problems(
        f"""
        class Todo(
            Model,
            disable=["delete", "subscriptions"],
            rules=[
                allow.authenticated(),
                {rule},
            ],
        ):
            text: str
            many_words: list[str]
            count: int
        data = define_data(models=[Todo], default_authorization="user_pool")
        """
    )
    assert (line, found) == (6, what)
    assert fix in found_fix


def test_a_rule_of_a_field_is_looked_at_too(problems: Problems) -> None:
    ((line, what, _fix),) = problems(
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str
            note: str = field(
                rules=[allow.groups_defined_in("text")],
            )
        data = define_data(models=[Todo])
        """
    )
    assert (line, what) == (4, "Todo.note: text is not a list, so the rule can never match.")


def test_a_rule_of_the_whole_schema_in_a_model(problems: Problems) -> None:
    ((line, what, fix),) = problems(
        """
        from workbench.backend.definitions.functions import FunctionDefinition
        shout = FunctionDefinition("shout", __file__)
        class Todo(Model, rules=[allow.owner(), allow.resource(shout)]):
            text: str
        data = define_data(models=[Todo])
        """
    )
    assert (line, what) == (3, "allow.resource(…) is a rule of the whole schema only.")
    assert fix == "Move it: define_data(rules=[allow.resource(my_function)])."


def test_an_operation_that_is_none(evaluate: Evaluate) -> None:
    with pytest.raises(DefinitionError) as raised:
        evaluate(
            """
            class Todo(Model, rules=[
                allow.owner().to("write"),
            ]):
                text: str
            """
        )
    assert raised.value.place.line - 2 == 2
    assert raised.value.what == "There is no operation 'write' to allow."
    assert raised.value.fix.startswith("Use some of: read, create")


@pytest.mark.parametrize(
    "source",
    [
        "class Todo(Model, rules=allow.owner()):\n    text: str",
        "class Todo(Model):\n    text: str = field(rules=allow.owner())",
        "@query(handler=[], rules=allow.guest())\ndef ask() -> str | None: ...",
    ],
)
def test_rules_without_a_list(evaluate: Evaluate, source: str) -> None:
    with pytest.raises(DefinitionError) as raised:
        evaluate(source)
    assert raised.value.what == "Rules are given in a list."
    assert raised.value.place.line - 1 == 1 + source[: source.index("rules=")].count("\n")


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ("api_key_days=0", "An API key cannot live 0 days."),
        ("api_key_days=366", "An API key cannot live 366 days."),
        ('default_authorization="lambda"', "The default authorization is lambda."),
        ('default_authorization="oidc"', "The default authorization is oidc."),
        (
            "lambda_authorizer="
            'LambdaAuthorizer(define_function("resource.py", handler="allow"), 3601)',
            "An authorizer's answer cannot hold for 3601 seconds.",
        ),
    ],
)
def test_modes(problems: Problems, options: str, what: str) -> None:
    ((line, found, _fix),) = problems(
        f"""
        class Todo(Model, rules=[allow.owner()]):
            text: str
        data = define_data(models=[Todo], {options})
        """
    )
    assert (line, found) == (3, what)
