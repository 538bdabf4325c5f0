from __future__ import annotations

import pytest
from graphql import GraphQLSyntaxError

from workbench.deploy.diff.schema_diff import LONGEST, schema_changes

BEFORE = """
type Todo @aws_iam {
  content: String
  state: State
  id: ID!
}
enum State { OPEN DONE }
input CreateTodoInput { content: String }
type Query { getTodo(id: ID!): Todo }
"""


def lines(after: str) -> list[tuple[str, str | None, str | None]]:
    return [(item.path, item.before, item.after) for item in schema_changes(BEFORE, after)]


def test_a_new_field_is_named_and_what_follows_from_it_is_one_line() -> None:
    after = BEFORE.replace("content: String", "content: String\n  due: AWSDate!")
    assert lines(after) == [
        ("Todo.due", None, "AWSDate!"),
        ("inputs and filters", None, "CreateTodoInput"),
    ]


def test_a_changed_type_shows_both_sides() -> None:
    after = BEFORE.replace("content: String\n", "content: Int\n", 1)
    assert lines(after) == [("Todo.content", "String", "Int")]


def test_a_removed_enum_value_and_changed_rules() -> None:
    after = BEFORE.replace("OPEN DONE", "OPEN").replace("Todo @aws_iam", "Todo @aws_api_key")
    assert lines(after) == [
        ("State.DONE", "value", None),
        ("Todo.rules", "@aws_iam", "@aws_api_key"),
    ]


def test_a_new_type_is_one_line_and_operations_show_their_arguments() -> None:
    after = BEFORE.replace(
        "getTodo(id: ID!): Todo", "getTodo(id: ID!): Todo\n ping(n: Int): String"
    )
    after += "type Tag { id: ID! name: String a: Int b: Int c: Int }\n"
    assert lines(after) == [
        ("Tag", None, "id, name, a, b and 1 more"),
        ("Query.ping", None, "(n: Int): String"),
    ]


def test_equal_schemas_change_nothing_whatever_their_layout() -> None:
    assert schema_changes(BEFORE, BEFORE.replace("\n  ", " ")) == ()


def test_a_flood_of_changes_is_cut_and_counted() -> None:
    fields = "\n".join(f"f{number}: Int" for number in range(LONGEST + 5))
    found = lines(BEFORE.replace("content: String\n", f"content: String\n{fields}\n", 1))
    assert len(found) == LONGEST + 1
    assert found[-1] == ("and 5 more", None, None)


def test_text_that_is_no_schema_is_refused() -> None:
    with pytest.raises(GraphQLSyntaxError):
        schema_changes(BEFORE, "type Todo {")
