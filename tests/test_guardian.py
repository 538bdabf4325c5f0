"""Nothing outlives its owner: idle, busy, with children of its own, or out of its group."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.guardian import Guardian, end_leftovers
from workbench.guardian_process import end_group, start_time

OWNER = """
import os, subprocess, sys, time
from pathlib import Path
from workbench.guardian import Guardian

guardian = Guardian(Path(sys.argv[1]))
children = []
for code in sys.argv[2:]:
    child = subprocess.Popen([sys.executable, "-c", code], env=guardian.environment(os.environ),
                             start_new_session=True, stdout=subprocess.PIPE)
    guardian.watch(child.pid)
    children += [child.pid, *map(int, child.stdout.readline().split())]
print(*children, guardian._process.pid, flush=True)
time.sleep(60)
"""
BUSY = "print(flush=True)\nwhile True: pass"
IGNORES = (
    "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
)
PARENT = """
import subprocess, sys, time
inside = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
asleep = [sys.executable, "-c", "import time; time.sleep(60)"]
away = subprocess.Popen(asleep, start_new_session=True)
print(inside.pid, away.pid, flush=True)
time.sleep(60)
"""


def _own(ledger: Path, *codes: str) -> tuple[subprocess.Popen[str], list[int]]:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, str(ledger), *codes], stdout=subprocess.PIPE, text=True
    )
    assert owner.stdout is not None
    return owner, [int(word) for word in owner.stdout.readline().split()]


def _running(pids: list[int]) -> list[int]:
    return [pid for pid in pids if start_time(pid)]


def _end(owner: subprocess.Popen[str], number: int) -> None:
    owner.send_signal(number)
    owner.wait()
    assert owner.stdout is not None
    owner.stdout.close()


def _gone(pids: list[int], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while _running(pids) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not _running(pids)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_children_end_with_their_owner_however_it_ends(tmp_path: Path, number: int) -> None:
    owner, pids = _own(tmp_path / "ledger", BUSY, IGNORES, PARENT)
    assert len(_running(pids)) == 6
    _end(owner, number)
    if not Path("/proc/self/environ").exists():  # nothing tells who left the group there
        del pids[-2]
    assert _gone(pids)


def test_the_next_owner_ends_what_is_left_where_the_guardian_was_killed_too(
    tmp_path: Path,
) -> None:
    ledger = tmp_path / "ledger"
    owner, pids = _own(ledger, BUSY, PARENT)
    *pids, guardian = pids
    os.kill(guardian, signal.SIGKILL)
    _end(owner, signal.SIGKILL)
    assert len(_running(pids)) == len(pids)
    Guardian(ledger)
    assert _gone(pids)
    assert not ledger.exists()


def test_a_guardian_that_was_killed_is_replaced(tmp_path: Path) -> None:
    guardian = Guardian(tmp_path / "ledger")
    children = []
    for _ in range(2):
        child = subprocess.Popen(
            [sys.executable, "-c", IGNORES],
            env=guardian.environment(os.environ),
            start_new_session=True,
            stdout=subprocess.DEVNULL,
        )
        guardian.watch(child.pid)
        children.append(child)
        assert guardian._process is not None
        guardian._process.kill()
        guardian._process.wait()
    guardian.end_all()
    assert [child.wait() for child in children] == [-signal.SIGKILL] * 2


def test_a_number_that_names_another_process_by_now_is_left_alone(tmp_path: Path) -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True
    )
    try:
        assert not end_group(other.pid, "1")
        ledger = tmp_path / "ledger"
        ledger.write_text(json.dumps({"mark": "none", "groups": {str(other.pid): "1"}}))
        end_leftovers(ledger)
        assert start_time(other.pid)
    finally:
        other.kill()
        other.wait()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"mark": 1, "groups": {"x": 1}}'])
def test_a_damaged_ledger_ends_nothing(tmp_path: Path, content: str) -> None:
    ledger = tmp_path / "ledger"
    ledger.write_text(content)
    end_leftovers(ledger)
    assert ledger.read_text() == content, "what cannot be read is left as it is"
