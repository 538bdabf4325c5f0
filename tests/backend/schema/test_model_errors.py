"""What is wrong with a model or a type is told with its line and its fix."""

from __future__ import annotations

import pytest

from amplify_tui import DefinitionErrors
from tests.backend.schema.conftest import Evaluate, Problems

MODELS = {
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
    "an identifier that is nowhere": (
        """
        class Todo(Model, identifier="slug", rules=[allow.owner()]):
            text: str
        data = define_data(models=[Todo])
        """,
        1,
        "Todo's identifier names slug, which is not a field of it.",
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
        "An index of Todo names kind, which is not a field of it.",
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
        "owner is not a rule.",
        "Call it: rules=[allow.owner()].",
    ),
    "a model that is none": (
        """
        class Todo(CustomType):
            text: str
        data = define_data(models=[Todo])
        """,
        3,
        "Todo is not a model.",
        "classes that extend Model",
    ),
    "an operation that is none": (
        """
        def ask() -> str | None: ...
        data = define_data(operations=[ask])
        """,
        2,
        "ask is not an operation.",
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


@pytest.mark.parametrize("case", MODELS)
def test_a_wrong_model(problems: Problems, case: str) -> None:
    source, line, what, fix = MODELS[case]
    ((found_line, found_what, found_fix),) = problems(source)
    assert (found_line, found_what) == (line, what)
    assert fix in found_fix


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
