"""Where a function's process finds its files: its code, its layers, and a home of its own."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Where a process finds its files. ``missing`` are the layers that are on AWS alone."""

    task_root: Path
    home: Path
    layers: list[Path]
    missing: list[str]


def place_of_code() -> Path:
    """Where code is unpacked: away from the project's packages, which a function must not find.

    Functions may write below /tmp, but not to their code.
    """
    system, kept = Path(tempfile.gettempdir()), Path("/var/tmp")
    return kept if system == Path("/tmp") and os.access(kept, os.W_OK) else system


def extract(content: bytes, folder: Path, name: str) -> None:
    """Unpack an archive into a new folder; raises ``RuntimeError`` for a broken one."""
    folder.mkdir()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            archive.extractall(folder)
            for member in archive.infolist():
                mode = member.external_attr >> 16
                if mode & 0o111 and not member.is_dir():
                    (folder / member.filename).chmod(0o755)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        raise RuntimeError(f"Failed to extract {name}: {error}") from error


def place_code(code: Path, folder: Path) -> None:
    """Make a new folder of an asset: a folder of files, or an archive of them."""
    if code.is_dir():
        shutil.copytree(code, folder, symlinks=True)
    else:
        extract(code.read_bytes(), folder, code.name)


def link_layers(unpacked: Unpacked) -> None:
    """Make what layers hold for Node importable: ``import`` has no search path as ``require`` has.

    It lies in a ``node_modules`` above the handler, after the function's own.
    """
    for layer in unpacked.layers:
        for package in (layer / "nodejs" / "node_modules").glob("*"):
            link = unpacked.task_root.parent / "node_modules" / package.name
            if not link.exists():
                link.parent.mkdir(exist_ok=True)
                link.symlink_to(package)
