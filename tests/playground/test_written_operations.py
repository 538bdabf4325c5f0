"""Operations written from the schema: valid as they stand, with the variables they need."""

from __future__ import annotations

import json

import pytest
from graphql import parse, validate

from tests.playground import play_schema
from workbench.playground.formatter import NotFormattedProblem, format_document
from workbench.playground.lint import lint
from workbench.playground.operations import model_operations, models, root_fields, write_operation
from workbench.playground.variables import read_variables

SCHEMA = play_schema.schema()
FIELDS = [(kind, name) for kind, name, _ in root_fields(SCHEMA)]


@pytest.mark.parametrize(("kind", "name"), FIELDS)
def test_every_root_field_has_a_valid_operation(kind: str, name: str) -> None:
    written = write_operation(SCHEMA, kind, name)
    assert validate(SCHEMA, parse(written.text)) == []
    assert read_variables(written.variables, written.text, SCHEMA).problems == ()
    assert format_document(written.text) == written.text


def test_a_model_has_all_its_operations() -> None:
    assert models(SCHEMA) == ("Todo",)
    names = [each.name for each in model_operations(SCHEMA, "Todo")]
    assert names == ["GetTodo", "ListTodos", "CreateTodo", "DeleteTodo", "OnCreateTodo"]
    text = "\n".join(each.text for each in model_operations(SCHEMA, "Todo"))
    assert lint(text, SCHEMA) == ()
    created = next(each for each in model_operations(SCHEMA, "Todo") if each.name == "CreateTodo")
    assert json.loads(created.variables) == {"input": {"content": ""}}


def test_layout_keeps_comments_and_meaning() -> None:
    text = (
        "# first\nquery   A($a:ID!){getTodo(id:$a){id,content # why\n"
        " comments(limit:2){items{text}}}}"
    )
    pretty = format_document(text)
    assert "# first\n" in pretty
    assert "# why" in pretty
    assert "\n    comments(limit: 2) {\n      items {\n        text\n" in pretty
    assert format_document(pretty) == pretty
    with pytest.raises(NotFormattedProblem, match="line 1"):
        format_document("{ a ")
    assert format_document("# only words\n") == "# only words\n"
