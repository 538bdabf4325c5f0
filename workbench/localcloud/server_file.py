"""``server.json``: what is saved about a project's local cloud between its starts."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from workbench.localcloud.ports import is_ours
from workbench.private_files import write_private

FILE_NAME = "server.json"


@dataclass(frozen=True, slots=True)
class ServerRecord:
    """The saved port, and the process that last served on it.

    ``pid`` 0 means stopped; ``started_at`` is in seconds since the epoch.
    """

    port: int
    pid: int = 0
    started_at: float = 0.0
    version: str = ""

    def stopped(self) -> ServerRecord:
        """The same port without a process."""
        return replace(self, pid=0, started_at=0.0)


def read_record(state_dir: Path) -> ServerRecord | None:
    """The record; None if missing or unreadable (then a new one is written)."""
    try:
        raw = json.loads((state_dir / FILE_NAME).read_text(encoding="utf-8"))
        known = {f.name for f in fields(ServerRecord)}
        record = ServerRecord(**{k: v for k, v in raw.items() if k in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    valid = isinstance(record.port, int) and is_ours(record.port) and isinstance(record.pid, int)
    return record if valid else None


def write_record(state_dir: Path, record: ServerRecord) -> None:
    """Replace the record in one step."""
    write_private(state_dir / FILE_NAME, json.dumps(asdict(record), indent=2) + "\n")
