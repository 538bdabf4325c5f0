"""The outputs files that ampx writes for a stack, by its own code but without its command.

``ampx generate outputs`` starts for 4 s each time; this asks the function behind it for any number
of files in one Node. ``localcloud/test_ampx.py`` runs the command itself.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import asdict, dataclass
from pathlib import Path

from workbench.aws.target import LocalTarget
from workbench.localcloud.env_vars import process_environment
from workbench.project.node_runtime import NodeRuntime

_SCRIPT = Path(__file__).with_name("ampx_outputs.mjs")
_SECONDS = 120


@dataclass(frozen=True)
class Wanted:
    """A file to write into a new folder; without a version in the newest one."""

    folder: Path
    version: str | None = None
    format: str = "json"


def ampx_outputs(
    root: Path, target: LocalTarget, node: NodeRuntime, stack: str, *wanted: Wanted
) -> list[Path]:
    """The files written for a stack with the npm packages of the project in ``root``."""
    for each in wanted:
        each.folder.mkdir()
    files = [{**asdict(each), "folder": str(each.folder)} for each in wanted]
    done = subprocess.run(
        [node.executable, _SCRIPT, json.dumps({"stack": stack, "wanted": files})],
        cwd=root,
        env=process_environment(target, os.environ),
        capture_output=True,
        text=True,
        timeout=_SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [next(each.folder.iterdir()) for each in wanted]
