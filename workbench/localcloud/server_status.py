"""The state of a project's local cloud, by its lock, its saved port and its health address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from workbench.aws.local_keys import read_keys
from workbench.aws.target import LocalTarget
from workbench.damaged_files import Damage, damages_of
from workbench.localcloud import client, contract, log_file, server_process
from workbench.localcloud.server_file import read_record
from workbench.model.user_problem import UserProblem


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
    ``iam``: callers are held to their policies.
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
    iam: bool = True

    @property
    def running(self) -> bool:
        """Whether it answers."""
        return self.state == "running"


def status(state_dir: Path) -> LocalCloudStatus:
    """What the local cloud of ``state_dir`` is doing now; never starts anything."""
    state_dir = state_dir.resolve()
    log = state_dir / log_file.FILE_NAME
    record = read_record(state_dir)
    found = holder_of(state_dir)
    port = found.port if found and found.port else record.port if record else 0
    if not port:
        return LocalCloudStatus("stopped" if found is None else "unresponsive", log=log)
    health = health_of(port, state_dir)
    if health is not None and health.get("state_dir") == str(state_dir):
        return LocalCloudStatus(
            "running",
            endpoint=endpoint_of(port),
            port=port,
            pid=int(str(health.get("pid", 0))),
            uptime=float(str(health.get("uptime", 0.0))),
            version=str(health.get("version", "")),
            project_dir=str(health.get("project_dir", "")),
            log=log,
            damages=damages_of(health.get("damages")),
            unsaved=str(health.get("unsaved", "")),
            iam=health.get("iam") is not False,
        )
    return LocalCloudStatus(
        "stopped" if found is None else "unresponsive",
        endpoint=endpoint_of(port),
        port=port,
        pid=found.pid if found else 0,
        log=log,
    )


def holder_of(state_dir: Path) -> server_process.Holder | None:
    """The process that holds the state folder; raises LocalCloudProblem if that is unreadable."""
    try:
        return server_process.holder(state_dir)
    except OSError as error:
        lock = state_dir / server_process.LOCK_NAME
        raise LocalCloudProblem(
            f"{lock} cannot be opened ({error.strerror})",
            f"make it yours again (chmod u+rw {lock}), or move it away",
        ) from error


def target_of(current: LocalCloudStatus, state_dir: Path) -> LocalTarget:
    """Where a running local cloud is, with its key."""
    return LocalTarget(current.endpoint, keys=read_keys(state_dir))


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


def health_of(port: int, state_dir: Path, timeout: float = 2.0) -> dict[str, object] | None:
    """The health document of the server at a port; None if it does not answer."""
    try:
        answer = client.ask(
            endpoint_of(port) + contract.HEALTH_PATH, read_keys(state_dir), timeout=timeout
        )
    except OSError:
        return None
    return answer.document or None if answer.status == 200 else None


def endpoint_of(port: int) -> str:
    """The address of the server at a port."""
    return f"http://127.0.0.1:{port}"
