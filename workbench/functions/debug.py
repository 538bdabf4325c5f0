"""Runs a function of the local cloud under a debugger: turns it on and off, and says where it is.

Node's inspector and debugpy listen on loopback. While they do, the function's invocations take
turns in one process, and no time limit counts.
"""

from __future__ import annotations

import getpass
import importlib.util
import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from workbench.aws.target import LocalTarget
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.bundles import bundle_of
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions
from workbench.localcloud.client import Answer
from workbench.localcloud.client import ask as ask_local_cloud
from workbench.localcloud.contract import DEBUG_PATH
from workbench.model.user_problem import UserProblem

_SECONDS: Final = 60.0
"""A start of the function's process may take that long."""


@dataclass(frozen=True, slots=True)
class DebugAddress:
    """Where a debugger reaches a function.

    ``url`` is the inspector's WebSocket, "" for debugpy. ``problem`` is what kept the function from
    loading; a debugger finds it there once its code can be loaded.
    """

    arn: str
    runtime: str
    host: str
    port: int
    url: str = ""
    problem: str = ""

    @property
    def is_node(self) -> bool:
        """Whether Node's inspector listens, and not debugpy."""
        return self.runtime.startswith("nodejs")

    @property
    def devtools(self) -> str:
        """The address to open in Chrome, "" for debugpy."""
        if not self.url:
            return ""
        return f"devtools://devtools/bundled/js_app.html?ws={self.url.removeprefix('ws://')}"

    @property
    def forwarding(self) -> str:
        """The command that forwards the port to the user's own machine; "" unless this is SSH."""
        places = os.environ.get("SSH_CONNECTION", "").split()
        if len(places) != 4:
            return ""
        port = "" if places[3] == "22" else f"-p {places[3]} "
        forward = f"{self.port}:{self.host}:{self.port}"
        return f"ssh -N -L {forward} {port}{getpass.getuser()}@{places[2]}"


def debug_on(opened: OpenedFunctions, function: BackendFunction) -> DebugAddress:
    """Restart the function under its debugger; blocks. Raises UserProblem."""
    debugpy = _debugpy(opened.root) if function.runtime.startswith("python") else None
    if function.runtime.startswith("python") and debugpy is None:
        raise UserProblem(
            f"debugpy is needed to debug {function.name}, and it is not installed.",
            "Install the package debugpy into the project's .venv.",
        )
    document = {"function": function.arn, "on": True, "root": str(opened.root)}
    answer = _asked(opened, {**document, "debugpy": str(debugpy or "")})
    if answer.status != 200:
        raise FunctionsProblem(answer.refusal, "Choose a function that runs on Node.js or Python.")
    return _address(answer.document)


def debug_off(opened: OpenedFunctions, function: BackendFunction) -> bool:
    """Restart the function without a debugger; whether it had one. Blocks; raises UserProblem."""
    answer = _asked(opened, {"function": function.arn, "on": False})
    return bool(answer.document.get("was"))


def debugged(opened: OpenedFunctions) -> dict[str, DebugAddress]:
    """The functions under a debugger, by ARN; none on AWS. Blocks; raises UserProblem."""
    if not isinstance(opened.clients.target, LocalTarget):
        return {}
    found = _asked(opened, None).document.get("functions") or []
    return {address.arn: address for address in map(_address, found)}


def launch_configuration(
    opened: OpenedFunctions, function: BackendFunction, address: DebugAddress
) -> dict[str, Any]:
    """What VS Code needs to attach to the function; blocks. Raises FunctionsProblem."""
    configuration: dict[str, Any] = {"name": f"amplify-tui: {function.name}"}
    if address.is_node:
        # The source maps name the project's files, so no folder has to be mapped; the bundles in
        # the workspace are of other paths than the one that runs.
        return {
            **configuration,
            "type": "node", "request": "attach",
            "address": address.host, "port": address.port, "restart": True,
            "sourceMaps": True, "outFiles": [], "resolveSourceMapLocations": None,
            "skipFiles": ["<node_internals>/**", "**/node_process.cjs"],
        }  # fmt: skip
    folders = source_folders(opened, function) or [opened.root / "amplify"]
    return {
        **configuration,
        "type": "debugpy", "request": "attach",
        "connect": {"host": address.host, "port": address.port},
        "pathMappings": [
            {"localRoot": _in_workspace(each, opened.root), "remoteRoot": "."} for each in folders
        ],
        "justMyCode": True,
    }  # fmt: skip


def source_folders(opened: OpenedFunctions, function: BackendFunction) -> list[Path]:
    """Folders of the project that a Python function's code was taken from, the likeliest first."""
    bundle = bundle_of(opened, opened.live(), function)
    own: dict[str, list[Path]] = {}
    for path in (opened.root / "amplify").rglob("*.py"):
        if not {"node_modules", ".venv"} & set(path.parts):
            own.setdefault(path.name, []).append(path)
    found: Counter[Path] = Counter()
    for name in bundle.sizes:
        relative = PurePosixPath(name)
        content = bundle.read(name) if relative.name in own else None
        for path in own.get(relative.name, []) if content is not None else []:
            folder = path.parents[len(relative.parts) - 1]
            if folder / relative == path and path.read_bytes() == content:
                found[folder] += 1
    return [folder for folder, _ in found.most_common()]


def _asked(opened: OpenedFunctions, document: Mapping[str, Any] | None) -> Answer:
    target = opened.clients.target
    if not isinstance(target, LocalTarget):
        raise UserProblem(
            "A debugger cannot hold functions on AWS.",
            "Deploy the sandbox with --local, and debug them there.",
        )
    try:
        answer = ask_local_cloud(
            f"{target.endpoint}{DEBUG_PATH}", target.keys, document=document, timeout=_SECONDS
        )
        json.loads(answer.body)
    except OSError as error:
        raise FunctionsProblem(
            f"The local cloud could not be reached: {error}.", "Start it with a deployment."
        ) from None
    except ValueError:
        raise FunctionsProblem(
            "This local cloud knows no debuggers.",
            "It is of an earlier release: stop it, and deploy again.",
        ) from None
    return answer


def _address(document: Mapping[str, Any]) -> DebugAddress:
    return DebugAddress(
        arn=str(document["arn"]),
        runtime=str(document["runtime"]),
        host=str(document["host"]),
        port=int(document["port"]),
        url=str(document["url"]),
        problem=str(document.get("problem") or ""),
    )


def _debugpy(root: Path) -> Path | None:
    """The folder to import debugpy from: the project's environment, else our own."""
    for folder in _packages(root):
        if (folder / "debugpy" / "__init__.py").is_file():
            return folder
    spec = importlib.util.find_spec("debugpy")
    return Path(spec.origin).parents[1] if spec is not None and spec.origin else None


def _packages(root: Path) -> Iterator[Path]:
    active = os.environ.get("VIRTUAL_ENV")
    for environment in (root / ".venv", root / "venv", *([Path(active)] if active else [])):
        yield from sorted(environment.glob("lib/python3*/site-packages"), reverse=True)


def _in_workspace(folder: Path, root: Path) -> str:
    return f"${{workspaceFolder}}/{folder.relative_to(root).as_posix()}"
