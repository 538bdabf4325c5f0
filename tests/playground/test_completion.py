"""Completion at every kind of place, with the cursor written as ``|``."""

import random

import pytest
from graphql import GraphQLSyntaxError, parse, specified_scalar_types

from tests.playground.play_schema import TEXT, schema
from workbench.playground.completion import complete
from workbench.playground.variables import complete_variables

SCHEMA = schema()


def labels(marked: str) -> list[str]:
    offset = marked.index("|")
    return [each.label for each in complete(marked.replace("|", ""), offset, SCHEMA)]


@pytest.mark.parametrize(
    ("marked", "first", "absent"),
    [
        ("|", ["query", "mutation", "subscription", "fragment"], "getTodo"),
        ("mu|", ["mutation"], "query"),
        ("{ | }", ["getTodo", "listTodos", "search"], "createTodo"),
        ("mutation { cr| }", ["createTodo"], "deleteTodo"),
        ("query A { getTodo(|) }", ["id"], "limit"),
        ("{ listTodos(limit: 1, |) }", ["filter", "nextToken"], "limit"),
        ("{ listTodos(filter: {pr|) }", ["priority"], "and"),
        ("{ listTodos(filter: {priority: {eq: |}}) { items { id } } }", ["LOW", "HIGH"], "true"),
        ("{ listTodos(filter: {and: [{not: {priority: {eq: H|", ["HIGH"], "LOW"),
        ("query Q($p: Priority, $n: Int) { listTodos(limit: |", ["$n"], "$p"),
        ("query Q($p: Pri|", ["Priority", "PriorityInput"], "Todo"),
        ("query Q($p: [|", ["AWSDateTime"], "Todo"),
        ("{ search(text: \"a\") { ... on | } }", ["Found", "List", "Todo"], "Comment"),
        ("{ getTodo(id: 1) { ...| } } fragment F on Todo { id } fragment G on List { id }",
         ["on", "F"], "G"),
        ("fragment F on To| { id }", ["Todo", "TodoConnection"], "TodoFilter"),
        ("{ getTodo(id: 1) @| { id } }", ["@include", "@skip"], "@deprecated"),
        ("{ getTodo(id: 1) { id @skip(|) } }", ["if"], "id"),
        ("{ getTodo(id: 1) { id @skip(if: |) } }", ["true", "false"], "if"),
        ("{ t: getTodo(id: 1) { list { to| } } }", ["todos"], "id"),
        ("{ getTodo(id: 1) { wrong { x } co| } }", ["content", "comments"], "id"),
        ("query A { getTodo(id: } \n query B { li|", ["listTodos"], "getTodo"),
        ("subscription { onCreateTodo(priority: |) }", ["LOW", "HIGH"], "id"),
    ],
)  # fmt: skip
def test_what_fits_is_proposed(marked: str, first: list[str], absent: str) -> None:
    found = labels(marked)
    assert found[: len(first)] == first
    assert absent not in found


@pytest.mark.parametrize(
    "marked", ["{ # get|", '{ search(text: "get|', "query get|", "{ getTodo(id: 1|"]
)
def test_nothing_is_proposed_where_the_user_is_free(marked: str) -> None:
    assert labels(marked) == []


def test_a_proposal_replaces_the_whole_word_and_names_its_type() -> None:
    text = "{ getTdo(id: 1) }"
    (proposal, *_) = complete(text, 5, SCHEMA)
    assert text[: proposal.start] + proposal.insert + text[proposal.end :] == "{ getTodo(id: 1) }"
    assert proposal.detail == "Todo"


def test_deprecated_fields_come_last() -> None:
    assert labels("{ getTodo(id: 1) { | } }")[-2:] == ["old", "__typename"]


DOCUMENT = (
    "query Q($a: [Priority!]! = LOW) @skip(if: true) { a: listTodos(filter: {and: [{not: $a}]})"
    ' { items { ...F ... on Todo { id } } } } fragment F on Todo { id } """x""" '
)
WORDS = {"query", "mutation", "subscription", "fragment", "on", "true", "false", "$a", "F"}


def is_beginning(text: str) -> bool:
    """Whether a document can go on from here: the parser misses only what is not written yet."""
    try:
        parse(text)
    except GraphQLSyntaxError as error:
        return next(iter(error.positions or ()), 0) >= len(text.rstrip())
    return True


def members() -> set[str]:
    """All that a schema has a name for."""
    names = set(SCHEMA.type_map) | set(specified_scalar_types)
    names |= {f"@{each.name}" for each in SCHEMA.directives}
    for each in (*SCHEMA.type_map.values(), *SCHEMA.directives):
        for within in ("fields", "values", "args"):
            names |= set(getattr(each, within, ()))
        for field in getattr(each, "fields", {}).values():
            names |= set(getattr(field, "args", ()))
    return names | {"__typename", "__schema", "__type"}


def test_a_proposal_is_a_name_of_the_schema_or_document_and_never_spoils_a_good_beginning() -> None:
    chosen = random.Random(7)
    known, proposed, good = members() | WORDS, 0, 0
    for _ in range(1_000):
        pieces = list(DOCUMENT)
        for _ in range(chosen.randrange(4)):
            del pieces[chosen.randrange(len(pieces))]
        text = "".join(pieces)
        offset = chosen.randrange(len(text) + 1)
        for each in complete(text, offset, SCHEMA):
            proposed += 1
            assert each.start <= offset <= each.end <= len(text)
            assert text[each.start : each.end].lstrip("$@").isidentifier() or each.start == each.end
            declared = text[: each.start].count(f"{each.label}:")
            assert each.label in known or declared, (text, offset, each)
            if is_beginning(text[: each.start]):
                good += 1
                assert is_beginning(text[: each.start] + each.insert), (text, offset, each)
    assert proposed > 1_000
    assert good > 500


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("{|}", ["input", "p"]),
        ('{"in|', ["input"]),
        ('{"input": {|', ["id", "content", "priority", "done"]),
        ('{"input": {"content": "a", "|"}}', ["id", "priority", "done"]),
        ('{"input": {"priority": |', ["LOW", "HIGH"]),
        ('{"input": {"priority": "H|"', ["HIGH"]),
        ('{"input": {"done": t|', ["true"]),
        ('{"p": [|', ["LOW", "HIGH"]),
        ("|", []),
        ('{"input"|', []),
    ],
)
def test_variables_are_completed(marked: str, expected: list[str]) -> None:
    operation = (
        "mutation A($input: CreateTodoInput!, $p: [Priority]) { createTodo(input: $input) { id } }"
    )
    offset = marked.index("|")
    found = complete_variables(marked.replace("|", ""), offset, operation, SCHEMA)
    assert [each.label for each in found] == expected
    assert "Priority" in TEXT
