"""Starts the local cloud's server process, waits until it answers, and explains why it did not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from workbench.aws.local_keys import read_keys
from workbench.aws.target import LOCAL_REGION, LocalTarget
from workbench.damaged_files import damages_of
from workbench.localcloud import log_file
from workbench.localcloud.contract import (
    EXIT_LOCKED,
    EXIT_NEWER_STATE,
    EXIT_PORT_TAKEN,
    EXIT_UNREACHABLE_STATE,
    EXIT_UNSUPPORTED,
)
from workbench.localcloud.env_vars import server_environment
from workbench.localcloud.ports import choose_port, is_free
from workbench.localcloud.server_file import ServerRecord, read_record, write_record
from workbench.localcloud.server_status import LocalCloudProblem, endpoint_of, health_of
from workbench.model.user_problem import UserProblem
from workbench.private_files import private_file
from workbench.project.node_runtime import find_node

Say = Callable[[str], None]

NEWER_STATE_EXIT_CODE = 5
"""The exit code of commands if the saved state is of a newer release."""

LAST_CHANCE = 5.0
"""Seconds to end cleanly for one that has not answered for longer than anything should take."""

_LEAST_ROOM = 256 * 1024
"""Bytes without which nothing can start, nor say in the log why."""


def port_for(state_dir: Path, wanted: int | None, say: Say) -> int:
    """The port to serve on: the wanted one, the saved one, or a free one."""
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


def spawn(
    state_dir: Path, port: int, node: Path | None, timeout: float, say: Say, *, iam: bool = True
) -> LocalTarget:
    """Start the server, and wait until it answers; raises LocalCloudProblem."""
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
                *(() if iam else ("--no-iam",)),
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
        health = _wait_for_answer(process, port, state_dir, timeout + reading_seconds(state_dir))
    except BaseException:
        # Whoever is told that it did not start must not find it running.
        process.terminate()
        try:
            process.wait(timeout=LAST_CHANCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        raise
    for damage in damages_of(health.get("damages")):
        say(str(damage))
    return LocalTarget(endpoint_of(port), LOCAL_REGION, keys=read_keys(state_dir))


def reading_seconds(state_dir: Path) -> float:
    """How much longer a start may take for its saved state; ten times what it does, as a rule."""
    saved = sum(file.stat().st_size for file in (state_dir / "state").glob("state.sqlite3*"))
    return saved / 10e6


def _wait_for_answer(
    process: subprocess.Popen[bytes], port: int, state_dir: Path, timeout: float
) -> dict[str, object]:
    log = state_dir / log_file.FILE_NAME
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        health = health_of(port, state_dir, timeout=0.5)
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


def bundled_node() -> Path | None:
    """The bundled Node where PATH has none; asking any Node for its version costs 0.1 s."""
    if shutil.which("node"):
        return None
    try:
        return find_node().executable
    except UserProblem:
        return None


def _did_not_start(code: int, port: int, log: Path) -> LocalCloudProblem:
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
