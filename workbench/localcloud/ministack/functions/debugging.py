"""Functions under a debugger: one process each, with Node's inspector or debugpy on loopback.

The process keeps its port when the code changes. Its invocations take turns, and time-outs stand
still meanwhile (``debug_clock``).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from workbench import debug_clock

HOST: Final = "127.0.0.1"
GENEROUS_SECONDS: Final = 24 * 3600.0
"""What a handler under a debugger is told that is left."""
_FREE_SECONDS: Final = 5.0
"""How long to wait for the process before, which has the port until it has ended."""

_logger = logging.getLogger("lambda_runtime")


@dataclass(eq=False)
class Debugged:
    """A function under a debugger. ``root`` is the project's folder, for source maps."""

    arn: str
    runtime: str
    root: Path
    debugpy: str
    port: int = 0
    turn: threading.Lock = field(default_factory=threading.Lock)
    holder: Any = None
    """The worker whose process has the port."""

    @property
    def is_node(self) -> bool:
        """Whether it speaks the inspector's protocol, and not the Debug Adapter Protocol."""
        return self.runtime.startswith("nodejs")

    def options(self) -> list[str]:
        """What the interpreter is started with."""
        if self.is_node:
            address = f"{HOST}:{self.port}"
            return [f"--inspect={address}", "--inspect-publish-uid=http", "--enable-source-maps"]
        return ["-X", "frozen_modules=off", "-X", f"debugpy={self.port}:{self.debugpy}"]

    def address(self) -> dict[str, Any]:
        """Where a debugger reaches it; ``url`` is the inspector's WebSocket."""
        found = {"arn": self.arn, "runtime": self.runtime, "host": HOST, "port": self.port}
        return {**found, "url": _inspector(self.port) if self.is_node else ""}


_all: dict[str, Debugged] = {}
_lock = threading.Lock()


def of(config: Mapping[str, Any]) -> Debugged | None:
    """The function's debugger; only unpublished code has one."""
    if str(config.get("Version") or "$LATEST") != "$LATEST":
        return None
    return _all.get(str(config.get("FunctionArn") or ""))


def every() -> list[Debugged]:
    """All functions that are under a debugger."""
    return list(_all.values())


def add(debugged: Debugged) -> Debugged:
    """Put a function under a debugger; the one that is there already keeps its port."""
    with _lock:
        known = _all.get(debugged.arn)
        debugged.port = known.port if known else _free_port()
        _all[debugged.arn] = debugged
    return debugged


def remove(arn: str) -> bool:
    """Forget a function's debugger; whether there was one."""
    with _lock:
        return _all.pop(arn, None) is not None


@contextlib.contextmanager
def turn(config: Mapping[str, Any], depth: int) -> Iterator[None]:
    """Wait for the function's turn, if a debugger has it.

    A call from a function, ``depth`` > 1, may come from the very run that has the turn: it does
    not wait, and runs beside.
    """
    found = of(config)
    if found is None:
        yield
        return
    with debug_clock.held():
        if depth > 1 and found.turn.locked():
            yield
            return
        with found.turn:
            yield


def claim(worker: Any) -> Debugged | None:
    """The debugger that the worker's process is to be started with, if it is the one to have it."""
    found = of(worker.config)
    if found is None:
        return None
    with _lock:
        holder = found.holder
        process = None if holder is None or holder is worker else holder._proc
        if process is not None and process.poll() is None:
            return None
        found.holder = worker
    _wait_until_free(found.port)
    return found


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_free(port: int) -> None:
    deadline = time.monotonic() + _FREE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((HOST, port))
            return
        time.sleep(0.02)
    _logger.warning("port %d of a debugger is still taken", port)


def _inspector(port: int) -> str:
    """The WebSocket's address, as the inspector tells it; "" where none listens."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/json/list")
        targets: Sequence[Mapping[str, Any]] = json.loads(connection.getresponse().read())
        return str(targets[0]["webSocketDebuggerUrl"])
    except (OSError, ValueError, http.client.HTTPException, LookupError, TypeError):
        return ""
    finally:
        connection.close()
