"""Lists in results as tables."""

from __future__ import annotations

import csv
import io

from workbench.playground.result_table import as_csv, tables


def test_connections_become_tables_with_their_own_next_page() -> None:
    data = {
        "listTodos": {
            "items": [
                {"id": "1", "owner": {"name": "ann"}, "tags": ["a"], "comments": [{"x": 1}, {}]},
                None,
                {"id": "2", "done": None, "text": "two\nlines", "__typename": "Todo"},
            ],
            "nextToken": "more",
        },
        "names": ["only", "texts"],
        "plain": [{"a": 1}],
    }
    first, second = tables(data)
    assert first.path == ("listTodos", "items")
    assert first.columns == ("id", "owner.name", "tags", "comments", "done", "text")
    assert first.rows[0] == ("1", "ann", '["a"]', "2 items", "", "")
    assert first.rows[1] == ("",) * 6
    assert first.rows[2][4:] == ("null", "two lines")
    assert (first.next_token, second.next_token) == ("more", None)
    assert tables({"one": {"id": 1}}) == ()


def test_tables_become_csv_that_a_reader_takes_back() -> None:
    data = {"listTodos": {"items": [{"id": "1", "text": 'a "b", c'}, {"id": "2", "text": "=x"}]}}
    rows = list(csv.reader(io.StringIO(as_csv(tables(data)))))
    assert rows == [["id", "text"], ["1", 'a "b", c'], ["2", "=x"]]
    assert as_csv(()) == ""
