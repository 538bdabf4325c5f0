"""The GraphQL schemas of the last deployments, by asset hash, to compare the next one with."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.diff.schema_diff import schema_assets
from workbench.private_files import private_folder, write_private

KEPT = 8
"""A schema is some 30 KB; the deployed one is among the newest as long as edits are deployed."""


def keep_schemas(assembly: Assembly, folder: Path) -> None:
    """Copy an assembly's schemas into ``folder``; they only serve the display, so errors pass."""
    with contextlib.suppress(OSError):
        private_folder(folder)
        for asset in schema_assets(assembly):
            file = folder / f"{asset.hash}.graphql"
            if file.exists():
                os.utime(file)
                continue
            write_private(file, asset.path.read_bytes())
        newest_first = sorted(folder.iterdir(), key=lambda file: -file.stat().st_mtime_ns)
        for old in newest_first[KEPT:]:
            old.unlink(missing_ok=True)


def known_schema(asset_hash: str, folder: Path) -> str | None:
    """The SDL text of a schema asset, None if it was not kept."""
    try:
        return (folder / f"{asset_hash}.graphql").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
