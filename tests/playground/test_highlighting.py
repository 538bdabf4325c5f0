"""What each piece of GraphQL is, line by line."""

from __future__ import annotations

import pytest

from workbench.playground.highlighting import GRAPHQL, JSON, Language, Open


def painted(text: str, language: Language = GRAPHQL) -> list[tuple[str, str]]:
    """Each piece's text with its name, through all lines."""
    found = []
    before = Open()
    for line in text.split("\n"):
        pieces, before = language.paint(line, before)
        found += [(line[start:end], name) for start, end, name in pieces]
    return found


def test_each_part_of_an_operation_has_its_own_name() -> None:
    text = """query Mine($id: ID!, $kinds: [Kind!]) @cached {  # mine
      first: getTodo(id: $id, filter: {kind: {eq: LOW}}, most: 3, live: true) {
        on
        ...Parts
        ... on Todo { content(style: "short") }
      }
    }
    fragment Parts on Todo { id }"""
    assert painted(text) == [
        ("query", "keyword"),
        ("Mine", "operation"),
        ("$id", "variable"),
        ("ID", "type"),
        ("$kinds", "variable"),
        ("Kind", "type"),
        ("@cached", "directive"),
        ("# mine", "comment"),
        ("first", "alias"),
        ("getTodo", "field"),
        ("id", "argument"),
        ("$id", "variable"),
        ("filter", "argument"),
        ("kind", "argument"),
        ("eq", "argument"),
        ("LOW", "value"),
        ("most", "argument"),
        ("3", "number"),
        ("live", "argument"),
        ("true", "keyword"),
        ("on", "field"),
        ("...", "keyword"),
        ("Parts", "operation"),
        ("...", "keyword"),
        ("on", "keyword"),
        ("Todo", "type"),
        ("content", "field"),
        ("style", "argument"),
        ('"short"', "string"),
        ("fragment", "keyword"),
        ("Parts", "operation"),
        ("on", "keyword"),
        ("Todo", "type"),
        ("id", "field"),
    ]


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ('{ a(b: """one\n query { x }\n end""") { c } }', " query { x }"),
        ('{ a(b: """one\n \\""" more\n""") { c } }', ' \\""" more'),
    ],
)
def test_a_block_string_goes_on_to_its_end(text: str, inside: str) -> None:
    found = painted(text)
    assert (inside, "string") in found
    assert found[-1] == ("c", "field")


def test_brackets_that_close_nothing_do_no_harm() -> None:
    assert painted("}}) query A { b }")[-1] == ("b", "field")


def test_json_has_keys_values_and_what_is_neither() -> None:
    assert painted('{"a": "x", "b": [1, true, oops]}', JSON) == [
        ('"a"', "argument"),
        ('"x"', "string"),
        ('"b"', "argument"),
        ("1", "number"),
        ("true", "keyword"),
        ("oops", "invalid"),
    ]


def test_a_line_with_an_operations_beginning_needs_none_above() -> None:
    assert GRAPHQL.begins("query A {")
    assert GRAPHQL.begins("{ a }")
    assert not GRAPHQL.begins("  query { a }")
    assert not GRAPHQL.begins("querying")
