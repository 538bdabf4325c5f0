"""Checks functions' code files at start: what the state names must exist and be intact.

The emulator gives a function whose file is missing no code, and one whose file is damaged the
damaged code, with a line in the log. The CDK's staging bucket usually has the same content: it is
restored from there.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

from workbench.damaged_files import Damage, put_aside
from workbench.private_files import write_private

_NAMED = re.compile(rb'"code_blob_ref"\s*:\s*"([0-9a-f]{64})"')


def mend_code(state: bytes) -> Iterator[Damage]:
    """Check each file that the state of Lambda names; returns what was damaged and done."""
    from ministack.services import lambda_svc

    folder = Path(lambda_svc.CODE_BLOB_DIR)
    for name in sorted({found.decode() for found in _NAMED.findall(state)}):
        file = folder / f"{name}.zip"
        wrong = _what_is_wrong(file, name)
        if not wrong:
            continue
        found = _in_assets(name)
        kept = put_aside(file, only_copy=found is None) if file.exists() else None
        if found is None:
            instead = "A function has no code until that is changed and deployed."
        else:
            folder.mkdir(parents=True, exist_ok=True)
            write_private(file, found)
            instead = "It was taken again from the staging bucket."
        yield Damage(f"The code of a function ({name[:12]}…)", wrong, instead, str(kept or ""))


def _what_is_wrong(file: Path, name: str) -> str:
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return "it is missing"
    except OSError as error:
        return str(error.strerror)
    return "" if hashlib.sha256(content).hexdigest() == name else "it has another content"


def _in_assets(name: str) -> bytes | None:
    for file in Path(os.environ["S3_DATA_DIR"]).rglob("*.zip"):
        try:
            content = file.read_bytes()
        except OSError:
            continue
        if hashlib.sha256(content).hexdigest() == name:
            return content
    return None
