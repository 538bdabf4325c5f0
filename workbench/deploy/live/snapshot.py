"""Keeps a sandbox's live stack, hot-swaps included, between two starts: the file ``live.json``.

CloudFormation knows nothing of hot-swaps, so without a snapshot nobody can tell what was swapped. A
mark beside it says that its swaps are unknown, because another tool deployed or the snapshot was
unreadable. The mark outlives the process, failed deployments and a diff; the next deployment that
swaps everything again clears it (``workbench.deploy.plan.foreign_deployments``).
"""

from __future__ import annotations

import time
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from workbench.damaged_files import put_aside
from workbench.deploy.live.models import LiveStack
from workbench.deploy.live.stack_state import StackState
from workbench.private_files import private_folder, write_private

_NAME = "live.json"
_MARK = "another-tool-deployed"
_FORMAT = 1


class Snapshot(BaseModel):
    """The live stack after a deployment, and the state of the stack that it was taken in."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: int
    stack_id: str
    changed_at: str
    status: str
    live: LiveStack

    def holds(self, state: StackState) -> bool:
        """Whether CloudFormation has not changed the stack since."""
        return (self.stack_id, self.changed_at, self.status) == state.revision


def snapshot_file(sandbox_dir: Path) -> Path:
    """Where a sandbox keeps its snapshot."""
    return sandbox_dir / _NAME


def load_snapshot(file: Path) -> Snapshot | None:
    """Read the snapshot, None if missing; an unreadable one is moved away and its loss marked."""
    try:
        kept = Snapshot.model_validate_json(file.read_bytes())
    except (OSError, ValidationError):
        kept = None
    if kept is not None and kept.format == _FORMAT:
        live = kept.live.model_copy(update={"changed_at": kept.changed_at})
        return kept.model_copy(update={"live": live})
    if file.exists():
        mark_swaps_unknown(file.parent)
        put_aside(file)
    return None


def save_snapshot(file: Path, live: LiveStack) -> None:
    """Keep the live stack for the next start, atomically.

    Its revision is that of the reading: if somebody deploys meanwhile, the snapshot does not hold.
    """
    kept = Snapshot(
        format=_FORMAT,
        stack_id=live.stack_id,
        changed_at=live.changed_at,
        status=live.status,
        live=live,
    )
    private_folder(file.parent)
    write_private(file, kept.model_dump_json(by_alias=True, exclude_defaults=True))


def mark_swaps_unknown(sandbox_dir: Path) -> None:
    """Mark that it is unknown what has been hot-swapped in this sandbox; replaces a mark."""
    private_folder(sandbox_dir)
    write_private(sandbox_dir / _MARK, str(time.time_ns()))


def unknown_swaps_mark(sandbox_dir: Path) -> str:
    """Return the mark, to give to ``clear_mark``; empty if there is none."""
    try:
        return (sandbox_dir / _MARK).read_text(encoding="ascii")
    except FileNotFoundError:
        return ""


def clear_mark(sandbox_dir: Path, mark: str) -> None:
    """Remove ``mark``; a mark that was made since stays."""
    if mark and unknown_swaps_mark(sandbox_dir) == mark:
        (sandbox_dir / _MARK).unlink(missing_ok=True)


def sandboxes_beside(sandbox_dir: Path) -> list[Path]:
    """Return the folders of the project's deployed sandboxes, on all targets."""
    return [file.parent for file in sandbox_dir.parents[1].glob(f"*/*/{_NAME}")]
