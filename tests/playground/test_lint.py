"""Findings in operations, and what a change of the schema breaks."""

from __future__ import annotations

import pytest
from graphql import build_schema

from tests.playground import play_schema
from workbench.playground.lint import broken_by, lint

SCHEMA = play_schema.schema()


@pytest.mark.parametrize(
    ("text", "marked", "words"),
    [
        ("{ getTodo(id: 1) { contnt } }", "contnt", "content"),
        ("{ getTodo { id } }", "getTodo", "'id'"),
        ("{ getTodo(id: 1) }", "getTodo", "subfields"),
        ("query Q { getTodo(id: $id) { id } }", "$id", "$id"),
        ("{ search(text: 1) { __typename } }", "1", "String"),
        ("mutation { createTodo(input: {}) { id } }", "{", "content"),
        ("{ getTodo(id: 1) { ...None } }", "None", "None"),
        ("{ getTodo(id: 1) { id }", "}", "Expected"),
    ],
)
def test_what_is_wrong_is_marked_where_it_is(text: str, marked: str, words: str) -> None:
    found = lint(text, SCHEMA)
    assert any(words in each.message for each in found), found
    assert any(text[each.start : each.end].startswith(marked[:1]) for each in found)
    assert all(0 <= each.start < each.end <= len(text) for each in found)


def test_a_syntax_error_hides_only_its_own_operation() -> None:
    text = "query A { getTodo(id: 1 { id } }\nquery B { getTodo(id: 1) { nope } }\n"
    found = lint(text, SCHEMA)
    assert any("nope" in each.message and each.operation == "B" for each in found)
    assert any(each.start < text.index("\n") for each in found)


def test_good_operations_and_their_fragments_have_no_findings() -> None:
    text = """
    { getTodo(id: "1") { ...Parts } }
    query Other($limit: Int) { listTodos(limit: $limit) { items { ...Parts } } }
    fragment Parts on Todo { id content comments { items { text } } }
    fragment NotUsed on Todo { id }
    """
    assert lint(text, SCHEMA) == ()
    assert lint(text, None) == ()


def test_only_what_the_change_broke_is_told() -> None:
    after = build_schema(
        play_schema.TEXT.replace("done: Boolean priority", "ready: Boolean priority", 1)
    )
    texts = ["query A { getTodo(id: 1) { done } }", "query B { getTodo(id: 1) { id nope } }"]
    (broken,) = broken_by(SCHEMA, after, texts)
    index, finding = broken
    assert (index, finding.operation) == (0, "A")
    assert "done" in finding.message
    assert {index for index, _ in broken_by(None, after, texts)} == {0, 1}
