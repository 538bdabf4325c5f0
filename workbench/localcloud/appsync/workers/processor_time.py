"""Reads how much CPU another process has used."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_UTIME = 11
"""Index of the user's ticks after the command's name in /proc's ``stat``; the kernel's follow."""


def processor_seconds(process: int) -> float | None:
    """Seconds of CPU that a process has used so far; None where the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        stat = Path(f"/proc/{process}/stat").read_text("ascii", "replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    ticks = int(fields[_UTIME]) + int(fields[_UTIME + 1])
    return ticks / os.sysconf("SC_CLK_TCK")
