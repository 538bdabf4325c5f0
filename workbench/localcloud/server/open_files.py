"""Lets the server hold as many connections as the system allows it."""

from __future__ import annotations

import contextlib
import resource

_WANTED = 65_536


def raise_open_files_limit() -> int:
    """Raise the soft limit of open files up to the hard one; returns what holds now.

    Each subscriber's connection is an open file, and many systems start processes with 256 or
    1,024.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _WANTED if hard == resource.RLIM_INFINITY else min(_WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return soft
    # macOS refuses more than its own maximum for a process, which it does not tell here.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
