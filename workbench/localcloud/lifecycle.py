"""Start, stop and ask after a project's local cloud, from any process.

``state_dir`` is the project's ``.amplify/local-cloud`` throughout: ``server.json``, ``server.log``,
``lock`` and ``state/`` live in it.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.aws.target import LOCAL_REGION, LocalTarget
from workbench.damaged_files import Damage, damages_of
from workbench.localcloud import logfile, ports
from workbench.localcloud.environment import environment, server_environment
from workbench.localcloud.ports import choose_port, is_free
from workbench.localcloud.record import ServerRecord, read_record, write_record
from workbench.project.models import ProjectProblem
from workbench.project.node_runtime import find_node

__all__ = [
    "LocalCloudProblem",
    "LocalCloudStatus",
    "environment",
    "reset",
    "start",
    "status",
    "stop",
    "watch_health",
]

Say = Callable[[str], None]

NEWER_STATE_EXIT_CODE = 5
"""What commands end with where the saved state is of a newer release."""

_PATIENCE = 10.0
"""Seconds that a living server on a busy machine may take to answer before it is replaced."""


class LocalCloudProblem(Exception):  # noqa: N818 - a problem the user can mend
    """The local cloud cannot start or stop; the message says why, ``next_step`` what to do.

    ``exit_code`` is what a command ends with that meets it.
    """

    def __init__(
        self, what: str, next_step: str, details: tuple[str, ...] = (), exit_code: int = 1
    ) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step
        self.details = details
        self.exit_code = exit_code

    def __str__(self) -> str:
        return f"{self.what}\n  → {self.next_step}"


@dataclass(frozen=True, slots=True)
class LocalCloudStatus:
    """What is known of a local cloud; ``uptime`` is in seconds, ``endpoint`` empty before any start.

    ``unresponsive`` means that the process lives but does not answer. ``damages`` is what of its
    saved files could not be used at its start.
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
    say: Say = lambda _: None,
) -> LocalTarget:
    """Start the local cloud unless it runs already, wait until it answers, return where it is.

    The port is the remembered one, at first the one that the folder's path hashes to; where
    another program has it, the local cloud moves to a free one and ``say`` tells so, as it tells of
    saved files that were found damaged. ``port`` asks for one port and no other. ``node`` is the executable that Lambda functions run with; without
    it the one on PATH, else the bundled one. Raises :class:`LocalCloudProblem`.
    """
    state_dir = state_dir.resolve()
    if port is not None and not ports.is_ours(port):
        raise LocalCloudProblem(
            f"port {port} is not for the local cloud", "choose one between 1024 and 65535"
        )
    current = status(state_dir)
    if current.running:
        return _running(current, port, say)
    state_dir.mkdir(parents=True, exist_ok=True)
    state_dir.chmod(0o700)
    with _one_starter(state_dir):
        current = status(state_dir)
        if current.running:
            return _running(current, port, say)
        if current.state == "unresponsive":
            if current.port and _health(current.port, timeout=_PATIENCE) is not None:
                return _running(current, port, say)
            stop(state_dir)
        chosen = _port_for(state_dir, port, say)
        return _spawn(state_dir, chosen, node or _node(), timeout, say)


def _running(current: LocalCloudStatus, port: int | None, say: Say) -> LocalTarget:
    if port not in (None, current.port):
        raise LocalCloudProblem(
            f"the local cloud already runs at port {current.port}",
            f"stop it first (amplify-tui local stop), then start it with --port {port}",
        )
    for damage in current.damages:
        say(str(damage))
    return LocalTarget(current.endpoint)


def stop(state_dir: Path, *, timeout: float = 20.0) -> bool:
    """Stop it cleanly and wait for its end; returns whether it ran.

    Raises :class:`LocalCloudProblem` where it does not end in ``timeout`` seconds.
    """
    state_dir = state_dir.resolve()
    pid = _lock_owner(state_dir)
    if not pid:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + timeout
    while _is_locked(state_dir):
        if time.monotonic() > deadline:
            raise LocalCloudProblem(
                f"the local cloud (process {pid}) does not stop",
                f"look into {state_dir / logfile.FILE_NAME}, then end it with: kill -9 {pid}",
            )
        time.sleep(0.02)
    return True


def status(state_dir: Path) -> LocalCloudStatus:
    """What the local cloud of ``state_dir`` is doing now; never starts anything."""
    state_dir = state_dir.resolve()
    log = state_dir / logfile.FILE_NAME
    record = read_record(state_dir)
    if record is None:
        return LocalCloudStatus("unresponsive" if _is_locked(state_dir) else "stopped", log=log)
    endpoint = _endpoint(record.port)
    health = _health(record.port)
    if health is not None and health.get("state_dir") == str(state_dir):
        return LocalCloudStatus(
            "running",
            endpoint=endpoint,
            port=record.port,
            pid=int(str(health.get("pid", 0))),
            uptime=float(str(health.get("uptime", 0.0))),
            version=str(health.get("version", "")),
            project_dir=str(health.get("project_dir", "")),
            log=log,
            damages=damages_of(health.get("damages")),
        )
    locked = _is_locked(state_dir)
    return LocalCloudStatus(
        "unresponsive" if locked else "stopped",
        endpoint=endpoint,
        port=record.port,
        pid=_lock_owner(state_dir) if locked else 0,
        log=log,
    )


def reset(state_dir: Path, *, say: Say = lambda _: None) -> LocalTarget | None:
    """Forget everything the local cloud holds; starts it again where it ran. The port stays."""
    state_dir = state_dir.resolve()
    ran = stop(state_dir)
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(state_dir / "state")
    return start(state_dir, say=say) if ran else None


async def watch_health(
    state_dir: Path, *, interval: float = 2.0
) -> AsyncIterator[LocalCloudStatus]:
    """Yield the status now and then whenever its state or process changes; never ends by itself."""
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
    log = state_dir / logfile.FILE_NAME
    logfile.trim_log(log)
    with log.open("ab") as output:
        # Own session: it outlives the terminal. -P: a folder named like one of our packages in
        # the current folder must not shadow ours.
        process = subprocess.Popen(
            [
                sys.executable,
                "-P",
                "-m",
                "workbench.localcloud.server",
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
    write_record(state_dir, ServerRecord(port, process.pid, time.time()))
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        health = _health(port, timeout=0.5)
        if health is not None and health.get("pid") == process.pid:
            for damage in damages_of(health.get("damages")):
                say(str(damage))
            return LocalTarget(_endpoint(port), LOCAL_REGION)
        if process.poll() is not None:
            raise _did_not_start(process.returncode, port, log)
        time.sleep(0.02)
    process.terminate()
    raise LocalCloudProblem(
        f"the local cloud did not answer within {timeout:.0f} s",
        f"look into {log}",
        logfile.last_lines(log),
    )


def _node() -> Path | None:
    """The bundled Node where PATH has none; asking any Node for its version costs 0.1 s."""
    if shutil.which("node"):
        return None
    try:
        return find_node().executable
    except ProjectProblem:
        return None


def _did_not_start(code: int, port: int, log: Path) -> LocalCloudProblem:
    from workbench.localcloud.server import (
        EXIT_LOCKED,
        EXIT_NEWER_STATE,
        EXIT_PORT_TAKEN,
        EXIT_UNREACHABLE_STATE,
        EXIT_UNSUPPORTED,
    )

    lines = logfile.last_lines(log)
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
        f"the local cloud ended while starting (exit code {code})", f"look into {log}", lines
    )


def _health(port: int, timeout: float = 2.0) -> dict[str, object] | None:
    from workbench.localcloud.gateway import HEALTH_PATH

    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", HEALTH_PATH)
        response = connection.getresponse()
        document = json.loads(response.read()) if response.status == 200 else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()
    return document if isinstance(document, dict) else None


def _is_locked(state_dir: Path) -> bool:
    try:
        with (state_dir / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _lock_owner(state_dir: Path) -> int:
    """The process that holds the folder, 0 where none does."""
    if not _is_locked(state_dir):
        return 0
    try:
        return int((state_dir / "lock").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


@contextlib.contextmanager
def _one_starter(state_dir: Path) -> Iterator[None]:
    """Two terminals that start at once: the second waits, then finds it running."""
    with (state_dir / "start.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
