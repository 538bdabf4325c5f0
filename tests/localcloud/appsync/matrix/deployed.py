"""One real deployment of the matrix's schema, shared by every test process of a run.

Deploying takes about 25 seconds on two cores, so the processes of one run share the project: the
first deploys it, each starts its local cloud if it is down, and the last that leaves stops it.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle

PASSWORD = "Correct-horse-1"
USERS = {"ann": None, "bob": None, "cara": "Admins", "dan": "Editors"}
"""Each user's group; the user name is the address NAME@example.com."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployed project: its folder, its local cloud, its ``amplify_outputs.json``."""

    project: Path
    target: LocalTarget
    outputs: dict[str, Any]

    @property
    def url(self) -> str:
        """Where GraphQL requests go."""
        return str(self.outputs["data"]["url"])


@contextmanager
def shared_deployment(folder: Path, make_project: Callable[[Path], Path]) -> Iterator[Deployed]:
    """The deployment in ``folder``, of what ``make_project`` puts in a folder.

    The first makes it.
    """
    project = folder / "matrix"
    state = project / ".amplify" / "local-cloud"
    counter = folder / "users"
    with _locked(folder / "lock"):
        if not (folder / "complete").exists():
            shutil.rmtree(project, ignore_errors=True)
            _deploy(make_project(project))
            target = lifecycle.start(state)
            outputs = _outputs(project)
            _make_users(Clients(target), outputs["auth"]["user_pool_id"])
            (folder / "complete").touch()
        target = lifecycle.start(state)
        _count(counter, 1)
    try:
        yield Deployed(project, target, _outputs(project))
    finally:
        with _locked(folder / "lock"):
            if _count(counter, -1) == 0:
                lifecycle.stop(state)


def _deploy(project: Path) -> None:
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("amplify-tui")),
            *("sandbox", "--once", "--local", "--no-type-check"),
        ],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def _make_users(clients: Clients, pool: str) -> None:
    cognito = clients.cognito_idp
    for name, group in USERS.items():
        user: Any = {"UserPoolId": pool, "Username": f"{name}@example.com"}
        attributes: Any = [
            {"Name": "email", "Value": f"{name}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ]
        cognito.admin_create_user(**user, MessageAction="SUPPRESS", UserAttributes=attributes)
        cognito.admin_set_user_password(**user, Password=PASSWORD, Permanent=True)
        if group:
            cognito.admin_add_user_to_group(**user, GroupName=group)


def _outputs(project: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((project / "amplify_outputs.json").read_text("utf-8"))
    return found


def _count(file: Path, change: int) -> int:
    number = int(file.read_text()) if file.exists() else 0
    file.write_text(str(number + change))
    return number + change


@contextmanager
def _locked(file: Path) -> Iterator[None]:
    with file.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
