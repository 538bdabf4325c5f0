"""Remembers which outputs files a sandbox has written on a target, and removes these alone.

All targets of a sandbox write the same ``amplify_outputs.json``, so what deleting one of them may
remove is a file that it wrote and nobody has changed since.
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

from workbench.deploy.live.models import LiveStack
from workbench.private_files import private_folder, write_private

FILE_NAME = "outputs.json"
_TELLING = 8
"""Characters that make a physical id one that no other text has in it by chance."""


def note_written(sandbox_dir: Path, outputs: Path) -> None:
    """Remember that this sandbox has written ``outputs`` as they are now."""
    known = _written(sandbox_dir)
    digest = _digest(outputs)
    if known.get(str(outputs)) != digest:
        private_folder(sandbox_dir)
        text = json.dumps({**known, str(outputs): digest}, indent=2)
        write_private(sandbox_dir / FILE_NAME, text)


def remove_written(sandbox_dir: Path, unnoted: Path, live: LiveStack | None) -> tuple[Path, ...]:
    """Remove the files that this sandbox wrote last; returns those that are another's now.

    ``unnoted`` is the file in the usual place: removed without a note, too, if it is still empty or
    if, as of a release without notes, it names a resource of the ``live`` stack.
    """
    kept = []
    written = _written(sandbox_dir)
    is_old = not written and live is not None and _names(unnoted, live)
    if is_old or _is_empty(unnoted):
        unnoted.unlink(missing_ok=True)
    for name, digest in written.items():
        path = Path(name)
        found = _digest(path)
        if found == digest:
            path.unlink(missing_ok=True)
        elif found:
            kept.append(path)
    (sandbox_dir / FILE_NAME).unlink(missing_ok=True)
    return tuple(kept)


def is_of_another(sandbox_dir: Path, outputs: Path) -> bool:
    """Whether this sandbox on this target has outputs that are not, or no longer, in this file."""
    digest, written = _digest(outputs), _written(sandbox_dir)
    if written:
        return written.get(str(outputs)) != digest
    others = sandbox_dir.parents[1].glob(f"*/*/{FILE_NAME}")
    return bool(digest) and any(
        _written(each.parent).get(str(outputs)) == digest for each in others
    )


def _written(sandbox_dir: Path) -> dict[str, str]:
    try:
        content = json.loads((sandbox_dir / FILE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {name: each for name, each in content.items() if isinstance(each, str)}


def _is_empty(path: Path) -> bool:
    """Whether it has the version alone, as before the first deployment has ended."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and set(content) == {"version"}


def _names(path: Path, live: LiveStack) -> bool:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(
        len(resource.physical_id) >= _TELLING and resource.physical_id in text
        for _, stack in live.walk()
        for resource in stack.resources.values()
    )


def _digest(path: Path) -> str:
    try:
        return sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""
