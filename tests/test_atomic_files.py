from __future__ import annotations

import os
import stat
import threading
from pathlib import Path

import pytest

from workbench.atomic_files import remove_unfinished, replacing, write_whole


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_new_file_gets_what_the_umask_allows_and_an_old_one_keeps_its_mode(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.json"
    before = os.umask(0o027)
    try:
        write_whole(file, "é")
    finally:
        os.umask(before)
    assert (file.read_text("utf-8"), mode(file)) == ("é", 0o640)
    file.chmod(0o604)
    write_whole(file, b"two")
    assert (file.read_bytes(), mode(file)) == (b"two", 0o604)
    write_whole(file, "three", mode=0o600, flush=True)
    assert (file.read_text(), mode(file)) == ("three", 0o600)
    assert names(tmp_path) == ["a.json"]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text("old")

    def fail() -> None:
        with replacing(file) as part:
            part.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert file.read_text() == "old"
    assert names(tmp_path) == ["a.json"]
    with pytest.raises(FileNotFoundError):
        write_whole(tmp_path / "missing" / "a.json", "x")


def test_the_file_behind_a_link_is_replaced_but_never_by_a_private_one(tmp_path: Path) -> None:
    file, link = tmp_path / "a.toml", tmp_path / "link.toml"
    file.write_text("old")
    link.symlink_to(file)
    write_whole(link, "new")
    assert link.is_symlink()
    assert file.read_text() == "new"
    write_whole(link, "mine", mode=0o600)
    assert not link.is_symlink()
    assert (file.read_text(), link.read_text()) == ("new", "mine")


def test_a_reader_never_sees_half_a_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    texts = {letter * 200_000 for letter in "abcd"}
    write_whole(file, "a" * 200_000)

    def write_often(text: str) -> None:
        for _ in range(50):
            write_whole(file, text)

    writers = [threading.Thread(target=write_often, args=(text,)) for text in sorted(texts)]
    for each in writers:
        each.start()
    while any(each.is_alive() for each in writers):
        assert file.read_text() in texts
    assert names(tmp_path) == ["a.txt"]


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    (tmp_path / ".a.json.123-4.tmp").touch()
    (tmp_path / ".b.json.123-4.tmp").touch()
    write_whole(file, "x")
    remove_unfinished(file)
    assert names(tmp_path) == [".b.json.123-4.tmp", "a.json"]
