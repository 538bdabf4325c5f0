"""How much memory a function's process has used, as far as Lambda counts it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_LINE = re.compile(rb"^(VmHWM|RssFile|RssShmem):\s+(\d+) kB", re.MULTILINE)


def used_megabytes(process: Any) -> int:
    """The most that it had at once, without what it has mapped of files; 0 if that is not known.

    Only Linux tells it without another process.
    """
    try:
        status = Path(f"/proc/{process.pid}/status").read_bytes()
    except (OSError, AttributeError):
        return 0
    found = {name: int(kilobytes) for name, kilobytes in _LINE.findall(status)}
    used = found.get(b"VmHWM", 0) - found.get(b"RssFile", 0) - found.get(b"RssShmem", 0)
    return max(0, used) // 1024
