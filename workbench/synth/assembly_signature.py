"""Tells whose synth an assembly folder holds: ours, or another tool's since.

``ampx sandbox`` synthesises into the same folder before each of its deployments, and what it then
hot-swaps leaves no trace in CloudFormation. Each synth of ours is signed; an assembly without a
signature, or with one of another assembly, is another tool's.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

SIGNATURE = "amplify-tui.signature"
_MANIFEST = "manifest.json"


def sign_assembly(folder: Path) -> None:
    """Sign the finished assembly in ``folder`` as ours; OSError where it can't be read or written."""
    (folder / SIGNATURE).write_text(_digest(folder), encoding="ascii")


def is_another_tools(folder: Path) -> bool:
    """Whether the assembly in ``folder`` is there and not of our last synth; false without one."""
    if not (folder / _MANIFEST).is_file():
        return False
    try:
        return (folder / SIGNATURE).read_text(encoding="ascii") != _digest(folder)
    except (OSError, ValueError):
        return True


def _digest(folder: Path) -> str:
    """Of the manifest and all templates: 1 ms for the quickstart's 0.1 MB.

    The manifest's time belongs to it: a tool that deployed something else in between, and then
    what stood here before, writes the same content anew.
    """
    manifest = folder / _MANIFEST
    digest = hashlib.sha256(str(manifest.stat().st_mtime_ns).encode())
    for file in (manifest, *sorted(folder.glob("*.template.json"))):
        digest.update(f"\n{file.name}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
