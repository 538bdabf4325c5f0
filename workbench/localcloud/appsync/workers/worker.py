"""One worker: takes a job, answers it, takes the next; ends when its socket does."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from workbench.localcloud.appsync.workers import frames

if TYPE_CHECKING:
    from workbench.localcloud.appsync.workers.jobs import Jobs

_BUFFER = 1 << 20


def serve(connection: socket.socket) -> None:
    """Do jobs until the local cloud closes the connection."""
    from workbench.localcloud.appsync.workers.jobs import Jobs

    jobs = Jobs()
    with connection:
        while True:
            head = _exactly(connection, frames.LENGTH.size)
            if head is None:
                return
            content = _exactly(connection, frames.LENGTH.unpack(head)[0])
            if content is None:
                return
            connection.sendall(frames.frame(jobs.do(content)))


def warm_up(jobs: Jobs) -> None:
    """Run what is imported and compiled on first use."""
    code = "export function request(ctx) { return util.toJson ? 1 : 1 }\n"
    texts = ("request", "{}", "{}", "{}", "API Key Authorization")
    jobs.do(frames.job(frames.HANDLER, 0, code, *texts)[frames.LENGTH.size :])


def _exactly(connection: socket.socket, count: int) -> bytes | None:
    """So many bytes; None at the end."""
    try:
        first = connection.recv(min(count, _BUFFER))
        if len(first) == count:
            return first
        found = bytearray(first)
        while len(found) < count:
            part = connection.recv(min(count - len(found), _BUFFER))
            if not part:
                return None
            found += part
    except OSError:
        return None
    return bytes(found)
