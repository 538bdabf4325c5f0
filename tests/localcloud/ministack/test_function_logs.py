"""Functions' logs on the local cloud are read as they are on AWS."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

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
