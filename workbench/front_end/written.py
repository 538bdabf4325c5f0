"""Writes what a front end loads to reach the local cloud: ``.amplify/front-end/``.

Git ignores the folder, and production has none: what would load it finds nothing there.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from workbench.private_files import private_folder, write_private

FOLDER = Path(".amplify/front-end")
_NOT_NAMES = frozenset({"model_introspection", "api_key"})
_NAME = re.compile(r"[\w.-]{3,}", re.ASCII)
_IDS = (
    "auth.user_pool_id",
    "auth.user_pool_client_id",
    "auth.identity_pool_id",
    "data.url",
    "storage.bucket_name",
)
_SCRIPTS: Mapping[str, tuple[str, ...]] = {
    "node.cjs": ("addresses", "requests", "node", "project", "process"),
    "vite.cjs": ("vite",),
    "dev-server.cjs": ("dev_server",),
}
_BACKEND = "backend.json"
_PAGE_SCRIPT = "browser.js"
_FUNCTION = ("addresses", "requests", "node", "lambda")


def write_front_end(root: Path, endpoint: str, region: str, outputs: Path) -> bool:
    """Write the files for a backend of the local cloud at ``endpoint``; whether they are the first.

    ``outputs`` are its outputs. Only what changed is written: dev servers watch these files. Raises
    OSError.
    """
    folder = private_folder(root / FOLDER)
    first = not (folder / _BACKEND).exists()
    document = json.loads(outputs.read_text(encoding="utf-8"))
    backend = {"outputs": str(outputs), **_backend(document, endpoint, region)}
    page = {name: backend[name] for name in ("endpoint", "regions", "names", "signIn")}
    sources = _joined(("addresses", "requests", "page", "browser"))
    browser = f"(() => {{\nconst backend = {_script_json(page)};\n{sources}}})();\n"
    scripts = {name: _joined(parts) for name, parts in _SCRIPTS.items()}
    files = {_BACKEND: json.dumps(backend, indent=2), _PAGE_SCRIPT: browser, **scripts}
    for name, text in files.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            write_private(file, text)
    return first


def refresh(root: Path, endpoint: str, region: str) -> None:
    """Write the files again for a local cloud that has started: its port and we may have changed.

    Raises OSError.
    """
    try:
        written = json.loads((root / FOLDER / _BACKEND).read_text(encoding="utf-8"))
        outputs = Path(written["outputs"])
        document = json.loads(outputs.read_text(encoding="utf-8"))
        is_current = _ids(document) == written["ids"]
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return
    if is_current:
        write_front_end(root, endpoint, region, outputs)


def disconnect(root: Path, outputs: Path) -> None:
    """The outputs are an AWS account's now: a page that still loads the script goes there.

    The other files look at the outputs themselves. Raises OSError.
    """
    script = root / FOLDER / _PAGE_SCRIPT
    if script.exists() and outputs_of(root) == outputs:
        write_private(script, "// amplify_outputs.json is that of an AWS account.\n")


def outputs_of(root: Path) -> Path | None:
    """The outputs that the files of this project are for; None where there are none."""
    try:
        return Path(json.loads((root / FOLDER / _BACKEND).read_text(encoding="utf-8"))["outputs"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def function_preload() -> str:
    """The script that a function's Node process loads first."""
    return _joined(_FUNCTION)


def _backend(outputs: Mapping[str, Any], endpoint: str, region: str) -> dict[str, Any]:
    """What addresses of AWS are known by; ``ids`` tell whose outputs these are."""
    regions = {value for key, value in _strings(outputs) if key == "aws_region"} | {region}
    names = {
        name
        for key, value in _strings(outputs)
        if key not in _NOT_NAMES
        for name in _NAME.findall(value.lower())
    }
    auth = outputs.get("auth") or {}
    domain = str((auth.get("oauth") or {}).get("domain") or "").lower()
    return {
        "endpoint": endpoint,
        "regions": sorted(regions),
        "names": sorted(names),
        "signIn": "" if domain.endswith(".amazoncognito.com") else domain,
        "ids": _ids(outputs),
    }


def _ids(outputs: Mapping[str, Any]) -> dict[str, Any]:
    """What tells these outputs from those of another target."""
    return {path: value for path in _IDS if (value := _member(outputs, path)) is not None}


def _strings(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """All texts with the name of the member they are in; those of a list have the list's."""
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, Mapping):
        for name, each in value.items():
            if name not in _NOT_NAMES:
                yield from _strings(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each, key)


def _member(outputs: Mapping[str, Any], path: str) -> Any:
    section, _, name = path.partition(".")
    return (outputs.get(section) or {}).get(name)


def _joined(parts: tuple[str, ...]) -> str:
    folder = resources.files("workbench.front_end") / "javascript"
    return "\n".join((folder / f"{part}.js").read_text(encoding="utf-8") for part in parts)


def _script_json(value: object) -> str:
    """JSON that cannot end a script element."""
    return json.dumps(value).replace("<", "\\u003c")
