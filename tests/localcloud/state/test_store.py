"""The state file: whole transactions, and nothing lost where the disk is full."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from workbench.localcloud.state.store import FILE_NAME, Changes, StateStore


def test_changes_are_read_back(tmp_path: Path) -> None:
    store = StateStore(tmp_path / FILE_NAME)
    keys = [("t", "a", ""), ("t", "b", "1"), ("u", "a", "")]
    store.write(Changes({"s3": b"{}"}, (), dict.fromkeys(keys, b"1"), {"name": b"blob"}))
    store.write(Changes({}, ("u",), {("t", "a", ""): None, ("u", "c", ""): b"2"}))
    store.close()
    again = StateStore(tmp_path / FILE_NAME)
    assert again.services() == {"s3": b"{}"}
    assert list(again.items()) == [("t", "b", "1", b"1"), ("u", "c", "", b"2")]
    assert again.blob("name") == b"blob"
    again.drop_unused_blobs()
    with pytest.raises(KeyError):
        again.blob("name")
    again.close()


def test_a_full_disk_leaves_what_was_saved(tmp_path: Path) -> None:
    store = StateStore(tmp_path / FILE_NAME)
    store.write(Changes({"iam": b"before"}))
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count = {pages + 2}")
    with pytest.raises(sqlite3.Error):
        store.write(Changes({"iam": b"after", "s3": b"x" * 200_000}))
    assert store.services() == {"iam": b"before"}
    store._connection.execute("PRAGMA max_page_count = 1000000")
    store.write(Changes({"iam": b"after"}))
    assert store.services() == {"iam": b"after"}
    store.close()
