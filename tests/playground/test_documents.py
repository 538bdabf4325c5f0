"""Documents of several operations, findings in them, and their layout."""

import json
import random

import pytest
from graphql import parse, print_ast

from tests.playground.play_schema import TEXT, schema
from workbench.playground.documents import (
    _definitions_of,
    definitions,
    first_name,
    operation_at,
    runnable,
)
from workbench.playground.formatter import NotFormattedProblem, format_document
from workbench.playground.lint import broken_by, lint
from workbench.playground.operations import model_operations, models, write_operation
from workbench.playground.result_table import tables
from workbench.playground.variables import read_variables

SCHEMA = schema()
SEVERAL = """query First { getTodo(id: 1) { ...Parts } }
# between
mutation Second($input: CreateTodoInput!) {
  createTodo(input: $input) { id }
}
fragment Parts on Todo { id list { ...Name } }
fragment Name on List { name }
"""


def test_the_operation_under_the_cursor_brings_its_fragments() -> None:
    first = operation_at(SEVERAL, 3)
    second = operation_at(SEVERAL, SEVERAL.index("createTodo"))
    assert first is not None
    assert second is not None
    assert (first.name, second.name, second.variables) == ("First", "Second", ("input",))
    assert [each.name for each in definitions(runnable(SEVERAL, first))] == [
        "First",
        "Parts",
        "Name",
    ]
    assert runnable(SEVERAL, second).startswith("mutation Second")
    assert "fragment" not in runnable(SEVERAL, second)
    behind = operation_at(SEVERAL, len(SEVERAL))
    assert behind is not None
    assert behind.name == "Second"
    assert operation_at("", 0) is None


def test_a_broken_operation_hides_no_other() -> None:
    text = "query A { getTodo(id: \n\nquery B { wrong }\nquery C { getTodo(id: 1) { id } }"
    assert [each.name for each in definitions(text)] == ["A", "B", "C"]
    found = lint(text, SCHEMA)
    assert [each.operation for each in found] == ["A", "B"]
    assert "Cannot query field 'wrong'" in found[1].message
    assert text[found[1].start : found[1].end] == "wrong"


def test_findings_are_at_their_word() -> None:
    text = "{ getTodo(id: 1) { id titel } }"
    (finding,) = lint(text, SCHEMA)
    assert text[finding.start : finding.end] == "titel"
    assert lint("{ getTodo(id: 1) { id } } query B { getTodo(id: 2) { id } }", SCHEMA) == ()


def test_a_schema_change_names_what_it_broke() -> None:
    from graphql import build_schema

    after = build_schema(TEXT.replace("content: String! done", "text: String! done"))
    queries = ["query A { getTodo(id: 1) { content } }", "query B { getTodo(id: 1) { id wrong } }"]
    broken = broken_by(SCHEMA, after, queries)
    assert [(index, each.operation) for index, each in broken] == [(0, "A")]
    assert "content" in broken[0][1].message


@pytest.mark.parametrize(
    "text",
    [
        SEVERAL,
        "{a:getTodo(id:1){id,...F ...on Todo@include(if:true){id}}}fragment F on Todo{id}",
        'query Q($a:[ID!]!=["x","y"],$b:TodoFilter={and:[{not:{priority:{eq:LOW}}}]})@skip(if:$c)'
        "{getTodo(id:$a){id}}",
        '{search(text:"""block "quoted" text"""){__typename}}',
        "query VeryLong($filter: TodoFilter, $limit: Int, $nextToken: String, $more: String) "
        "{ listTodos(filter: $filter, limit: $limit, nextToken: $nextToken,"
        " another: {a: 1, b: [1 2]}) { items { id } } }",
        "{ getTodo(id: -1.5e3) { id @include(if: true) @skip(if: false) } }",
    ],
)
def test_prettified_text_means_the_same_and_stays(text: str) -> None:
    pretty = format_document(text)
    assert print_ast(parse(pretty)) == print_ast(parse(text))
    assert format_document(pretty) == pretty
    assert max(len(line) for line in pretty.splitlines()) <= 100


def test_prettify_keeps_comments_and_blank_lines() -> None:
    text = (
        "# head\nquery A($a: Int # first\n  $b: Int) { # all\n  # one\n"
        "  getTodo(id: 1) { id # key\n\n  done }\n}\n# tail"
    )
    pretty = format_document(text)
    for remark in ("# head", "# first", "# all", "# one", "# key", "# tail"):
        assert pretty.count(remark) == 1
    assert "id # key\n\n" in pretty
    assert format_document(pretty) == pretty
    with pytest.raises(NotFormattedProblem, match="line 1"):
        format_document("{ a( }")
    assert format_document("# only\n") == "# only\n"


def test_operations_are_ready_to_run() -> None:
    assert models(SCHEMA) == ("Todo",)
    written = model_operations(SCHEMA, "Todo")
    assert [each.name for each in written] == [
        "GetTodo", "ListTodos", "CreateTodo", "DeleteTodo", "OnCreateTodo",
    ]  # fmt: skip
    for each in written:
        assert lint(each.text, SCHEMA) == ()
        assert read_variables(each.variables, each.text, SCHEMA).problems == ()
        assert format_document(each.text) == each.text
    assert json.loads(written[2].variables) == {"input": {"content": ""}}
    assert "items {\n      id" in written[1].text
    searched = write_operation(SCHEMA, "query", "search")
    assert lint(searched.text, SCHEMA) == ()
    assert searched.variables == '{\n  "text": ""\n}'


def test_variables_are_checked() -> None:
    operation = "mutation A($input: CreateTodoInput!) { createTodo(input: $input) { id } }"
    assert read_variables('{"input": {"content": "a"}}', operation, SCHEMA).problems == ()
    wrong = read_variables('{"input": {"content": 1, "x": 2}, "more": 3}', operation, SCHEMA)
    messages = " / ".join(each.message for each in wrong.problems)
    assert "$more is not a variable" in messages
    assert "content" in messages
    broken = read_variables('{"input": ', operation, SCHEMA)
    assert broken.problems[0].message.startswith("not valid JSON")
    assert "object" in read_variables("[1]", operation, SCHEMA).problems[0].message
    assert "required" in read_variables("", operation, SCHEMA).problems[0].message


def test_lists_become_tables() -> None:
    data = {"listTodos": {"items": [{"id": "1", "list": {"name": "a"}, "tags": ["x"]}, {"id": "2"}],
                          "nextToken": "t"}}  # fmt: skip
    (table,) = tables(data)
    assert table.path == ("listTodos", "items")
    assert table.columns == ("id", "list.name", "tags")
    assert table.rows == (("1", "a", '["x"]'), ("2", "", ""))
    assert table.next_token == "t"
    assert tables({"getTodo": {"id": "1"}}) == ()


def test_definitions_are_the_same_however_the_text_is_cut() -> None:
    """A changed line is read alone; the whole text at once is the measure."""
    bits = (
        *("query", "mutation", "fragment", "on", "A", "b", "{", "}", "{", "}", "(", ")", "[", "]"),
        *("\n", "\n", "\n", '"str{"', '"""blo\nck }"""', '"""', "# c }\n", "$v", ":", "@x", "..."),
        *("query A {\n", "}\n", "fragment F on T {\n", '\\"""', '"', "é"),
    )
    chance = random.Random(11)
    for _ in range(2_000):
        text = " ".join(chance.choice(bits) for _ in range(chance.randint(0, 25)))
        cut = definitions(text)
        assert cut == _definitions_of(text), text
        offset = chance.randint(0, len(text))
        around = [each for each in cut if each.is_operation and each.start <= offset <= each.end]
        if around:
            assert operation_at(text, offset) == around[0], text
        assert first_name(text) == next((each.name for each in cut if each.name), "")
