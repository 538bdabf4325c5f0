"""The table of damage: which state is there afterwards, what is said, and what is kept.

Most rows take over a state in this process as the server does it, without its socket; what the
commands say is asked of real processes below.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.state.recovery import Use, open_last_good
from workbench.localcloud.state.store import (
    FILE_NAME,
    FORMAT,
    PREVIOUS_NAME,
    Changes,
    DamagedStateError,
    NewerStateError,
    StateStore,
    UnreachableStateError,
)

Harm = Callable[[Path], None]


def _document(text: str) -> bytes:
    return json.dumps({"value": text, "filling": "x" * 20_000}).encode()


def _use(seen: dict[str, str]) -> Use:
    """Takes over documents as the emulator would: all of them, or none and says why."""

    def use(store: StateStore) -> None:
        found = {}
        for name, document in store.services().items():
            try:
                found[name] = json.loads(document)["value"]
            except (ValueError, KeyError, TypeError) as error:
                raise DamagedStateError(f"{name} is no state") from error
        seen.clear()
        seen.update(found)

    return use


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A state ``new`` whose copy of the last good start is ``old``."""
    folder = tmp_path / "state"
    folder.mkdir()
    store = StateStore(folder / FILE_NAME)
    services = {name: _document("old") for name in ("ssm", "iam", "cognito")}
    items = {("t", str(number), ""): b"{}" for number in range(500)}
    store.write(Changes(services, (), items))
    store.keep_copy()
    store.write(Changes({name: _document("new") for name in services}))
    store.close()
    return folder


def _garbage(at: int, count: int) -> Harm:
    def harm(path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(at)
            file.write(random.Random(at).randbytes(count))

    return harm


def _half(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _execute(statement: str) -> Harm:
    def harm(path: Path) -> None:
        with closing(sqlite3.connect(path)) as database, database:
            database.execute(statement)

    return harm


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()
    (path / "something").write_text("of somebody")


def _another_database(path: Path) -> None:
    path.unlink()
    _execute("CREATE TABLE other (a)")(path)


def _rewritten(text: str) -> Harm:
    def harm(path: Path) -> None:
        path.write_text(text)

    return harm


HARMS: dict[str, Harm] = {
    "no length": _rewritten(""),
    "half": _half,
    "garbage at the head": _garbage(0, 100),
    "garbage in the middle": _garbage(5_000, 3_000),
    "a text": _rewritten("Dear diary\n" * 900),
    "another database": _another_database,
    "a document that is no JSON": _execute(
        "UPDATE service SET document = '{\"a\": [' WHERE name = 'ssm'"
    ),
    "a document of another shape": _execute(
        "UPDATE service SET document = '[1, 2]' WHERE name = 'ssm'"
    ),
    "emptied": _execute("DELETE FROM service"),
    "a service removed": _execute("DELETE FROM service WHERE name = 'iam'"),
    "a table removed": _execute("DROP TABLE item"),
    "removed": Path.unlink,
    "a folder in its place": _folder,
}


def _kept(folder: Path) -> list[Path]:
    return sorted(folder.glob("damaged-*"))


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_the_last_good_state_is_taken_and_both_are_kept(saved: Path, harm: Harm) -> None:
    current, copy = saved / FILE_NAME, saved / PREVIOUS_NAME
    harm(current)
    good = _digest(copy)
    bad = _digest(current) if current.is_file() else None
    seen: dict[str, str] = {}
    store, damages = open_last_good(saved, _use(seen))
    assert seen == dict.fromkeys(("ssm", "iam", "cognito"), "old")
    assert store.service_names() == {"ssm", "iam", "cognito"}
    store.close()
    assert _digest(copy) == good
    (damage,) = damages
    assert "last good start" in damage.instead
    if harm is Path.unlink:
        assert not damage.kept
    else:
        assert Path(damage.kept).exists()
    if bad is not None:
        assert _digest(Path(damage.kept)) == bad


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_a_damaged_copy_harms_nothing(saved: Path, harm: Harm) -> None:
    harm(saved / PREVIOUS_NAME)
    seen: dict[str, str] = {}
    store, damages = open_last_good(saved, _use(seen))
    assert set(seen.values()) == {"new"}
    assert not damages
    store.close()


@pytest.mark.parametrize("harm", HARMS.values(), ids=HARMS.keys())
def test_where_both_are_damaged_both_are_kept_and_it_is_said(saved: Path, harm: Harm) -> None:
    for name in (FILE_NAME, PREVIOUS_NAME):
        harm(saved / name)
    seen: dict[str, str] = {}
    store, damages = open_last_good(saved, _use(seen))
    store.close()
    if harm in (HARMS["removed"], HARMS["a service removed"]):
        assert not damages  # nothing is left that could tell
        return
    assert not seen
    assert len(damages) == 2
    for damage in damages:
        assert "only-copy" in damage.kept
        assert Path(damage.kept).exists()


def test_a_newer_state_is_refused_and_nothing_is_moved(saved: Path) -> None:
    _execute(f"PRAGMA user_version = {FORMAT + 1}")(saved / FILE_NAME)
    before = {path.name: _digest(path) for path in saved.iterdir()}
    with pytest.raises(NewerStateError):
        open_last_good(saved, _use({}))
    assert {path.name: _digest(path) for path in saved.iterdir()} == before


def test_a_newer_copy_is_refused_before_anything_is_moved(saved: Path) -> None:
    (saved / FILE_NAME).write_bytes(b"")
    _execute(f"PRAGMA user_version = {FORMAT + 1}")(saved / PREVIOUS_NAME)
    with pytest.raises(NewerStateError):
        open_last_good(saved, _use({}))
    assert not _kept(saved)


def test_the_copy_is_found_after_many_damages_and_few_are_kept(saved: Path) -> None:
    for _ in range(9):
        (saved / FILE_NAME).write_bytes(b"")
        seen: dict[str, str] = {}
        store, damages = open_last_good(saved, _use(seen))
        store.close()
        assert set(seen.values()) == {"old"}
        assert Path(damages[0].kept).exists()
    assert len(_kept(saved)) == 5


def test_what_has_no_copy_is_never_deleted(saved: Path) -> None:
    for _ in range(9):
        (saved / FILE_NAME).write_bytes(b"mine")
        (saved / PREVIOUS_NAME).write_bytes(b"mine")
        open_last_good(saved, _use({}))[0].close()
    assert len(_kept(saved)) == 18


def test_the_copy_is_not_replaced_by_a_state_without_services(tmp_path: Path) -> None:
    seen: dict[str, str] = {}
    store, damages = open_last_good(tmp_path, _use(seen))
    assert not damages
    store.keep_copy()
    store.close()
    assert not (tmp_path / PREVIOUS_NAME).exists()


def test_a_state_of_another_user_is_neither_taken_nor_moved(saved: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("only root can become another user")
    with tempfile.TemporaryDirectory(dir="/tmp") as outside:
        folder = Path(outside) / "state"
        shutil.copytree(saved, folder)
        for path in (folder.parent, folder):
            path.chmod(0o777)
        (folder / FILE_NAME).chmod(0o600)
        child = os.fork()
        if not child:
            code = 1
            try:
                os.setuid(65534)
                open_last_good(folder, _use({}))
            except UnreachableStateError as error:
                code = 0 if "chmod" in error.next_step else 2
            finally:
                os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert not _kept(folder)


# -- what the commands say ------------------------------------------------------------------------


def _run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = "import sys; from workbench.cli.main import main; sys.exit(main())"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )


@pytest.fixture(scope="module")
def cloud_with_two_states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped local cloud with ``/one`` and ``/two``.

    The copy of its last good start has ``/one``.
    """
    project = tmp_path_factory.mktemp("project")
    (project / "amplify").mkdir()
    (project / "amplify" / "backend.ts").write_text("")
    (project / "package.json").write_text('{"name": "kept"}')
    folder = project / ".amplify" / "local-cloud"
    for name in ("/one", "/two"):
        clients = Clients(lifecycle.start(folder))
        clients.ssm.put_parameter(Name=name, Value="1", Type="String")
        lifecycle.stop(folder)
    return project


@pytest.fixture
def project(cloud_with_two_states: Path, tmp_path: Path) -> Path:
    copied = tmp_path / "project"
    shutil.copytree(cloud_with_two_states, copied)
    return copied


SAID_BY_START = {
    "no length": _rewritten(""),
    "a document that is no JSON": HARMS["a document that is no JSON"],
    "another shape inside": _execute(
        "UPDATE service SET document = "
        '\'{"__ministack_format__": 2, "payload": {"parameters": 7}}\' WHERE name = \'ssm\''
    ),
}


@pytest.mark.cloud
def test_a_state_of_a_release_that_kept_no_sessions_is_good(project: Path) -> None:
    folder = project / ".amplify" / "local-cloud"
    _execute(
        "INSERT OR REPLACE INTO service (name, document) VALUES "
        "('sts', '{\"__ministack_format__\": 2, \"payload\": {}}')"
    )(folder / "state" / FILE_NAME)
    try:
        clients = Clients(lifecycle.start(folder))
        assert not lifecycle.status(folder).damages
        assert not _kept(folder / "state")
        assert clients.ssm.describe_parameters()["Parameters"]
    finally:
        lifecycle.stop(folder)


@pytest.mark.cloud
@pytest.mark.parametrize("harm", SAID_BY_START.values(), ids=SAID_BY_START.keys())
def test_start_and_status_say_what_was_taken(project: Path, harm: Harm) -> None:
    folder = project / ".amplify" / "local-cloud"
    harm(folder / "state" / FILE_NAME)
    started = _run(project, "local", "start")
    try:
        assert started.returncode == 0
        kept = _kept(folder / "state")
        assert len(kept) == 1
        for said in (started.stderr, _run(project, "local", "status").stdout):
            assert "damaged" in said
            assert "last good start" in said
            assert str(kept[0]) in said
        document = json.loads(_run(project, "local", "status", "--json").stdout)
        assert document["damages"][0]["kept"] == str(kept[0])
        parameters = Clients(lifecycle.start(folder)).ssm.describe_parameters()["Parameters"]
        names = {parameter["Name"] for parameter in parameters}
        assert "/one" in names
    finally:
        lifecycle.stop(folder)
    assert not _run(project, "local", "start").stderr
    lifecycle.stop(folder)
    assert str(kept[0]) in _run(project, "local", "status").stdout


@pytest.mark.cloud
def test_start_refuses_a_newer_state(project: Path) -> None:
    folder = project / ".amplify" / "local-cloud"
    _execute("PRAGMA user_version = 99")(folder / "state" / FILE_NAME)
    before = _digest(folder / "state" / FILE_NAME)
    started = _run(project, "local", "start")
    assert started.returncode == 5
    assert "newer release of amplify-tui" in started.stderr
    assert "update amplify-tui" in started.stderr
    assert _digest(folder / "state" / FILE_NAME) == before
    assert not _kept(folder / "state")
