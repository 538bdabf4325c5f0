"""What is wrong with definitions: each is told with its line and its fix."""

from __future__ import annotations

import pytest

from tests.backend.schema.conftest import Evaluate, Problems
from workbench.backend import DefinitionError, DefinitionErrors

ONE_MODEL = {
    "a model that is no relation": (
        """
        class User(Model, rules=[allow.owner()]):
            name: str
        class Todo(Model, rules=[allow.owner()]):
            user: User
        data = define_data(models=[User, Todo])
        """,
        4,
        "Todo.user is a model, but no relation.",
        'belongs_to("user_id")',
    ),
    "an unknown type": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str
            data: bytes
        data = define_data(models=[Todo])
        """,
        3,
        "Todo.data: bytes has no type in the API.",
        "Use str, int",
    ),
    "a name that is nowhere": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: "Strang"
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.text: 'Strang' cannot be read: name 'Strang' is not defined.",
        "Use str, int",
    ),
    "a union": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str | int | None
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.text: str | int | None is a union; the API has one type a field.",
        "Use str, int",
    ),
    "a list of lists": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: list[list[str]]
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.text: a list of lists is nothing that AppSync has; use Json.",
        "Use str, int",
    ),
    "a bare list": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: list
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.text: list of what? Write list[str], or another type in the brackets.",
        "Use str, int",
    ),
    "a dict": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: dict[str, str]
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.text: dict has no type in the API; use a CustomType, or Json.",
        "Use str, int",
    ),
    "no annotation": (
        """
        class Todo(Model, rules=[allow.owner()]):
            done: bool
            text = field(default="")
        data = define_data(models=[Todo])
        """,
        1,
        "Todo.text has no type.",
        "Annotate it: text: str = field(…).",
    ),
    "a relation of no model": (
        """
        class Todo(Model, rules=[allow.owner()]):
            user: str = belongs_to("user_id")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.user is a relation, but its type is no model.",
        "Annotate it with the related model",
    ),
    "has_many of one": (
        """
        class User(Model, rules=[allow.owner()]):
            todos: "Todo" = has_many("user_id")
        class Todo(Model, rules=[allow.owner()]):
            user_id: Id
            user: User | None = belongs_to("user_id")
        data = define_data(models=[User, Todo])
        """,
        2,
        "User.todos is has_many, but not a list.",
        'Annotate it with "list[Todo]"',
    ),
    "two fields of one name": (
        """
        class Todo(Model, rules=[allow.owner()]):
            user_id: str
            userId: str
        data = define_data(models=[Todo])
        """,
        3,
        "Todo has two fields called userId.",
        "Rename one",
    ),
    "a field's name": (
        """
        class Todo(Model, rules=[allow.owner()]):
            _text: str
        data = define_data(models=[Todo])
        """,
        2,
        "Todo._text cannot be a field's name.",
        "Begin with a letter",
    ),
    "no fields": (
        """
        class Todo(Model, rules=[allow.owner()]):
            pass
        data = define_data(models=[Todo])
        """,
        1,
        "Todo has no fields.",
        "Annotate one",
    ),
    "two types of one name": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str
        First = Todo
        class Todo(Model, rules=[allow.owner()]):
            text: str
        data = define_data(models=[First, Todo])
        """,
        4,
        "There are two types called Todo.",
        "Rename one; the other is at ",
    ),
    "a reserved name": (
        """
        class Query(Model, rules=[allow.owner()]):
            text: str
        data = define_data(models=[Query])
        """,
        1,
        "Query cannot be a type's name.",
        "none of AppSync's own names",
    ),
    "a name that the API makes": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str
        class CreateTodoInput(Model, rules=[allow.owner()]):
            text: str
        data = define_data(models=[Todo, CreateTodoInput])
        """,
        3,
        "CreateTodoInput is what the API calls a type that it makes for Todo.",
        "Rename it.",
    ),
    "two enums of one name": (
        """
        import enum
        class Kind(enum.Enum):
            A = 1
        First = Kind
        class Kind(enum.Enum):
            B = 1
        class Todo(Model, rules=[allow.owner()]):
            first: First
            kind: Kind
        data = define_data(models=[Todo])
        """,
        9,
        "There are two enums called Kind, with different values.",
        "Rename one of them.",
    ),
    "an enum's value": (
        """
        from typing import Literal
        class Todo(Model, rules=[allow.owner()]):
            kind: Literal["TO DO", "DONE"]
        data = define_data(models=[Todo])
        """,
        3,
        "TodoKind has the value 'TO DO', which GraphQL cannot name.",
        "Use letters, digits and underscores.",
    ),
    "a model in a custom type": (
        """
        class Todo(Model, rules=[allow.owner()]):
            size: "Size"
        class Size(CustomType):
            todo: Todo
        data = define_data(models=[Todo])
        """,
        4,
        "Size.todo is a model; a custom type holds none.",
        "Keep the model's id",
    ),
    "a default of another type": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str
            count: int = "1"
        data = define_data(models=[Todo])
        """,
        3,
        "Todo.count cannot have the default '1': it is Int.",
        "Give it a value of that type",
    ),
    "a list's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            tags: list[str] = []
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.tags cannot have the default []: it is a list of String.",
        "Leave the default out.",
    ),
    "an enum's default": (
        """
        from typing import Literal
        class Todo(Model, rules=[allow.owner()]):
            kind: Literal["A", "B"] = "C"
        data = define_data(models=[Todo])
        """,
        3,
        "Todo.kind cannot have the default 'C': it is TodoKind.",
        "Give it a value of that type",
    ),
    "a check of another type": (
        """
        class Todo(Model, rules=[allow.owner()]):
            count: int = field(min_length=1)
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.count: minLength cannot check it: it is Int.",
        "Int can have gt, gte, lt, lte.",
    ),
    "a check twice": (
        """
        class Todo(Model, rules=[allow.owner()]):
            count: int = field(gt=3, positive=True)
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.count has gt twice (positive is gt=0, negative is lt=0).",
        "Leave one out.",
    ),
    "no regular expression": (
        """
        class Todo(Model, rules=[allow.owner()]):
            text: str = field(matches="(")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.text: '(' is no regular expression: missing ), unterminated subpattern at "
        "position 0.",
        "Mend the expression.",
    ),
    "a stamp of another type": (
        """
        class Todo(Model, rules=[allow.owner()]):
            created_at: bool
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.createdAt is stamped by the API, which writes a DateTime.",
        "Annotate it with DateTime | None",
    ),
    "an identifier that is nowhere": (
        """
        class Todo(Model, identifier="slug", rules=[allow.owner()]):
            text: str
        data = define_data(models=[Todo])
        """,
        1,
        "Todo's identifier names slug, which is no field of it.",
        "Add the field: slug: str.",
    ),
    "an identifier that may be None": (
        """
        class Todo(Model, identifier=("slug",), rules=[allow.owner()]):
            slug: str | None
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.slug is part of the identifier, but may be None.",
        "Leave | None out.",
    ),
    "an identifier that is a list": (
        """
        class Todo(Model, identifier=("slug",), rules=[allow.owner()]):
            slug: list[str]
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.slug cannot identify an item: it is a list.",
        "Use a text",
    ),
    "an index of nothing": (
        """
        class Todo(
            Model,
            rules=[allow.owner()],
            indexes=[index("kind")],
        ):
            text: str
        data = define_data(models=[Todo])
        """,
        4,
        "An index of Todo names kind, which is no field of it.",
        "name one of: createdAt, id, owner, text, updatedAt.",
    ),
    "an index of a flag": (
        """
        class Todo(Model, rules=[allow.owner()], indexes=[index("done")]):
            done: bool
        data = define_data(models=[Todo])
        """,
        1,
        "Todo.done cannot be a key of an index: it is Boolean.",
        "Use a text",
    ),
    "two indexes with one query": (
        """
        class Todo(Model, rules=[allow.owner()], indexes=[
            index("text", query="find"),
            index("kind", query="find"),
        ]):
            text: str
            kind: str
        data = define_data(models=[Todo])
        """,
        3,
        "An index of Todo has the query find, which there is already.",
        "Name another one: query=….",
    ),
    "an index with a generated operation's query": (
        """
        class Todo(Model, rules=[allow.owner()], indexes=[index("text", query="listTodos")]):
            text: str
        data = define_data(models=[Todo])
        """,
        1,
        "An index of Todo has the query listTodos, which there is already.",
        "Name another one: query=….",
    ),
    "two indexes by the same": (
        """
        class Todo(Model, rules=[allow.owner()], indexes=[
            index("text", query="one"),
            index("text", query="two"),
        ]):
            text: str
        data = define_data(models=[Todo])
        """,
        3,
        "Two indexes of Todo are by text.",
        "Leave one out.",
    ),
    "a rule that was not called": (
        """
        class Todo(Model, rules=[allow.guest(), allow.owner]):
            text: str
        data = define_data(models=[Todo])
        """,
        1,
        "owner is no rule.",
        "Call it: rules=[allow.owner()].",
    ),
    "a model that is none": (
        """
        class Todo(CustomType):
            text: str
        data = define_data(models=[Todo])
        """,
        3,
        "Todo is no model.",
        "classes that extend Model",
    ),
    "an operation that is none": (
        """
        def ask() -> str | None: ...
        data = define_data(operations=[ask])
        """,
        2,
        "ask is no operation.",
        "Decorate the function",
    ),
    "an operation to disable": (
        """
        class Todo(Model, rules=[allow.owner()], disable=["read"]):
            text: str
        data = define_data(models=[Todo])
        """,
        1,
        "Todo has no operation 'read' to disable.",
        "Use some of: queries, mutations",
    ),
    "no rules": (
        """
        class Todo(Model):
            text: str
        data = define_data(models=[Todo])
        """,
        1,
        "Todo has no authorization rules: nobody could use it.",
        "class Todo(Model, rules=[allow.owner()])",
    ),
}


@pytest.mark.parametrize("case", ONE_MODEL)
def test_a_wrong_model(problems: Problems, case: str) -> None:
    source, line, what, fix = ONE_MODEL[case]
    ((found_line, found_what, found_fix),) = problems(source)
    assert (found_line, found_what) == (line, what)
    assert fix in found_fix


def test_a_relation_to_a_model_that_is_not_in_the_schema(problems: Problems) -> None:
    ((line, what, fix),) = problems(
        """
        class Chat(Model, rules=[allow.owner()]):
            text: str
        class Message(Model, rules=[allow.owner()]):
            chat_id: Id
            chat: Chat | None = belongs_to("chat_id")
        data = define_data(models=[Message])
        """
    )
    assert (line, what) == (5, "Message.chat refers to Chat, which is not in the schema.")
    assert fix == "Add it: define_data(models=[…, Chat])."


def test_a_reference_that_is_missing_or_of_another_type(problems: Problems) -> None:
    found = problems(
        """
        class Chat(Model, rules=[allow.owner()], identifier=("number",)):
            number: int
            messages: list["Message"] = has_many("chat_number")
            guests: list["Guest"] = has_many("chat_id")
        class Message(Model, rules=[allow.owner()]):
            chat: Chat | None = belongs_to("chat_number")
        class Guest(Model, rules=[allow.owner()]):
            chat_id: Id
            chat: Chat | None = belongs_to("chat_id")
        data = define_data(models=[Chat, Message, Guest])
        """
    )
    assert found == [
        (
            3,
            "Chat.messages refers by chatNumber, which Message does not have.",
            "Add it to Message: chat_number: int | None.",
        ),
        (
            4,
            "Chat.guests: Guest.chatId is ID, but Chat.number is Int.",
            "Give both the same type.",
        ),
        (
            6,
            "Message.chat refers by chatNumber, which Message does not have.",
            "Add it to Message: chat_number: int | None.",
        ),
        (
            9,
            "Guest.chat: Guest.chatId is ID, but Chat.number is Int.",
            "Give both the same type.",
        ),
    ]


def test_a_reference_for_each_field_of_the_identifier(problems: Problems) -> None:
    ((line, what, _fix), _back) = problems(
        """
        class Product(Model, rules=[allow.owner()], identifier=("maker", "code")):
            maker: str
            code: str
            reviews: list["Review"] = has_many("product_maker")
        class Review(Model, rules=[allow.owner()]):
            product_maker: str
            product: Product | None = belongs_to("product_maker")
        data = define_data(models=[Product, Review])
        """
    )
    assert line == 4
    assert what == (
        "Product.reviews refers by productMaker, but Product is identified by maker, code."
    )


def test_a_relation_without_another_side_or_with_several(problems: Problems) -> None:
    found = problems(
        """
        class Chat(Model, rules=[allow.owner()]):
            messages: list["Message"] = has_many("chat_id")
        class Message(Model, rules=[allow.owner()]):
            chat_id: Id
        class Team(Model, rules=[allow.owner()]):
            name: str
        class Player(Model, rules=[allow.owner()]):
            team_id: Id
            first: Team | None = belongs_to("team_id")
        data = define_data(models=[Chat, Message, Team, Player])
        """
    )
    assert [(line, fix) for line, _what, fix in found] == [
        (2, 'Add it to Message: chat: "Chat | None" = belongs_to("chat_id").'),
        (9, 'Add it to Team: players: list["Player"] = has_many("team_id").'),
    ]
    found = problems(
        """
        class Team(Model, rules=[allow.owner()]):
            players: list["Player"] = has_many("team_id")
        class Player(Model, rules=[allow.owner()]):
            team_id: Id
            first: Team | None = belongs_to("team_id")
            second: Team | None = belongs_to("team_id")
        data = define_data(models=[Team, Player])
        """
    )
    assert [(line, what) for line, what, _fix in found] == [
        (2, "Team.players has several other sides in Player: first, second.")
    ]


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
        "Todo: text is no list, so the rule can never match.",
        'Use allow.owner_defined_in("text").',
    ),
    "an owner in a list": (
        'allow.owner_defined_in("many_words")',
        "Todo: manyWords is a list, so the rule can never match.",
        'Use allow.owners_defined_in("many_words").',
    ),
    "groups in no list": (
        'allow.groups_defined_in("text")',
        "Todo: text is no list, so the rule can never match.",
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
    assert (line, what) == (4, "Todo.note: text is no list, so the rule can never match.")


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


def test_everything_that_is_wrong_is_told_at_once(evaluate: Evaluate) -> None:
    with pytest.raises(DefinitionErrors) as raised:
        evaluate(
            """
            class Todo(Model):
                text: bytes
                user: "User"
                count: int = "no"
            data = define_data(models=[Todo])
            """
        )
    errors = raised.value.errors
    assert [error.place.line - 2 for error in errors] == [2, 3, 4, 1]
    told = str(raised.value)
    for error in errors:
        assert f"resource.py:{error.place.line}: {error.what}\n  → {error.fix}" in told
