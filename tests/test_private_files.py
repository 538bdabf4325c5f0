"""Nothing below .amplify can be read by others, whoever made it, under any umask."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.sandbox_process import run_command
from workbench.crash_log import write_crash_log
from workbench.deploy.outputs.outputs import place_empty_outputs, write_outputs
from workbench.journal.schema import connect_to_write
from workbench.localcloud import lifecycle
from workbench.model.user_problem import UserProblem
from workbench.ownership import acquire
from workbench.playground.addresses import Address, save_address
from workbench.playground.history import History
from workbench.playground.saved_tabs import SavedTabs, save_tabs
from workbench.private_files import UnsafeFolderProblem, private_file, private_folder, write_private
from workbench.process_folders import make_process_folder

BACKEND = """
from amplify_tui import Model, allow, define_auth, define_backend, define_data


class Todo(Model, rules=[allow.owner(), allow.public_api_key()]):
    text: str


auth = define_auth(email=True)
define_backend(auth=auth, data=define_data(models=[Todo], api_key_days=7))
"""


@pytest.fixture(params=[0o022, 0o000], ids=["umask 022", "umask 000"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def open_to_others(place: Path) -> list[str]:
    """What somebody else can read from ``place`` down, who can reach ``place``."""
    found = place.lstat()
    if stat.S_ISLNK(found.st_mode):
        return []
    opened = [str(place)] if found.st_mode & 0o044 else []
    if place.is_dir() and found.st_mode & 0o011:
        opened += [each for inner in place.iterdir() for each in open_to_others(inner)]
    return opened


def loose(place: Path) -> list[str]:
    """The files of our own that are not for the owner alone, wherever they lie."""
    return [
        str(each)
        for each in place.rglob("*")
        if each.is_file() and not each.is_symlink() and each.stat().st_mode & 0o077
    ]


FIRST: dict[str, Callable[[Path], object]] = {
    "journal": lambda root: connect_to_write(root / "workbench/one/journal.sqlite3").close(),
    "crash log": lambda root: write_crash_log(root / "workbench", ValueError("x")),
    "sandbox lock": lambda root: acquire(root / "workbench/one"),
    "history": lambda root: History(root / "workbench").find(),
    "addresses": lambda root: save_address(root / "workbench", Address("http://x/")),
    "tabs": lambda root: save_tabs(root / "workbench", SavedTabs()),
    "process folder": lambda root: make_process_folder(root / "workbench/tmp"),
    "saved text": lambda root: write_private(private_folder(root / "a/b") / "log.txt", "x"),
}


@pytest.mark.usefixtures("umask")
@pytest.mark.parametrize("first", FIRST)
def test_whoever_is_first_makes_amplify_private(tmp_path: Path, first: str) -> None:
    FIRST[first](tmp_path / ".amplify")
    assert stat.S_IMODE((tmp_path / ".amplify").stat().st_mode) == 0o700
    assert open_to_others(tmp_path / ".amplify") == []
    assert loose(tmp_path / ".amplify") == []


@pytest.mark.usefixtures("umask")
def test_what_is_there_is_closed_with_what_sqlite_writes_beside(tmp_path: Path) -> None:
    journal = tmp_path / ".amplify/workbench/one/journal.sqlite3"
    journal.parent.mkdir(parents=True)
    with sqlite3.connect(journal) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("CREATE TABLE t (x)")
    for each in (tmp_path / ".amplify", journal):
        each.chmod(0o777)
    connection = connect_to_write(journal)
    connection.execute("INSERT INTO t VALUES (1)")
    assert {each.name for each in journal.parent.iterdir()} >= {f"{journal.name}-wal"}
    assert loose(journal.parent) == []
    assert open_to_others(tmp_path / ".amplify") == []
    connection.close()


@pytest.mark.cloud
def test_a_link_or_another_users_folder_is_refused_with_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    root = tmp_path / "project"
    root.mkdir()
    (root / ".amplify").symlink_to(elsewhere)
    with pytest.raises(UnsafeFolderProblem, match="is a link") as refused:
        private_folder(root / ".amplify/workbench")
    assert "rm " in str(refused.value)
    with pytest.raises(UserProblem, match="is a link"):
        lifecycle.start(root / ".amplify/local-cloud")
    assert write_crash_log(root / ".amplify/workbench", ValueError("x")) is None
    assert list(elsewhere.iterdir()) == []
    (root / ".amplify").unlink()
    private_folder(root / ".amplify")
    (root / ".amplify/workbench").symlink_to(elsewhere)
    with pytest.raises(UnsafeFolderProblem, match="workbench is a link"):
        private_folder(root / ".amplify/workbench/one")
    (root / ".amplify/log").symlink_to(elsewhere / "log")
    with pytest.raises(OSError, match="symbolic"):
        private_file(root / ".amplify/log")
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    with pytest.raises(UnsafeFolderProblem, match="belongs to another user") as refused:
        private_folder(root / ".amplify")
    assert "chown" in str(refused.value)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / ".amplify").touch()
    with pytest.raises(UnsafeFolderProblem, match="is not a folder"):
        private_folder(tmp_path / ".amplify/workbench")


def test_a_plain_folder_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out").chmod(0o755)
    private_folder(tmp_path / "out")
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o755


@pytest.mark.usefixtures("umask")
def test_the_outputs_have_the_key_and_are_private_unless_their_owner_opened_them(
    tmp_path: Path,
) -> None:
    file = tmp_path / "amplify_outputs.json"
    assert place_empty_outputs(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.unlink()
    assert write_outputs(file, {"version": "1"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    file.chmod(0o644)
    assert write_outputs(file, {"version": "2"})
    assert stat.S_IMODE(file.stat().st_mode) == 0o644


@pytest.mark.cloud
@pytest.mark.npm
def test_after_a_deployment_nothing_is_open_to_others(tmp_path: Path) -> None:
    root = tmp_path / "app"
    (root / "amplify").mkdir(parents=True)
    (root / "amplify/backend.py").write_text(BACKEND)
    before = os.umask(0)
    try:
        done = run_command(root, "sandbox", "--once", "--local")
        assert done.returncode == 0, done.stdout + done.stderr
        # Its log and state go on being written while it runs.
        assert open_to_others(root / ".amplify") == []
        assert stat.S_IMODE((root / "amplify_outputs.json").stat().st_mode) == 0o600
        assert loose(root / ".amplify/workbench") == []
        assert loose(root / ".amplify/local-cloud") == []
        if os.geteuid() == 0:
            _nobody_reads(root)
    finally:
        os.umask(before)
        lifecycle.stop(root / ".amplify/local-cloud")


def _nobody_reads(root: Path) -> None:
    """As another user, who may enter every folder above the project."""
    shut = [each for each in root.parents if each.stat().st_mode & 0o001 == 0]
    modes = {each: stat.S_IMODE(each.stat().st_mode) for each in (root, *shut)}
    for each, mode in modes.items():
        each.chmod(mode | 0o011)
    code = (
        "import os, sys; os.setgid(65534); os.setuid(65534); seen = os.listdir(sys.argv[1])\n"
        "for name in ('.amplify', '.amplify/workbench'):\n"
        "    try: os.listdir(os.path.join(sys.argv[1], name)); print('read', name)\n"
        "    except PermissionError: pass\n"
        "try: open(os.path.join(sys.argv[1], 'amplify_outputs.json')); print('read outputs')\n"
        "except PermissionError: pass\n"
        "print('tried', '.amplify' in seen)"
    )
    root.chmod(0o755)
    try:
        done = subprocess.run(
            [sys.executable, "-S", "-c", code, str(root)],
            capture_output=True, text=True, check=False, cwd="/",
        )  # fmt: skip
        assert done.stdout == "tried True\n", done.stdout + done.stderr
    finally:
        for each, mode in modes.items():
            each.chmod(mode)
