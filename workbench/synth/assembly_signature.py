"""Signs our assemblies, to recognize one that another tool has written.

``ampx sandbox`` synthesizes into the same folder before each of its deployments, and its hot-swaps
leave no trace in CloudFormation. An assembly without our signature, or with that of another
assembly, is another tool's.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

SIGNATURE = "amplify-tui.signature"
_MANIFEST = "manifest.json"


def sign_assembly(folder: Path) -> None:
    """Sign the finished assembly in ``folder``; raises OSError."""
    (folder / SIGNATURE).write_text(_digest(folder), encoding="ascii")


def is_another_tools(folder: Path) -> bool:
    """Whether another tool wrote the assembly in ``folder``; False without an assembly."""
    if not (folder / _MANIFEST).is_file():
        return False
    try:
        return (folder / SIGNATURE).read_text(encoding="ascii") != _digest(folder)
    except (OSError, ValueError):
        return True


def _digest(folder: Path) -> str:
    """Return a hash of the manifest and all templates: 1 ms for the quickstart's 0.1 MB.

    Includes the manifest's time: a tool that deployed something else, and then the same as before,
    writes the same content again.
    """
    manifest = folder / _MANIFEST
    digest = hashlib.sha256(str(manifest.stat().st_mtime_ns).encode())
    for file in (manifest, *sorted(folder.glob("*.template.json"))):
        digest.update(f"\n{file.name}\n".encode())
        digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
