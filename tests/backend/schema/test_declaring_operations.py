"""Custom queries, mutations and subscriptions as functions."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.backend.schema.conftest import Evaluate, Problems
from workbench.backend.definitions.schema import HttpSource, Returned

HEAD = """
        from typing import Literal
        from workbench.backend.definitions.functions import FunctionDefinition
        shout_function = FunctionDefinition("shout", __file__)
        class Size(CustomType):
            width: int
        class Todo(Model, rules=[allow.authenticated()]):
            text: str
        everyone = [allow.authenticated()]
"""
"""What each text begins with."""


def test_signatures(evaluate: Evaluate) -> None:
    data = evaluate(
        HEAD
        + """
        @query(handler=function(shout_function), rules=everyone)
        def find_all(
            first_word: str, size: Size | None, kind: Literal["A", "B"] | None = None
        ) -> list[Todo | None] | None:
            \"\"\"All that
            begin with a word.\"\"\"
        @mutation(returns=str, handler=[function(shout_function)], rules=everyone)
        def shout(texts: list[str]) -> None: ...
        data = define_data(models=[Todo], operations=[find_all, shout])
        """
    )
    find, shout = data.schema.operations
    assert (find.kind, find.name) == ("query", "findAll")
    assert find.description == "All that begin with a word."
    assert find.returns == Returned("Todo", is_list=True)
    assert [(each.name, each.type, each.required) for each in find.arguments] == [
        ("firstWord", "String", True),
        ("size", "Size", False),
        ("kind", "FindAllKind", False),
    ]
    assert [each.name for each in data.schema.enums] == ["FindAllKind"]
    assert [each.name for each in data.schema.custom_types] == ["Size"]
    assert (shout.kind, shout.returns) == ("mutation", Returned("String", required=True))
    assert (shout.arguments[0].required, shout.arguments[0].list_required) == (True, True)
    assert shout.rules[0].strategy == "private"
    handler = shout.handlers[0]
    assert handler.function is not None and handler.function.name == "shout"
    assert not handler.is_async


def test_handlers_in_javascript(evaluate: Evaluate, tmp_path: Path) -> None:
    (tmp_path / "read.js").write_text("export const request = () => 1;\n")
    data = evaluate(
        HEAD
        + """
        @query(rules=everyone, handler=[
            javascript("read.js", source=Todo),
            javascript("./read.js", source=http("Weather", "https://api.example.com")),
            javascript("read.js", source="Added"),
            javascript("read.js"),
        ])
        def forecast() -> float | None: ...
        data = define_data(models=[Todo], operations=[forecast])
        """
    )
    handlers = data.schema.operations[0].handlers
    assert [handler.entry for handler in handlers] == [str(tmp_path / "read.js")] * 4
    assert {handler.code for handler in handlers} == {"export const request = () => 1;\n"}
    assert [(handler.model, handler.http, handler.source) for handler in handlers] == [
        ("Todo", None, ""),
        ("", HttpSource("Weather", "https://api.example.com"), ""),
        ("", None, "Added"),
        ("", None, ""),
    ]


def test_a_function_that_is_not_waited_for(evaluate: Evaluate) -> None:
    data = evaluate(
        HEAD
        + """
        @mutation(handler=function(shout_function, is_async=True), rules=everyone)
        def start() -> None: ...
        data = define_data(models=[Todo], operations=[start])
        """
    )
    (start,) = data.schema.operations
    assert start.returns == Returned("EventInvocationResponse")
    assert start.handlers[0].is_async
    (answer,) = data.schema.custom_types
    assert [(field.name, field.type, field.required) for field in answer.fields] == [
        ("success", "Boolean", True)
    ]


def test_subscriptions(evaluate: Evaluate, tmp_path: Path) -> None:
    (tmp_path / "filter.js").write_text("// filter\n")
    data = evaluate(
        HEAD
        + """
        @mutation(handler=function(shout_function), rules=everyone)
        def send(text: str) -> Size | None: ...
        @subscription(on=send, handler=javascript("filter.js"), rules=everyone)
        def on_send(text: str | None): ...
        @subscription(on=["createTodo", "updateTodo"], rules=everyone)
        def on_change(): ...
        data = define_data(models=[Todo], operations=[send, on_send, on_change])
        """
    )
    _send, on_send, on_change = data.schema.operations
    assert (on_send.triggers, on_send.returns) == (("send",), Returned("Size"))
    assert on_send.handlers[0].code == "// filter\n"
    assert [each.name for each in on_send.arguments] == ["text"]
    assert (on_change.triggers, on_change.returns) == (
        ("createTodo", "updateTodo"),
        Returned("Todo"),
    )
    # Without a handler of its own it passes every event on.
    assert "payload: null" in on_change.handlers[0].code


def test_a_functions_access_and_inherited_rules(evaluate: Evaluate) -> None:
    data = evaluate(
        HEAD
        + """
        @query(handler=function(shout_function))
        def ask() -> str | None: ...
        data = define_data(
            models=[Todo],
            operations=[ask],
            rules=[allow.guest(), allow.resource(shout_function).to("query")],
        )
        """
    )
    assert [rule.strategy for rule in data.schema.operations[0].rules] == ["public"]
    (access,) = data.schema.function_access
    assert (access.function.name, access.operations) == ("shout", ("query",))


WRONG = {
    "no return type": (
        """
        @query(handler=function(shout_function), rules=everyone)
        def ask(): ...
        """,
        "ask does not say what it returns.",
        "Annotate it: def ask(…) -> str | None, or say returns=str",
    ),
    "an argument without a type": (
        """
        @query(handler=function(shout_function), rules=everyone)
        def ask(word) -> str | None: ...
        """,
        "ask: the argument word has no type.",
        "Annotate it: word: str.",
    ),
    "an argument's default": (
        """
        @query(handler=function(shout_function), rules=everyone)
        def ask(word: str = "x") -> str | None: ...
        """,
        "ask: the argument word has a default, which AppSync's operations cannot have.",
        "Write | None = None",
    ),
    "any number of arguments": (
        """
        @query(handler=function(shout_function), rules=everyone)
        def ask(*words: str) -> str | None: ...
        """,
        "ask: the argument words takes any number.",
        "Name each argument.",
    ),
    "a model as argument": (
        """
        @query(handler=function(shout_function), rules=everyone)
        def ask(todo: Todo) -> str | None: ...
        """,
        "ask: the argument todo is a model.",
        "Take its id, or a CustomType.",
    ),
    "no handler": (
        """
        @query(handler=[], rules=everyone)
        def ask() -> str | None: ...
        """,
        "ask has no handler.",
        "Give it one",
    ),
    "no handler said": (
        """
        @mutation(rules=everyone)
        def ask() -> str | None: ...
        """,
        "ask has no handler.",
        "Give it one",
    ),
    "handlers of both kinds": (
        """
        @query(handler=[function(shout_function), javascript("resource.py")], rules=everyone)
        def ask() -> str | None: ...
        """,
        "ask has handlers of both kinds.",
        "Use functions alone, or JavaScript alone.",
    ),
    "a file that is not there": (
        """
        @query(handler=[javascript("none.js"), javascript("resource.py")], rules=everyone)
        def ask() -> str | None: ...
        """,
        "The handler none.js cannot be read: ",
        "Write the path relative to the file that names it.",
    ),
    "a table outside": (
        """
        class Other(Model, rules=everyone):
            text: str
        @query(handler=javascript("resource.py", source=Other), rules=everyone)
        def ask() -> str | None: ...
        """,
        "ask's handler reads Other, which is not in the schema.",
        "Add it: define_data(models=[…, Other]).",
    ),
    "a model outside": (
        """
        class Other(Model, rules=everyone):
            text: str
        @query(handler=javascript("resource.py"), rules=everyone)
        def ask() -> Other | None: ...
        """,
        "ask returns Other, which is not in the schema.",
        "Add it: define_data(models=[…, Other]).",
    ),
    "an endpoint": (
        """
        there = http("There", "api.example.com")
        @query(handler=javascript("resource.py", source=there), rules=everyone)
        def ask() -> str | None: ...
        """,
        "ask: 'api.example.com' is no HTTP endpoint.",
        "Write it with its scheme",
    ),
    "no rules": (
        """
        @query(handler=function(shout_function))
        def ask() -> str | None: ...
        """,
        "ask has no authorization rules: nobody could use it.",
        "rules=[allow.authenticated()]",
    ),
    "an owner": (
        """
        @query(handler=function(shout_function), rules=[allow.owner()])
        def ask() -> str | None: ...
        """,
        "ask: a custom operation has no item, so no owner or group of one.",
        "Use allow.authenticated()",
    ),
    "a narrowed rule": (
        """
        @query(handler=function(shout_function), rules=[allow.guest().to("read")])
        def ask() -> str | None: ...
        """,
        "ask is one operation: a rule of it is not narrowed to some.",
        "Leave .to(…) out.",
    ),
    "guests of JavaScript": (
        """
        @query(handler=javascript("resource.py"), rules=[allow.guest()])
        def ask() -> str | None: ...
        """,
        "ask: JavaScript handlers cannot be opened by the identity pool.",
        "or handle it by a function",
    ),
    "a subscription to nothing": (
        """
        @subscription(on=[], rules=everyone)
        def ask(): ...
        """,
        "ask follows no mutation.",
        "Name one: on=send.",
    ),
    "a subscription to what is not there": (
        """
        @subscription(on="createTod", rules=everyone)
        def ask(): ...
        """,
        "ask follows createTod, which is not a mutation of this schema.",
        "Name some of: createTodo, deleteTodo, updateTodo.",
    ),
    "a generated operation's name": (
        """
        @query(handler=function(shout_function), rules=everyone)
        def get_todo() -> str | None: ...
        ask = get_todo
        """,
        "getTodo is already the API's operation for Todo.",
        "Rename it.",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_operation(problems: Problems, case: str) -> None:
    source, what, fix = WRONG[case]
    ((line, found, found_fix),) = problems(
        HEAD + source.rstrip() + "\n        data = define_data(models=[Todo], operations=[ask])\n"
    )
    decorator = next(
        number for number, text in enumerate(source.splitlines()) if text.lstrip().startswith("@")
    )
    assert line == HEAD.count("\n") + decorator
    assert found.startswith(what)
    assert fix in found_fix


def test_a_subscription_to_mutations_of_different_types(problems: Problems) -> None:
    ((_line, what, _fix),) = problems(
        HEAD
        + """
        @mutation(handler=function(shout_function), rules=everyone)
        def send() -> str | None: ...
        @subscription(on=[send, "createTodo"], rules=everyone)
        def on_any(): ...
        data = define_data(models=[Todo], operations=[send, on_any])
        """
    )
    assert what == "onAny follows mutations that return different types: String, Todo."


def test_a_subscription_to_a_query(problems: Problems) -> None:
    found = problems(
        HEAD
        + """
        @query(handler=function(shout_function), rules=everyone)
        def ask() -> str | None: ...
        @subscription(on=ask, rules=everyone)
        def on_ask(): ...
        data = define_data(models=[Todo], operations=[ask, on_ask])
        """
    )
    assert found[0][1] == "onAsk follows ask, which is a query."


def test_two_operations_of_one_name(problems: Problems) -> None:
    ((_line, what, _fix),) = problems(
        HEAD
        + """
        @query(handler=function(shout_function), rules=everyone)
        def ask() -> str | None: ...
        first = ask
        @mutation(handler=function(shout_function), rules=everyone)
        def ask() -> str | None: ...
        data = define_data(models=[Todo], operations=[first, ask])
        """
    )
    assert what == "There are two operations called ask."
