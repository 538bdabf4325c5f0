"""Starts, stops and checks a project's local cloud, from any process.

``state_dir`` is the project's ``.amplify/local-cloud`` throughout: ``server.json``, ``server.log``,
``lock`` and ``state/`` live in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from workbench.aws.target import LocalTarget
from workbench.damaged_files import Damage, put_aside
from workbench.front_end.written import refresh
from workbench.localcloud import client, contract, ports, server_process
from workbench.localcloud import server_file as record_file
from workbench.localcloud.server_file import read_record
from workbench.localcloud.server_start import LAST_CHANCE, Say, bundled_node, port_for, spawn
from workbench.localcloud.server_status import (
    LocalCloudProblem,
    LocalCloudStatus,
    holder_of,
    status,
    target_of,
    unsaved_words,
    watch_health,
)
from workbench.printed_commands import amplify_tui
from workbench.private_files import FOLDER_NAME, private_file, private_folder

__all__ = [
    "LocalCloudProblem",
    "LocalCloudStatus",
    "reset",
    "start",
    "status",
    "stop",
    "target_of",
    "unsaved_words",
    "watch_health",
]


def start(
    state_dir: Path,
    *,
    port: int | None = None,
    node: Path | None = None,
    timeout: float = 30.0,
    patience: float = 40.0,
    iam: bool | None = None,
    say: Say = lambda _: None,
) -> LocalTarget:
    """Start the local cloud unless it runs already, wait until it answers, return where it is.

    The port is the saved one; at first, the one that the folder's path hashes to. If another
    program has it, the local cloud moves to a free one. ``say`` reports that, and saved files that
    were found damaged. ``port`` asks for one port and no other. ``node`` is the executable that
    Lambda functions run with; without it the one on PATH, else the bundled one. One that runs but
    does not answer is waited for ``patience`` seconds, then replaced. ``iam`` turns IAM on or off,
    also where it runs already; without it one that runs stays as it is, another starts with. Raises
    :class:`LocalCloudProblem`.
    """
    # Before links are followed: one in place of .amplify is refused.
    private_folder(state_dir).chmod(0o700)
    state_dir = state_dir.resolve()
    if port is not None and not ports.is_ours(port):
        raise LocalCloudProblem(
            f"port {port} is not for the local cloud", "choose one between 1024 and 65535"
        )
    current = status(state_dir)
    if current.running:
        return _running(current, state_dir, port, say, iam)
    with _one_starter(state_dir):
        current = status(state_dir)
        if current.running:
            return _running(current, state_dir, port, say, iam)
        if current.state == "unresponsive":
            current = _wait_for(state_dir, current, patience, say)
            if current.running:
                return _running(current, state_dir, port, say, iam)
            stop(state_dir, timeout=min(LAST_CHANCE, patience), say=say)
        _put_damaged_record_aside(state_dir, say)
        chosen = port_for(state_dir, port, say)
        found = node or bundled_node()
        target = spawn(state_dir, chosen, found, timeout, say, iam=iam is not False)
        if state_dir.parent.name == FOLDER_NAME:
            try:
                refresh(state_dir.parents[1], target.endpoint, target.region)
            except OSError as error:
                say(f"The files of the front end could not be written: {error}")
        return target


def _wait_for(
    state_dir: Path, current: LocalCloudStatus, patience: float, say: Say
) -> LocalCloudStatus:
    """One that is only busy answers in the end: it is waited for, not ended."""
    if server_process.becomes_free(state_dir, min(1.0, patience)):
        return status(state_dir)  # it was just ending
    say(f"The local cloud (process {current.pid}) is busy and does not answer; waiting for it.")
    deadline = time.monotonic() + patience
    while current.state == "unresponsive" and time.monotonic() < deadline:
        time.sleep(0.1)
        current = status(state_dir)
    if current.state == "unresponsive":
        say(f"It did not answer for {patience:.0f} s; restarting it.")
    return current


def _put_damaged_record_aside(state_dir: Path, say: Say) -> None:
    file = state_dir / record_file.FILE_NAME
    if not file.exists() or read_record(state_dir) is not None:
        return
    kept = put_aside(file)
    damage = Damage(
        "The saved port of the local cloud",
        "its content is damaged",
        "The default port of this folder is used.",
        str(kept or ""),
    )
    say(str(damage))


def _running(
    current: LocalCloudStatus, state_dir: Path, port: int | None, say: Say, iam: bool | None
) -> LocalTarget:
    if port not in (None, current.port):
        stop = amplify_tui("local", "stop")
        start = amplify_tui("local", "start", "--port", str(port))
        raise LocalCloudProblem(
            f"the local cloud already runs at port {current.port}",
            f"stop it first (`{stop}`), then start it with `{start}`",
        )
    for damage in current.damages:
        say(str(damage))
    if current.unsaved:
        say(unsaved_words(current))
    target = target_of(current, state_dir)
    if iam is not None and iam is not current.iam:
        _switch(target, on=iam)
    return target


def _switch(target: LocalTarget, *, on: bool) -> None:
    try:
        answer = client.ask(
            target.endpoint + contract.IAM_PATH, target.keys, document={"enforced": on}
        )
    except OSError as error:
        raise LocalCloudProblem(
            f"IAM could not be turned {'on' if on else 'off'}: {error}", "try again"
        ) from error
    if answer.status != 200:
        raise LocalCloudProblem(
            f"IAM could not be turned {'on' if on else 'off'}: {answer.refusal}", "try again"
        )


def stop(state_dir: Path, *, timeout: float = 20.0, say: Say = lambda _: None) -> bool:
    """Stop it and wait for its end; returns whether it ran.

    One that has not ended after ``timeout`` seconds is killed, and ``say`` tells so. What it had
    saved until then, all but its last second, stays. Raises :class:`LocalCloudProblem`.
    """
    state_dir = state_dir.resolve()
    found = holder_of(state_dir)
    if found is None:
        return False
    if not found.pid:
        if server_process.becomes_free(state_dir, LAST_CHANCE):
            return True
        raise LocalCloudProblem(
            f"an unknown process holds {state_dir / server_process.LOCK_NAME}",
            f"find it with: fuser {state_dir / server_process.LOCK_NAME}",
        )
    if server_process.ask_to_end(found.pid, state_dir, timeout):
        return True
    say(
        f"The local cloud (process {found.pid}) did not stop within {timeout:.0f} s, so it was "
        "killed. What it saved is kept; the writes of its last second may be lost."
    )
    if not server_process.kill(found.pid, state_dir):
        raise LocalCloudProblem(
            f"the local cloud (process {found.pid}) cannot be killed",
            "check whether it waits for a disk or network share that is no longer there",
        )
    return True


def reset(state_dir: Path, *, say: Say = lambda _: None) -> LocalTarget | None:
    """Delete everything the local cloud holds; restarts it if it ran. The port stays."""
    state_dir = state_dir.resolve()
    ran = stop(state_dir, say=say)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(state_dir / "state")
    return start(state_dir, say=say) if ran else None


@contextlib.contextmanager
def _one_starter(state_dir: Path) -> Iterator[None]:
    """Two terminals that start at once: the second waits, then finds it running."""
    with private_file(state_dir / "start.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
