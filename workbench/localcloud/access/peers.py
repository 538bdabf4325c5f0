"""Finds the user at the other end of a loopback connection, as the kernel knows it.

On Linux one exact query (``NETLINK_SOCK_DIAG``, ``sock_diag(7)``) for the peer's socket says whose
it is: 0.1 ms, once a connection. Traps, each seen: a peer that has closed shows user 0 without an
inode, so only an established socket with an inode counts; and a closed peer's port may be another
process' by the time of the query, so our own end must be established after it. Users that have no
number in our user namespace all show as the overflow user.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Callable
from pathlib import Path

PeerUser = Callable[[socket.socket], int | None]
"""The user id at the other end of an accepted connection; None where it cannot be told."""

_NETLINK_SOCK_DIAG = 4
_SOCK_DIAG_BY_FAMILY = 20
_NLM_F_REQUEST = 1
_NO_COOKIE = 0xFFFFFFFF
_ESTABLISHED = 1
_HEADER = struct.Struct("=IHHII")
_STATE = struct.Struct("=BBBB")
_USER = struct.Struct("=II")
_USER_AT = _HEADER.size + 64
_SECONDS = 1.0
_MAPPED = bytes(10) + b"\xff\xff"
"""What an IPv4 address begins with among IPv6 ones."""


def peer_user(connection: socket.socket) -> int | None:
    """The peer's user id by Linux' own books, None where they do not show it established."""
    try:
        ours, theirs = connection.getsockname(), connection.getpeername()
        # The peer's books name its own address first.
        user = _ask(connection.family, theirs, ours)
        return user if _is_established(connection) else None
    except (OSError, ValueError):
        return None


def find_peer_user() -> PeerUser | None:
    """:func:`peer_user` where this kernel and this user namespace tell users apart, else None."""
    if not hasattr(socket, "AF_NETLINK") or not hasattr(socket, "TCP_INFO") or _all_look_alike():
        return None
    try:
        with (
            socket.create_server(("127.0.0.1", 0)) as listener,
            socket.create_connection(listener.getsockname(), timeout=_SECONDS),
        ):
            accepted, _ = listener.accept()
            with accepted:
                return peer_user if peer_user(accepted) == os.getuid() else None
    except OSError:
        return None


def _ask(family: int, source: tuple[object, ...], target: tuple[object, ...]) -> int | None:
    where = _address(source) + _address(target)
    addresses = [where[0:16], where[18:34]]
    ports = where[16:18] + where[34:36]
    if all(one.startswith(_MAPPED) for one in addresses):
        family = socket.AF_INET
        addresses = [one[len(_MAPPED) :] + bytes(len(_MAPPED)) for one in addresses]
    question = (
        struct.pack("=BBBBI", family, socket.IPPROTO_TCP, 0, 0, 0xFFFFFFFF)
        + ports
        + b"".join(addresses)
        + struct.pack("=III", 0, _NO_COOKIE, _NO_COOKIE)
    )
    size = _HEADER.size + len(question)
    header = _HEADER.pack(size, _SOCK_DIAG_BY_FAMILY, _NLM_F_REQUEST, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_SOCK_DIAG) as asking:
        asking.settimeout(_SECONDS)
        asking.send(header + question)
        answer = asking.recv(4096)
    if len(answer) < _USER_AT + _USER.size:
        return None
    kind = _HEADER.unpack_from(answer)[1]
    state = _STATE.unpack_from(answer, _HEADER.size)[1]
    user, inode = _USER.unpack_from(answer, _USER_AT)
    known = kind == _SOCK_DIAG_BY_FAMILY and state == _ESTABLISHED and inode != 0
    return int(user) if known else None


def _address(of: tuple[object, ...]) -> bytes:
    """16 bytes of an IPv6 (or mapped) address, then the port."""
    host, port = str(of[0]), int(str(of[1]))
    if ":" in host:
        packed = socket.inet_pton(socket.AF_INET6, host.partition("%")[0])
    else:
        packed = _MAPPED + socket.inet_aton(host)
    return packed + struct.pack("!H", port)


def _is_established(connection: socket.socket) -> bool:
    info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)
    return info[0] == _ESTABLISHED


def _all_look_alike() -> bool:
    """Whether we ourselves are the user that all without a number here show as."""
    try:
        overflow = int(Path("/proc/sys/kernel/overflowuid").read_text("ascii"))
        everyone = Path("/proc/self/uid_map").read_text("ascii").split() == ["0", "0", "4294967295"]
    except (OSError, ValueError):
        return False
    return os.getuid() == overflow and not everyone
