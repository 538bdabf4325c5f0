"""One deployed sandbox for all faults: each test breaks something and leaves it mended."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.sandbox_process import Said, SandboxProcess
from tests.quickstart_project import copy_quickstart
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle

IDENTIFIER = "faults"


class Running:
    """A real project with the headless sandbox watching it, without the type check."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.backend = folder / "amplify" / "backend.ts"
        self.model = folder / "amplify" / "data" / "resource.ts"
        self.good_backend = self.backend.read_text()
        self.good_model = self.model.read_text()
        self.sandbox = SandboxProcess(folder, "--identifier", IDENTIFIER, "--no-type-check")
        self.first = self.sandbox.finished()
        self.sandbox.settled()

    @property
    def clients(self) -> Clients:
        state = self.folder / ".amplify" / "local-cloud"
        return Clients(lifecycle.target_of(lifecycle.status(state), state))

    def deployed(self, result: str = "succeeded") -> Said:
        """The end of the next deployment that was not overtaken by a newer save."""
        finished = self.sandbox.until(
            lambda event: event["kind"] == "deployment-finished" and event["result"] != "superseded"
        )
        assert finished["result"] == result, finished
        return finished

    def model_with(self, fields: str) -> str:
        """The model with these fields after ``content``."""
        changed = self.good_model.replace("a.string()", f"a.string(), {fields}")
        assert changed != self.good_model
        return changed

    def tables(self) -> list[str]:
        return [name.split("-")[0] for name in self.clients.dynamodb.list_tables()["TableNames"]]

    def schema(self) -> str:
        appsync: Any = self.clients.appsync
        (api,) = appsync.list_graphql_apis()["graphqlApis"]
        answer = appsync.get_introspection_schema(apiId=api["apiId"], format="SDL")
        return str(answer["schema"].read().decode())

    def local_cloud_pid(self) -> int:
        pid = lifecycle.status(self.folder / ".amplify" / "local-cloud").pid
        assert pid
        return pid


@pytest.fixture(scope="module")
def running(npm_modules: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = copy_quickstart(tmp_path_factory.mktemp("faults") / "quickstart", npm_modules)
    project = Running(folder)
    try:
        assert project.first["result"] == "succeeded"
        yield project
        assert project.sandbox.end(signal.SIGINT) == 130
        assert project.sandbox.process.stderr is not None
        assert "Traceback" not in project.sandbox.process.stderr.read()
    finally:
        project.sandbox.process.kill()
        project.sandbox.process.wait()
        lifecycle.stop(folder / ".amplify" / "local-cloud")
