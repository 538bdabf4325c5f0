"""Starts, stops and checks a project's local cloud, from any process.

``state_dir`` is the project's ``.amplify/local-cloud`` throughout: ``server.json``, ``server.log``,
``lock`` and ``state/`` live in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.aws.local_keys import read_keys
from workbench.aws.target import LOCAL_REGION, LocalTarget
from workbench.damaged_files import Damage, damages_of, put_aside
from workbench.localcloud import client, contract, log_file, ports, server_process
from workbench.localcloud import server_file as record_file
from workbench.localcloud.env_vars import environment, server_environment
from workbench.localcloud.ports import choose_port, is_free
from workbench.localcloud.server_file import ServerRecord, read_record, write_record
from workbench.model.user_problem import UserProblem
from workbench.private_files import private_file, private_folder
from workbench.project.node_runtime import find_node

__all__ = [
    "LocalCloudProblem",
    "LocalCloudStatus",
    "environment",
    "reset",
    "start",
    "status",
    "stop",
    "target_of",
    "watch_health",
]

Say = Callable[[str], None]

NEWER_STATE_EXIT_CODE = 5
"""What commands end with where the saved state is of a newer release."""

_LEAST_ROOM = 256 * 1024
"""Bytes without which nothing can start, nor say in the log why."""

_LAST_CHANCE = 5.0
"""Seconds to end cleanly for one that has not answered for longer than anything should take."""


class LocalCloudProblem(UserProblem):
    """The local cloud cannot start or stop."""

    def __init__(
        self, what: str, next_step: str, details: tuple[str, ...] = (), exit_code: int = 1
    ) -> None:
        super().__init__(what, next_step, details=details, exit_code=exit_code)


@dataclass(frozen=True, slots=True)
class LocalCloudStatus:
    """The state of a local cloud; ``uptime`` is in seconds, ``endpoint`` empty before any start.

    ``unresponsive`` means that the process lives but does not answer. ``damages`` is what of its
    saved files could not be used at its start, ``unsaved`` why its state cannot be saved now.
    """

    state: Literal["running", "stopped", "unresponsive"]
    endpoint: str = ""
    port: int = 0
    pid: int = 0
    uptime: float = 0.0
    version: str = ""
    project_dir: str = ""
    log: Path = Path()
    damages: tuple[Damage, ...] = ()
    unsaved: str = ""

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self.state == "running"


def start(
    state_dir: Path,
    *,
    port: int | None = None,
    node: Path | None = None,
    timeout: float = 30.0,
    patience: float = 40.0,
    say: Say = lambda _: None,
) -> LocalTarget:
    """Start the local cloud unless it runs already, wait until it answers, return where it is.

    The port is the remembered one, at first the one that the folder's path hashes to; where
    another program has it, the local cloud moves to a free one and ``say`` tells so, as it tells of
    saved files that were found damaged. ``port`` asks for one port and no other.
    ``node`` is the executable that Lambda functions run with; without it the one on PATH, else the
    bundled one. One that runs but does not answer is waited for ``patience`` seconds, then
    replaced. Raises :class:`LocalCloudProblem`.
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
        return _running(current, state_dir, port, say)
    with _one_starter(state_dir):
        current = status(state_dir)
        if current.running:
            return _running(current, state_dir, port, say)
        if current.state == "unresponsive":
            current = _wait_for(state_dir, current, patience, say)
            if current.running:
                return _running(current, state_dir, port, say)
            stop(state_dir, timeout=_LAST_CHANCE, say=say)
        _put_damaged_record_aside(state_dir, say)
        chosen = _port_for(state_dir, port, say)
        return _spawn(state_dir, chosen, node or _node(), timeout, say)


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


def target_of(current: LocalCloudStatus, state_dir: Path) -> LocalTarget:
    """Where a running local cloud is, with its key."""
    return LocalTarget(current.endpoint, keys=read_keys(state_dir))


def _running(current: LocalCloudStatus, state_dir: Path, port: int | None, say: Say) -> LocalTarget:
    if port not in (None, current.port):
        raise LocalCloudProblem(
            f"the local cloud already runs at port {current.port}",
            f"stop it first (amplify-tui local stop), then start it with --port {port}",
        )
    for damage in current.damages:
        say(str(damage))
    if current.unsaved:
        say(unsaved_words(current))
    return target_of(current, state_dir)


def stop(state_dir: Path, *, timeout: float = 20.0, say: Say = lambda _: None) -> bool:
    """Stop it and wait for its end; returns whether it ran.

    One that has not ended after ``timeout`` seconds is killed, and ``say`` tells so. What it had
    saved until then, all but its last second, stays. Raises :class:`LocalCloudProblem`.
    """
    state_dir = state_dir.resolve()
    found = _holder(state_dir)
    if found is None:
        return False
    if not found.pid:
        if server_process.becomes_free(state_dir, _LAST_CHANCE):
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


def status(state_dir: Path) -> LocalCloudStatus:
    """What the local cloud of ``state_dir`` is doing now; never starts anything."""
    state_dir = state_dir.resolve()
    log = state_dir / log_file.FILE_NAME
    record = read_record(state_dir)
    found = _holder(state_dir)
    port = found.port if found and found.port else record.port if record else 0
    if not port:
        return LocalCloudStatus("stopped" if found is None else "unresponsive", log=log)
    health = _health(port, state_dir)
    if health is not None and health.get("state_dir") == str(state_dir):
        return LocalCloudStatus(
            "running",
            endpoint=_endpoint(port),
            port=port,
            pid=int(str(health.get("pid", 0))),
            uptime=float(str(health.get("uptime", 0.0))),
            version=str(health.get("version", "")),
            project_dir=str(health.get("project_dir", "")),
            log=log,
            damages=damages_of(health.get("damages")),
            unsaved=str(health.get("unsaved", "")),
        )
    return LocalCloudStatus(
        "stopped" if found is None else "unresponsive",
        endpoint=_endpoint(port),
        port=port,
        pid=found.pid if found else 0,
        log=log,
    )


def _holder(state_dir: Path) -> server_process.Holder | None:
    try:
        return server_process.holder(state_dir)
    except OSError as error:
        lock = state_dir / server_process.LOCK_NAME
        raise LocalCloudProblem(
            f"{lock} cannot be opened ({error.strerror})",
            f"make it yours again (chmod u+rw {lock}), or move it away",
        ) from error


def reset(state_dir: Path, *, say: Say = lambda _: None) -> LocalTarget | None:
    """Delete everything the local cloud holds; restarts it if it ran. The port stays."""
    state_dir = state_dir.resolve()
    ran = stop(state_dir, say=say)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(state_dir / "state")
    return start(state_dir, say=say) if ran else None


def unsaved_words(now: LocalCloudStatus) -> str:
    """A warning that the state cannot be saved."""
    return (
        f"The local cloud's state cannot be saved ({now.unsaved}). It is kept in memory and saved "
        "as soon as that works again; changes until then are lost if it ends before. Check whether "
        f"the disk of {now.log.parent} is full or read-only."
    )


async def watch_health(
    state_dir: Path, *, interval: float = 2.0
) -> AsyncIterator[LocalCloudStatus]:
    """Yield the status now, and whenever its state or process changes; never ends."""
    last: tuple[str, int] | None = None
    while True:
        current = await asyncio.to_thread(status, state_dir)
        if (current.state, current.pid) != last:
            last = (current.state, current.pid)
            yield current
        await asyncio.sleep(interval)


def _endpoint(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def _port_for(state_dir: Path, wanted: int | None, say: Say) -> int:
    record = read_record(state_dir)
    remembered = record.port if record else None
    port = wanted if wanted is not None else remembered
    if port is not None and is_free(port):
        return port
    if wanted is not None:
        raise LocalCloudProblem(
            f"port {wanted} is taken by another program", "choose another port, or leave it out"
        )
    chosen = choose_port(state_dir)
    if remembered is not None:
        say(
            f"Port {remembered} is taken by another program: the local cloud moves to {chosen}. "
            "Deploy once more so that amplify_outputs.json names the new address."
        )
    return chosen


def _spawn(state_dir: Path, port: int, node: Path | None, timeout: float, say: Say) -> LocalTarget:
    log = state_dir / log_file.FILE_NAME
    log_file.trim_log(log)
    private_file(log)
    with log.open("ab") as output:
        # Own session: it outlives the terminal. -P: a folder named like one of our packages in
        # the current folder must not shadow ours.
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "workbench.localcloud.server.main",
                "--state-dir",
                str(state_dir),
                "--port",
                str(port),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=state_dir,
            env=server_environment(os.environ, node),
            start_new_session=True,
        )
    try:
        write_record(state_dir, ServerRecord(port, process.pid, time.time()))
        health = _wait_for_answer(process, port, state_dir, timeout)
    except BaseException:
        # Whoever is told that it did not start must not find it running.
        process.terminate()
        try:
            process.wait(timeout=_LAST_CHANCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    for damage in damages_of(health.get("damages")):
        say(str(damage))
    return LocalTarget(_endpoint(port), LOCAL_REGION, keys=read_keys(state_dir))


def _wait_for_answer(
    process: subprocess.Popen[bytes], port: int, state_dir: Path, timeout: float
) -> dict[str, object]:
    log = state_dir / log_file.FILE_NAME
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        health = _health(port, state_dir, timeout=0.5)
        if health is not None and health.get("pid") == process.pid:
            return health
        if process.poll() is not None:
            raise _did_not_start(process.returncode, port, log)
        time.sleep(0.02)
    raise LocalCloudProblem(
        f"the local cloud did not answer within {timeout:.0f} s",
        f"see {log}",
        details=log_file.last_lines(log),
    )


def _node() -> Path | None:
    """The bundled Node where PATH has none; asking any Node for its version costs 0.1 s."""
    if shutil.which("node"):
        return None
    try:
        return find_node().executable
    except UserProblem:
        return None


def _did_not_start(code: int, port: int, log: Path) -> LocalCloudProblem:
    from workbench.localcloud.contract import (
        EXIT_LOCKED,
        EXIT_NEWER_STATE,
        EXIT_PORT_TAKEN,
        EXIT_UNREACHABLE_STATE,
        EXIT_UNSUPPORTED,
    )

    lines = log_file.last_lines(log)
    if shutil.disk_usage(log.parent).free < _LEAST_ROOM:
        return LocalCloudProblem(
            f"the local cloud cannot start: the disk of {log.parent} is full",
            "free some space, then start again; saved data is kept",
        )
    if code == EXIT_LOCKED:
        return LocalCloudProblem(
            "another process of the local cloud holds this project's state",
            "wait until it has ended, then start again",
            lines,
        )
    if code == EXIT_PORT_TAKEN:
        return LocalCloudProblem(
            f"port {port} is taken by another program", "start again: it moves to a free port"
        )
    if code == EXIT_NEWER_STATE:
        return LocalCloudProblem(
            f"the local cloud's state in {log.parent / 'state'} was written by a newer release of "
            "amplify-tui",
            "update amplify-tui, or move that folder away to begin with an empty local cloud",
            exit_code=NEWER_STATE_EXIT_CODE,
        )
    if code == EXIT_UNREACHABLE_STATE and len(lines) > 1:
        return LocalCloudProblem(lines[-2], lines[-1])
    if code == EXIT_UNSUPPORTED and lines:
        return LocalCloudProblem(lines[-1], "then start again")
    return LocalCloudProblem(
        f"the local cloud ended while starting (exit code {code})", f"see {log}", lines
    )


def _health(port: int, state_dir: Path, timeout: float = 2.0) -> dict[str, object] | None:
    try:
        answer = client.ask(
            _endpoint(port) + contract.HEALTH_PATH, read_keys(state_dir), timeout=timeout
        )
    except OSError:
        return None
    return answer.document or None if answer.status == 200 else None


@contextlib.contextmanager
def _one_starter(state_dir: Path) -> Iterator[None]:
    """Two terminals that start at once: the second waits, then finds it running."""
    with private_file(state_dir / "start.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
