"""What the playground keeps on disk: tabs, history, saved operations, addresses; never a secret."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from workbench.model.user_problem import UserProblem
from workbench.playground.addresses import (
    load_addresses,
    read_address,
    remove_address,
    save_address,
)
from workbench.playground.history import History, Run
from workbench.playground.saved_operations import operations_of
from workbench.playground.saved_tabs import SavedTab, SavedTabs, load_tabs, save_tabs
from workbench.project.saved_files import NotSavedProblem


def run(title: str, query: str, run_as: str = "api-key") -> Run:
    return Run(1.0, title, "query", query, "{}", run_as, 200, 0, 0.01)


def test_tabs_come_back_without_a_token(tmp_path: Path) -> None:
    tabs = (SavedTab(id=1, text="{ a }", run_as="lambda:sesame"), SavedTab(id=2, run_as="user:ann"))
    save_tabs(tmp_path, SavedTabs(tabs=tabs, active=2))
    assert all("sesame" not in file.read_text() for file in tmp_path.iterdir())
    loaded, warning = load_tabs(tmp_path)
    assert warning == ""
    assert [tab.run_as for tab in loaded.tabs] == ["", "user:ann"]
    (file,) = tmp_path.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_damaged_tabs_are_put_aside(tmp_path: Path) -> None:
    save_tabs(tmp_path, SavedTabs(tabs=(SavedTab(id=1, text="mine"),), active=1))
    (file,) = tmp_path.iterdir()
    file.write_text(file.read_text()[:-9])
    loaded, warning = load_tabs(tmp_path)
    assert loaded.tabs == ()
    (aside,) = tmp_path.iterdir()
    assert aside.name in warning
    assert "mine" in aside.read_text()


def test_history_is_searched_by_words_and_keeps_no_token(tmp_path: Path) -> None:
    history = History(tmp_path)
    history.add(run("A", "{ listTodos { items { id } } }"))
    history.add(run("B", '{ search(text: "50%") }', "lambda:sesame"))
    assert [each.title for each in history.find()] == ["B", "A"]
    assert [each.title for each in history.find("items list")] == ["A"]
    assert [each.title for each in history.find("0%")] == ["B"]
    assert history.find("list_odos") == ()
    assert history.find()[0].run_as == "lambda"
    assert all(b"sesame" not in file.read_bytes() for file in tmp_path.iterdir())


def test_operations_are_saved_in_the_project_and_nowhere_else(tmp_path: Path) -> None:
    folder = operations_of(tmp_path)
    folder.save("todos/list", "{ a }")
    assert [each.name for each in folder.files()] == ["todos/list.graphql"]
    assert folder.read("todos/list.graphql") == "{ a }\n"
    with pytest.raises(NotSavedProblem, match="already exists"):
        folder.save("todos/list", "{ b }")
    folder.save("todos/list", "{ b }", replace=True)
    assert folder.read("todos/list") == "{ b }\n"
    for name in ("../out", "/etc/out", "", "  "):
        with pytest.raises(NotSavedProblem, match="not a valid file name"):
            folder.save(name, "{ a }")
    with pytest.raises(NotSavedProblem, match="could not be read"):
        folder.read("none")


def test_addresses_keep_values_only_where_allowed(tmp_path: Path) -> None:
    address = read_address("https://api.example.com/graphql?k=sesame", "x-api-key: sesame\n")
    save_address(tmp_path, address)
    assert all("sesame" not in file.read_text() for file in tmp_path.iterdir())
    ((known,), warning) = load_addresses(tmp_path)
    assert (known.url, known.lacks, warning) == (
        "https://api.example.com/graphql",
        ("x-api-key", "?"),
        "",
    )
    save_address(tmp_path, read_address(address.url, "x-api-key: sesame", keeps_values=True))
    ((known,), _) = load_addresses(tmp_path)
    assert known.headers == {"x-api-key": "sesame"}
    assert "sesame" not in repr(known.headers and known.label)
    remove_address(tmp_path, known)
    assert load_addresses(tmp_path) == ((), "")


@pytest.mark.parametrize(
    ("url", "headers", "words"),
    [
        ("example.com/graphql", "", "not an HTTP address"),
        ("ftp://example.com", "", "not an HTTP address"),
        ("https://me:sesame@example.com", "", "user name"),
        ("https://example.com", "x-api-key", "line 1"),
        ("https://example.com", "\nx y: 1", "line 2"),
        ("https://example.com", "x-api-key:", "no value"),
        ("https://example.com", "x-api-key: é", "characters"),
    ],
)
def test_a_wrong_address_is_refused_in_words(url: str, headers: str, words: str) -> None:
    with pytest.raises(UserProblem, match=words) as refused:
        read_address(url, headers)
    assert refused.value.next_step
    assert "sesame" not in str(refused.value)
