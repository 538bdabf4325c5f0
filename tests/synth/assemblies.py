"""Two assemblies, file by file."""

from __future__ import annotations

import filecmp
from pathlib import Path

from workbench.synth.assembly_signature import SIGNATURE


def different(one: Path, other: Path) -> list[str]:
    """Names of the files that are not the same, byte for byte, in both folders."""
    files = [
        {
            str(path.relative_to(root))
            for path in root.rglob("*")
            if path.is_file() and path.name != SIGNATURE
        }
        for root in (one, other)
    ]
    both = files[0] & files[1]
    _same, differing, unread = filecmp.cmpfiles(one, other, sorted(both), shallow=False)
    return sorted((files[0] ^ files[1]) | set(differing) | set(unread))
