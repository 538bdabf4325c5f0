"""The AWS SDK of Lambda's Node runtime: the project's own packages, else a copy from npm.

Lambda has every package of the SDK, and the CDK leaves them out of what it bundles. A function
that needs one which the project lacks gets it from npm, once for all projects of a machine.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.model.user_problem import UserProblem

MODULES_VARIABLE = "AMPLIFY_TUI_NODE_MODULES"
"""Names the ``node_modules`` whose AWS SDK functions get; by default the project's own."""

SCOPES = ("@aws-sdk", "@smithy")
# Only what is loaded: bundled code names packages in other texts, too, and parts of names.
_PACKAGE = re.compile(
    r"""(?:\brequire\s*\(|\bfrom|\bimport\s*\(?)\s*["'`]"""
    r"""((?:@aws-sdk|@smithy)/[a-z0-9][a-z0-9._-]*)(?=["'`/])"""
)
_NOT_FOUND = re.compile(r"Cannot find (?:module|package) '(?:@aws-sdk|@smithy)/")
_CODE = (".js", ".mjs", ".cjs")
_SECONDS = 180
_ALLOWED: list[Path] = []


def allow_installation() -> None:
    """Let packages be installed, into the user's cache folder."""
    base = os.environ.get("XDG_CACHE_HOME")
    folder = Path(base) if base else Path.home() / ".cache"
    _ALLOWED[:] = [folder / "amplify-tui" / "lambda-node-sdk"]


def installed() -> Path | None:
    """The ``node_modules`` with what was installed, if there is one."""
    found = [folder / "node_modules" for folder in _ALLOWED]
    return found[0] if found and found[0].is_dir() else None


def installed_scopes() -> list[Path]:
    """The scopes that were installed because functions needed them."""
    folder = installed()
    return [folder / scope for scope in SCOPES if folder and (folder / scope).is_dir()]


def is_missing(message: str) -> bool:
    """Whether a function could not be loaded for want of a package of the SDK."""
    return bool(_ALLOWED) and bool(_NOT_FOUND.search(message))


def install_for(code: Path) -> str:
    """Install the packages of the SDK that the code names; says what went wrong, else empty."""
    from workbench.project.node_runtime import find_node

    folder = _ALLOWED[0]
    wanted = sorted(set(_named(code)))
    try:
        node = find_node()
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            missing = [name for name in wanted if not (folder / "node_modules" / name).is_dir()]
            if missing:
                _install(folder, node.npm, missing, node.environment())
    except UserProblem as problem:
        return str(problem)
    except (OSError, subprocess.SubprocessError) as error:
        return f"{' '.join(wanted)} could not be installed: {_why(error)}"
    return ""


def sdk_folders(start: Path) -> dict[str, Path]:
    """Where the packages of AWS's Node runtime lie, by scope: the nearest in ``start``'s parents.

    pnpm hides packages that the project does not name itself in a folder of its own.
    """
    given = os.environ.get(MODULES_VARIABLE)
    places = [Path(given)] if given else [parent / "node_modules" for parent in start.parents]
    found: dict[str, Path] = {}
    for place in places:
        for folder in (place, place / ".pnpm" / "node_modules"):
            for scope in SCOPES:
                if scope not in found and (folder / scope).is_dir():
                    found[scope] = (folder / scope).resolve()
    return found


def link(code: Path, places: Sequence[Path]) -> None:
    """Make the packages of these scopes importable by the function whose code is in ``code``.

    Of two places with one package, the first counts.

    ``import`` has no search path, so they must lie in a ``node_modules`` above the handler; it
    stands beside ``code``, where the function's own and its layers' come first.
    """
    for name in {place.name for place in places}:
        scope = code.parent / "node_modules" / name
        found = [place for place in places if place.name == name]
        if scope.exists():  # a layer has the scope
            continue
        scope.parent.mkdir(exist_ok=True)
        if len(found) == 1:  # a link for each of its packages costs a cold start 10 ms
            scope.symlink_to(found[0], target_is_directory=True)
            continue
        scope.mkdir()
        for package in (package for place in found for package in place.iterdir()):
            to = scope / package.name
            if not to.exists():
                to.symlink_to(package.resolve(), target_is_directory=True)


def _install(
    folder: Path, npm: Sequence[str], packages: Sequence[str], environment: dict[str, str]
) -> None:
    manifest = folder / "package.json"
    if not manifest.exists():
        manifest.write_text(json.dumps({"private": True}), encoding="utf-8")
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    subprocess.run(
        [*npm, "install", *options, *packages],
        cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=_SECONDS, check=True,
    )  # fmt: skip


def _named(code: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(code):
        if "node_modules" in folders:
            folders.remove("node_modules")
        for file in files:
            if file.endswith(_CODE):
                text = (Path(folder) / file).read_text(encoding="utf-8", errors="replace")
                yield from _PACKAGE.findall(text)


def _why(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        return str(error.stderr or error.stdout).strip().splitlines()[0]
    return str(error)
