"""Lets the source maps of a bundle name the project's files: where it was bundled is no more.

Debuggers find a breakpoint's file by that name, without a mapping of their own.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_INLINE = re.compile(
    rb"//# sourceMappingURL=data:application/json[^,\n]*;base64,([A-Za-z0-9+/=]+)\s*$"
)
_BESIDE = re.compile(rb"//# sourceMappingURL=([^\s:]+)\s*$")
_HEAD = b"//# sourceMappingURL=data:application/json;base64,"
_CODE = (".js", ".mjs", ".cjs")


def point_at_project(code: Path, root: Path) -> None:
    """Rewrite the maps of the code's files, packages left out, into these files.

    A debugger on another machine, which has only the port, cannot read a map that lies beside.
    """
    for file in _files(code):
        content = file.read_bytes()
        if found := _INLINE.search(content):
            source_map = base64.b64decode(found[1])
        elif found := _BESIDE.search(content):
            beside = file.parent / found[1].decode(errors="replace")
            if not beside.is_file():
                continue
            source_map = beside.read_bytes()
        else:
            continue
        packed = base64.b64encode(_pointed(source_map, root))
        _write(file, content[: found.start()] + _HEAD + packed + b"\n")


def place_in(root: Path, source: str) -> Path | None:
    """The project's file that a map's source is: its path counts from an unknown folder."""
    parts = [part for part in source.split("/") if part not in ("", ".", "..")]
    if "node_modules" in parts:
        return None
    found = (root.joinpath(*parts[start:]) for start in range(len(parts)))
    return next((path for path in found if path.is_file()), None)


def _files(code: Path) -> Iterator[Path]:
    for path in code.rglob("*"):
        if path.name.endswith(_CODE) and "node_modules" not in path.parts and path.is_file():
            yield path


def _pointed(content: bytes, root: Path) -> bytes:
    try:
        found: Any = json.loads(content)
        base = str(found.pop("sourceRoot", "") or "")
        sources = [f"{base}{each}" for each in found["sources"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return content
    places = [place_in(root, each) for each in sources]
    found["sources"] = [
        place.as_uri() if place else source for place, source in zip(places, sources, strict=True)
    ]
    return json.dumps(found).encode()


def _write(file: Path, content: bytes) -> None:
    mode = file.stat().st_mode
    file.chmod(mode | 0o200)
    file.write_bytes(content)
    file.chmod(mode)
