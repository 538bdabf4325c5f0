"""What is wrong with a field is told with its line and its fix."""

from __future__ import annotations

import pytest

from tests.backend.schema.conftest import Problems

FIELDS = {
    "a model that is not a relation": (
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
        "Todo.user is a relation, but its type is not a model.",
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
    "a DateTime's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: DateTime | None = field(default="yesterday")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default 'yesterday': it is not a valid AWSDateTime.",
        "Write it as in 2026-01-31T12:30:00Z.",
    ),
    "a Date's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: Date | None = field(default="2026-02-30")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default '2026-02-30': it is not a valid AWSDate.",
        "Write it as in 2026-01-31.",
    ),
    "a Time's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: Time | None = field(default="noon")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default 'noon': it is not a valid AWSTime.",
        "Write it as in 12:30:00Z.",
    ),
    "an Email's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: Email | None = field(default="nobody")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default 'nobody': it is not a valid AWSEmail.",
        "Write it as in ann@example.com.",
    ),
    "a Phone's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: Phone | None = field(default="12")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default '12': it is not a valid AWSPhone.",
        "Write it as in +12025550123.",
    ),
    "an Url's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: Url | None = field(default="example.com")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default 'example.com': it is not a valid AWSURL.",
        "Write it as in https://example.com.",
    ),
    "an IpAddress's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: IpAddress | None = field(default="300.1.1.1")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default '300.1.1.1': it is not a valid AWSIPAddress.",
        "Write it as in 127.0.0.1.",
    ),
    "a Json's default": (
        """
        class Todo(Model, rules=[allow.owner()]):
            value: Json | None = field(default="{a: 1}")
        data = define_data(models=[Todo])
        """,
        2,
        "Todo.value cannot have the default '{a: 1}': it is not a valid AWSJSON.",
        'Write it as in {"a": 1}.',
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
        "Todo.text: '(' is not a regular expression: missing ), unterminated subpattern at "
        "position 0.",
        "Fix the expression.",
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
}


@pytest.mark.parametrize("case", FIELDS)
def test_a_wrong_field(problems: Problems, case: str) -> None:
    source, line, what, fix = FIELDS[case]
    ((found_line, found_what, found_fix),) = problems(source)
    assert (found_line, found_what) == (line, what)
    assert fix in found_fix
