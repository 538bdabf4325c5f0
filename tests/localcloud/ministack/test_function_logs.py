"""Functions' logs on the local cloud are read as they are on AWS."""

from __future__ import annotations

import io
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from workbench.function_logs.tail import Tail

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

CODE = 'def handler(event, context):\n    print("hello")\n    print("hello")\n'


def test_each_run_is_read_once(stacks: Stacks) -> None:
    clients = stacks.clients
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.py", CODE)
    tail = Tail("/aws/lambda/talks", 0)
    assert tail.read(clients.logs) == []
    clients.lambda_.create_function(
        FunctionName="talks",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/talks",
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    for _ in range(2):
        clients.lambda_.invoke(FunctionName="talks")
        lines = [event.message.rstrip() for event in tail.read(clients.logs)]
        assert lines.count("hello") == 2
        assert sum(line.startswith("REPORT RequestId:") for line in lines) == 1
    assert tail.read(clients.logs) == []


MANY = {
    "python3.11": (
        "def handler(event, context):\n    for at in range(300):\n        print('line', at)\n"
    ),
    "nodejs20.x": (
        "export const handler = async () => {\n"
        "  for (let at = 0; at < 300; at++) console.log('line', at);\n};\n"
    ),
}


@pytest.mark.parametrize("runtime", MANY)
def test_all_lines_of_a_run_are_there_when_it_has_answered(stacks: Stacks, runtime: str) -> None:
    clients = stacks.clients
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("index.py" if runtime.startswith("python") else "index.mjs", MANY[runtime])
    clients.lambda_.create_function(
        FunctionName="talks",
        Runtime=runtime,  # type: ignore[arg-type]
        Role="arn:aws:iam::000000000000:role/talks",
        Handler="index.handler",
        Code={"ZipFile": packed.getvalue()},
    )
    for _ in range(2):
        tail = Tail("/aws/lambda/talks", int(time.time() * 1000) - 1)
        clients.lambda_.invoke(FunctionName="talks")
        lines = [event.message.rpartition("\t")[2] for event in tail.read(clients.logs)]
        assert [line for line in lines if line.startswith("line")] == [
            f"line {at}" for at in range(300)
        ]
        assert not any("\x00" in line for line in lines)
        time.sleep(0.002)  # the next run is of another millisecond
