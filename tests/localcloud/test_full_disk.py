"""A disk without room.

Said in plain words, nothing lost, and saved as soon as there is room again.
"""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.model.system_problem import system_problem

pytestmark = pytest.mark.cloud


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = os.getuid() == 0 and sys.platform == "linux"
    if mounted:
        command = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
        mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    if not mounted:
        pytest.skip("a disk of 12 MB can be mounted by root on Linux only")
    yield folder
    lifecycle.stop(folder / "local-cloud")
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    filling = folder / "filling"
    with filling.open("wb", buffering=0) as file:
        for size in (65_536, 512, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return filling


def _until(state_dir: Path, *, unsaved: bool) -> str:
    deadline = time.monotonic() + 30
    while bool(lifecycle.status(state_dir).unsaved) is not unsaved and time.monotonic() < deadline:
        time.sleep(0.05)
    return lifecycle.status(state_dir).unsaved


def test_what_is_written_meanwhile_is_saved_once_there_is_room(small_disk: Path) -> None:
    state_dir = small_disk / "local-cloud"
    clients = Clients(lifecycle.start(state_dir))
    time.sleep(1)
    filling = _fill(small_disk)
    clients.ssm.put_parameter(Name="/meanwhile", Value="x" * 4000, Type="String")
    assert "full" in _until(state_dir, unsaved=True)
    said: list[str] = []
    lifecycle.start(state_dir, say=said.append)
    assert "cannot be saved" in said[0]
    filling.unlink()
    assert _until(state_dir, unsaved=False) == ""
    os.kill(lifecycle.status(state_dir).pid, signal.SIGKILL)
    clients = Clients(lifecycle.start(state_dir))
    assert clients.ssm.get_parameter(Name="/meanwhile")["Parameter"]["Value"] == "x" * 4000


def test_a_start_without_room_says_so_and_moves_nothing(small_disk: Path) -> None:
    state_dir = small_disk / "local-cloud"
    clients = Clients(lifecycle.start(state_dir))
    clients.ssm.put_parameter(Name="/kept", Value="1", Type="String")
    lifecycle.stop(state_dir)
    filling = _fill(small_disk)
    with pytest.raises((lifecycle.LocalCloudProblem, OSError)) as caught:
        lifecycle.start(state_dir, timeout=60)
    problem = system_problem(caught.value) or caught.value
    assert "full" in str(problem)
    assert not list(state_dir.rglob("damaged-*"))
    filling.unlink()
    clients = Clients(lifecycle.start(state_dir))
    assert clients.ssm.get_parameter(Name="/kept")["Parameter"]["Value"] == "1"


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/p/file"), "full"),
        (OSError(errno.EROFS, "Read-only file system"), "read-only"),
        (PermissionError(errno.EACCES, "Permission denied"), "may not be read"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (MemoryError(), "memory"),
    ],
)
def test_what_the_system_refuses_is_named(error: BaseException, word: str) -> None:
    wrapped = RuntimeError("somewhere above")
    wrapped.__cause__ = error
    for each in (error, wrapped):
        problem = system_problem(each)
        assert problem is not None
        assert word in str(problem)
        assert problem.next_step


def test_other_errors_stay_what_they_are() -> None:
    assert system_problem(FileNotFoundError(errno.ENOENT, "No such file")) is None
    assert system_problem(ValueError()) is None
    assert system_problem(sqlite3.ProgrammingError()) is None
