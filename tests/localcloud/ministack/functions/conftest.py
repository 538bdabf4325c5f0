"""Functions made from a few lines of code, on a local cloud whose shell has settings of its own."""

from __future__ import annotations

import base64
import io
import itertools
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.project.node_runtime import find_node

ROLE = "arn:aws:iam::000000000000:role/any"
NODE = f"nodejs{find_node().version[0]}.x"
"""The runtime of the Node that is here: of another one, a function's log says so."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an invocation was answered: ``told`` is its payload, ``log`` the tail of its log."""

    told: Any
    error: str | None
    log: str


def zipped(files: dict[str, str]) -> bytes:
    """An archive of the files."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = 0o755 << 16
            archive.writestr(member, text)
    return content.getvalue()


class Functions:
    """Creates and invokes functions."""

    def __init__(self, clients: Clients) -> None:
        self.clients = clients
        self._client: Any = clients.lambda_
        self._names = (f"function-{number}" for number in itertools.count())

    def create(self, runtime: str, code: str | dict[str, str], **given: Any) -> str:
        """Create a function and return its name."""
        main = "index.py" if runtime.startswith("python") else "index.js"
        name = next(self._names)
        settings = {"Handler": "index.handler", "Timeout": 20, **given}
        self._client.create_function(
            FunctionName=name, Runtime=runtime, Role=ROLE, **settings,
            Code={"ZipFile": zipped({main: code} if isinstance(code, str) else code)},
        )  # fmt: skip
        return name

    def invoke(self, name: str, event: Any = None) -> Answer:
        """Invoke a function, and wait for its answer."""
        answer = self._client.invoke(
            FunctionName=name, LogType="Tail", Payload=json.dumps(event).encode()
        )
        log = base64.b64decode(answer.get("LogResult", "")).decode()
        return Answer(json.load(answer["Payload"]), answer.get("FunctionError"), log)

    def run(self, runtime: str, code: str | dict[str, str], **given: Any) -> Answer:
        """Create a function and invoke it once."""
        return self.invoke(self.create(runtime, code, **given))


@pytest.fixture(scope="module")
def functions(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Functions]:
    """A local cloud of the module's own: it was started from a shell with settings."""
    state = tmp_path_factory.mktemp("functions")
    with pytest.MonkeyPatch.context() as shell:
        shell.setenv("TZ", "Asia/Tokyo")
        shell.setenv("STRIPE_KEY", "sk_leak")
        target = lifecycle.start(state)
    yield Functions(Clients(target))
    lifecycle.stop(state)
