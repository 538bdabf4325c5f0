"""The variables' text: read, checked against the operation, completed."""

from __future__ import annotations

import pytest

from tests.playground import play_schema
from workbench.playground.variables import complete_variables, read_variables

SCHEMA = play_schema.schema()
CREATE = "mutation M($input: CreateTodoInput!, $n: Int) { createTodo(input: $input) { id } }"


@pytest.mark.parametrize(
    ("text", "marked", "words"),
    [
        ('{"input": {"content": "x"}, "m": 1}', '"m"', "$m"),
        ('{"input": {"content": 5}}', '"input"', "String"),
        ('{"input": {}}', '"input"', "content"),
        ('{"input": {"content": "x", "priority": "MID"}}', '"input"', "MID"),
        ('{"input": {"content": "x"}, "n": "many"}', '"n"', "Int"),
        ("[1]", "[1]", "JSON object"),
        ('{"input": }', "}", ""),
    ],
)
def test_a_problem_is_told_at_its_variable(text: str, marked: str, words: str) -> None:
    read = read_variables(text, CREATE, SCHEMA)
    assert any(words in each.message for each in read.problems), read.problems
    assert any(text[each.start :].startswith(marked) for each in read.problems), read.problems


def test_missing_variables_are_a_problem_only_where_required() -> None:
    assert read_variables("", "query Q($n: Int) { __typename }", SCHEMA).problems == ()
    assert "input" in read_variables("", CREATE, SCHEMA).problems[0].message


def test_values_go_out_even_with_problems() -> None:
    read = read_variables('{"input": {"content": 5}}', CREATE, SCHEMA)
    assert read.values == {"input": {"content": 5}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{|", {"input", "n"}),
        ('{"i|', {"input"}),
        ('{"input": {|', {"id", "content", "priority", "done"}),
        ('{"input": {"content": "x", "p|', {"priority"}),
        ('{"input": {"priority": |', {"LOW", "HIGH"}),
        ('{"input": {"done": |', {"true", "false"}),
    ],
)
def test_names_members_and_values_are_proposed(text: str, expected: set[str]) -> None:
    offset = text.index("|")
    found = complete_variables(text.replace("|", ""), offset, CREATE, SCHEMA)
    assert {each.label.strip('"') for each in found} == expected
