from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from workbench.ownership import acquire, owner, owners_on_local_cloud, wait_to_own

HOLD = """
import sys, time
from pathlib import Path
from workbench.ownership import acquire
held = acquire(Path(sys.argv[1]))
print("held" if held else "refused", flush=True)
time.sleep(60)
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_one_process_owns_and_says_who_it_is(tmp_path: Path) -> None:
    assert owner(tmp_path) is None
    process = holder(tmp_path)
    try:
        assert acquire(tmp_path) is None
        who = owner(tmp_path)
        assert who is not None
        assert who.pid == process.pid
        assert abs(who.started - time.time()) < 60
    finally:
        process.kill()
        process.wait()


def test_a_killed_owner_leaves_nothing_behind(tmp_path: Path) -> None:
    process = holder(tmp_path)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert owner(tmp_path) is None
    mine = acquire(tmp_path)
    assert mine is not None
    assert acquire(tmp_path) is None
    mine.release()
    mine.release()
    again = acquire(tmp_path)
    assert again is not None
    again.release()


async def test_the_next_one_owns_as_soon_as_the_owner_is_killed(tmp_path: Path) -> None:
    process = holder(tmp_path)
    waiting = asyncio.create_task(wait_to_own(tmp_path))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    process.kill()
    process.wait()
    mine = await asyncio.wait_for(waiting, 5)
    who = owner(tmp_path)
    assert who is not None
    assert who.pid == os.getpid()
    mine.release()


async def test_a_cancelled_wait_gives_the_lock_back(tmp_path: Path) -> None:
    process = holder(tmp_path)
    waiting = asyncio.create_task(wait_to_own(tmp_path))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    process.kill()
    process.wait()
    async with asyncio.timeout(5):
        while (mine := acquire(tmp_path)) is None:  # noqa: ASYNC110 - a file lock sends no event
            await asyncio.sleep(0.02)
    mine.release()


def test_only_sandboxes_of_the_local_cloud_use_it(tmp_path: Path) -> None:
    held = [
        acquire(tmp_path / name / target)
        for name, target in (
            ("me", "local"),
            ("ann", "111122223333-us-east-1"),
            ("amplify-app-main-branch-0123456789", "local"),
        )
    ]
    assert None not in held
    assert list(owners_on_local_cloud(tmp_path)) == ["amplify-app-main-branch-0123456789", "me"]
    for each in held:
        assert each is not None
        each.release()
    assert owners_on_local_cloud(tmp_path) == {}
