"""The port of a project's local cloud: chosen once from the project's path, then remembered."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from pathlib import Path

FIRST = 20_100
LAST = 29_999
"""Below the ephemeral ranges of Linux (32768+) and macOS (49152+), so outgoing connections of
other programs do not take the remembered port."""

_STEP = 97


_LOWEST, _HIGHEST = 1024, 65_535
"""Below lie the ports of the system's own services."""


def is_ours(port: int) -> bool:
    """Whether a local cloud may listen on this port, wished for or remembered."""
    return _LOWEST <= port <= _HIGHEST


def preferred_port(state_dir: Path) -> int:
    """The port that the folder's path hashes to."""
    digest = hashlib.sha256(str(state_dir.resolve()).encode()).digest()
    return FIRST + int.from_bytes(digest[:4], "big") % (LAST - FIRST + 1)


def is_free(port: int) -> bool:
    """Whether a server could listen on the loopback ``port`` now.

    Also connects: where another program listens on all interfaces with address reuse, binding the
    loopback address alone would succeed on some systems and take its traffic.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.settimeout(0.25)
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            return False
    try:
        listening_socket(port).close()
    except OSError:
        return False
    return True


def listening_socket(port: int) -> socket.socket:
    """A bound loopback socket for ``port``; raises OSError where it is taken.

    ``SO_REUSEADDR`` lets a restart follow a stop at once; ``SO_REUSEPORT`` stays off, with it two
    servers would share the port without a word.
    """
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.bind(("127.0.0.1", port))
        sock.listen(256)
    except OSError:
        sock.close()
        raise
    return sock


def choose_port(state_dir: Path, free: Callable[[int], bool] = is_free) -> int:
    """The preferred port or the next free one; raises OSError where none of 200 is free."""
    port = preferred_port(state_dir)
    for _ in range(200):
        if free(port):
            return port
        port = FIRST + (port - FIRST + _STEP) % (LAST - FIRST + 1)
    raise OSError(f"no free port between {FIRST} and {LAST}")
