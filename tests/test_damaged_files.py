"""The table of damage for the files beside the local cloud's state.

Kept, said, and gone on with.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from workbench.damaged_files import kept_damaged
from workbench.journal.store import Journal
from workbench.localcloud.hosting.state import FILE_NAME, PREVIOUS_NAME, HostingState
from workbench.localcloud.state.store import NewerStateError
from workbench.model.events import Level, LogLine
from workbench.model.user_problem import UserProblem
from workbench.playground.history import History, Run
from workbench.project.models import Project
from workbench.project.project_state import (
    Remembered,
    load_remembered,
    remembered_file,
    save_remembered,
)
from workbench.users.token_store import SavedSignIn, save_sign_in, saved_sign_in
from workbench.users.user_sign_in import UserTokens

Harm = Callable[[Path], None]


def _write(content: bytes) -> Harm:
    def harm(path: Path) -> None:
        path.write_bytes(content)

    return harm


def _middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    at = len(content) // 3
    content[at : at + 60] = random.Random(1).randbytes(60)
    path.write_bytes(bytes(content))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


HARMS: dict[str, Harm] = {
    "no length": _write(b""),
    "half": lambda path: os.truncate(path, path.stat().st_size // 2),
    "garbage at the head": _write(random.Random(2).randbytes(500)),
    "garbage in the middle": _middle,
    "a text": _write(b"Dear diary"),
    "another shape": _write(b'{"a": [1, 2]}'),
    "a list": _write(b"[7]"),
    "a folder": _folder,
}
each_harm = pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())


def _app(name: str) -> dict[str, object]:
    return {"app": {"name": name}, "branches": {}, "environments": {}, "domains": {}}


def _hosting(folder: Path) -> Path:
    state = HostingState(folder)
    with state.change():
        state.apps["one"] = _app("one")
    state = HostingState(folder)  # a good start keeps a copy
    with state.change():
        state.apps["two"] = _app("two")
    return folder / FILE_NAME


@each_harm
def test_hosting_takes_the_copy_of_the_last_good_start(tmp_path: Path, harm: Harm) -> None:
    file = _hosting(tmp_path)
    harm(file)
    state = HostingState(tmp_path)
    assert list(state.apps) == ["one"]
    (damage,) = state.damages
    assert "start of" in damage.instead
    assert Path(damage.kept).exists()
    assert not HostingState(tmp_path).damages


def test_hosting_takes_the_copy_where_the_file_is_gone(tmp_path: Path) -> None:
    _hosting(tmp_path).unlink()
    state = HostingState(tmp_path)
    assert list(state.apps) == ["one"]
    assert "missing" in state.damages[0].why


@each_harm
def test_hosting_begins_empty_and_keeps_both_where_both_are_damaged(
    tmp_path: Path, harm: Harm
) -> None:
    harm(_hosting(tmp_path))
    harm(tmp_path / PREVIOUS_NAME)
    state = HostingState(tmp_path)
    assert not state.apps
    assert state.damages
    assert len(kept_damaged(tmp_path)) == 2


def test_hosting_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    file = _hosting(tmp_path)
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 99}))
    with pytest.raises(NewerStateError):
        HostingState(tmp_path)
    assert not kept_damaged(tmp_path)


@each_harm
def test_sign_ins_are_put_aside_before_others_are_kept(tmp_path: Path, harm: Harm) -> None:
    file = tmp_path / "sign-ins.json"
    first = SavedSignIn("pool", "ada", "ada@example.com", "client", None, "SECRET")
    save_sign_in(file, first)
    harm(file)
    save_sign_in(file, SavedSignIn("pool", "bob", "bob@example.com", "client"))
    assert saved_sign_in(file, "pool", "bob") is not None
    if harm is not HARMS["no length"]:
        assert len(kept_damaged(tmp_path)) == 1


def test_sign_ins_of_a_newer_release_are_read(tmp_path: Path) -> None:
    file = tmp_path / "sign-ins.json"
    tokens = UserTokens("id", "access", "refresh")
    save_sign_in(file, SavedSignIn("pool", "ada", "ada@example.com", "client", tokens))
    entries = json.loads(file.read_text())
    file.write_text(json.dumps([{**entries[0], "added_later": 1}]))
    found = saved_sign_in(file, "pool", "ada")
    assert found is not None
    assert found.tokens == tokens


@each_harm
def test_a_damaged_target_is_never_guessed(tmp_path: Path, harm: Harm) -> None:
    project = Project(tmp_path, tmp_path / "amplify" / "backend.ts", "x")
    save_remembered(project, Remembered(target="aws", profile="work"))
    harm(remembered_file(project))
    if harm is HARMS["another shape"]:
        assert load_remembered(project) == Remembered()
        return
    with pytest.raises(UserProblem, match="cannot be read"):
        load_remembered(project)


def _run(title: str) -> Run:
    return Run(1.0, title, "query", "{ a }", "{}", "api-key", 200, 0, 0.1)


DATABASE_HARMS = {
    name: harm
    for name, harm in HARMS.items()
    if name not in ("no length", "a folder", "garbage in the middle", "half")
}


@pytest.mark.parametrize("harm", DATABASE_HARMS.values(), ids=DATABASE_HARMS.keys())
def test_a_damaged_playground_history_is_kept_and_a_new_one_begins(
    tmp_path: Path, harm: Harm
) -> None:
    history = History(tmp_path)
    history.add(_run("old"))
    harm(tmp_path / "playground.sqlite3")
    history.add(_run("new"))
    assert [run.title for run in history.find()] == ["new"]
    assert len(kept_damaged(tmp_path)) == 1


def _line(text: str) -> LogLine:
    return LogLine(at=time.time(), level=Level.INFO, source="test", text=text)


@pytest.mark.parametrize("harm", DATABASE_HARMS.values(), ids=DATABASE_HARMS.keys())
def test_a_damaged_journal_is_kept_said_and_begun_anew(tmp_path: Path, harm: Harm) -> None:
    path = tmp_path / "journal.sqlite3"
    journal = Journal(path)
    journal.append(_line("old"))
    journal.close()
    harm(path)
    said: list[str] = []
    journal = Journal(path, said.append)
    journal.append(_line("new"))
    deadline = time.monotonic() + 20
    while not journal.flush() and time.monotonic() < deadline:
        time.sleep(0.05)
    journal.close()
    _, events = Journal(path).events_after(0)
    assert [event.text for event in events if isinstance(event, LogLine)] == ["new"]
    (kept,) = kept_damaged(tmp_path)
    assert str(kept) in said[0]


def test_a_journal_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite3"
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 99")
    said: list[str] = []
    journal = Journal(path, said.append)
    journal.append(_line("new"))
    deadline = time.monotonic() + 20
    while not said and time.monotonic() < deadline:
        time.sleep(0.02)
    journal.close()
    assert "newer release" in said[0]
    with closing(sqlite3.connect(path)) as newer:
        assert newer.execute("PRAGMA user_version").fetchone() == (99,)
    assert not kept_damaged(tmp_path)
