"""Caches the last type check's result on disk, valid while all files that it read are unchanged.

The first check of the quickstart parses 7,000 declaration files and takes 8–20 s; a start with
unchanged files does not wait for it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

from workbench.model.diagnostics import CheckResult, Diagnostic
from workbench.private_files import private_folder, write_private
from workbench.project.models import Project
from workbench.synth.package_fingerprint import PackagesState

FORMAT = 1


def remember(
    project: Project, packages: PackagesState, result: CheckResult, inputs: Iterable[str]
) -> None:
    """Save a result; ``inputs`` are the absolute paths of the user's files that the check read."""
    outside = sorted(file for file in inputs if not Path(file).is_relative_to(project.amplify_dir))
    entry = {
        "key": _key(project, packages, outside),
        "outside": outside,
        "diagnostics": [asdict(item) for item in result.diagnostics],
    }
    file = _file(project)
    private_folder(file.parent)
    write_private(file, json.dumps(entry))


def recall(project: Project, packages: PackagesState) -> CheckResult | None:
    """Return the saved result if nothing that it depends on has changed, else None."""
    try:
        entry = json.loads(_file(project).read_text(encoding="utf-8"))
        if entry["key"] != _key(project, packages, entry["outside"]):
            return None
        return CheckResult(tuple(Diagnostic(**item) for item in entry["diagnostics"]), 0.0)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _file(project: Project) -> Path:
    return project.dot_amplify / "workbench" / "type-check.json"


def _key(project: Project, packages: PackagesState, outside: Iterable[str]) -> str:
    digest = hashlib.sha256(json.dumps([FORMAT, packages]).encode())
    generated = project.dot_amplify / "generated"
    # Outputs change with each deployment; if the check reads them, they are in ``outside``.
    settings = [
        file
        for file in sorted(project.root.glob("*.json"))
        if not file.name.startswith("amplify_outputs")
    ]
    files = [*_below(project.amplify_dir), *_below(generated), *settings]
    for file in [*files, *(Path(name) for name in outside)]:
        try:
            content = hashlib.sha256(file.read_bytes()).hexdigest()
        except OSError:
            content = "gone"
        digest.update(f"{file}\0{content}\n".encode())
    return digest.hexdigest()


def _below(folder: Path) -> list[Path]:
    found = []
    for path, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "node_modules"]
        found += [Path(path) / name for name in names]
    return sorted(found)
