"""A sandbox that streams functions' logs from its start deploys as any other."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from watchfiles import awatch

from tests.loop.folder_stages import FolderStages, Running
from workbench.function_logs.functions import LoggedFunction
from workbench.loop.function_log_stream import FunctionLogOptions
from workbench.loop.options import SandboxOptions
from workbench.model.events import LogLine


class LogService:
    """CloudWatch without Live Tail, with one line, logged a second from now."""

    def __init__(self) -> None:
        self.asked = 0
        self._at = int((time.time() + 1) * 1000)

    def filter_log_events(self, **_request: object) -> Mapping[str, Any]:
        self.asked += 1
        return {"events": [{"timestamp": self._at, "message": "hello\n", "eventId": "1"}]}

    def start_live_tail(self, **_request: object) -> None:
        error = {"Code": "UnknownOperationException", "Message": "StartLiveTail"}
        raise ClientError({"Error": error}, "StartLiveTail")  # type: ignore[typeddict-item]


async def test_logs_stream_from_the_first_deployment_on(tmp_path: Path) -> None:
    service = LogService()
    stages = FolderStages(tmp_path, logged=[LoggedFunction("talks", "/talks")], log_service=service)
    running = Running(tmp_path, stages, SandboxOptions(function_logs=FunctionLogOptions()))

    def said() -> list[str]:
        lines = [each for each in running.events if isinstance(each, LogLine)]
        return [each.text for each in lines if each.source == "talks"]

    await running.until(lambda: said() == ["hello"])
    assert running.finished
    await running.stop()
    assert said() == ["hello"]


async def test_writing_the_logs_to_a_watched_file_deploys_nothing(tmp_path: Path) -> None:
    stages = FolderStages(
        tmp_path, logged=[LoggedFunction("talks", "/talks")], log_service=LogService()
    )
    file = tmp_path / "amplify" / "functions.log"
    options = SandboxOptions(function_logs=FunctionLogOptions((), file))
    running = Running(tmp_path, stages, options)
    await running.until(lambda: bool(running.finished))
    async with asyncio.timeout(30):
        async for _ in awatch(file.parent, yield_on_timeout=True, rust_timeout=50):
            if file.exists() and "hello" in file.read_text():
                break
    await running.idle()
    assert len(running.finished) == 1
    await running.stop()


async def test_nothing_is_asked_for_until_it_is_switched_on(tmp_path: Path) -> None:
    service = LogService()
    stages = FolderStages(tmp_path, logged=[LoggedFunction("talks", "/talks")], log_service=service)
    running = Running(tmp_path, stages, SandboxOptions())
    await running.until(lambda: bool(running.finished))
    await running.idle()
    assert service.asked == 0
    running.sandbox.stream_function_logs(True)
    await running.until(lambda: service.asked > 0)
    await running.stop()


async def test_chosen_functions_alone_are_streamed(tmp_path: Path) -> None:
    logged = [LoggedFunction(name, f"/{name}") for name in ("one", "two")]
    stages = FolderStages(tmp_path, logged=logged, log_service=LogService())
    running = Running(tmp_path, stages, SandboxOptions())
    await running.until(lambda: bool(running.finished))
    running.sandbox.stream_function_logs(True, ["two"])

    def sources() -> list[str]:
        lines = [each for each in running.events if isinstance(each, LogLine)]
        return [each.source for each in lines if each.text == "hello"]

    await running.until(lambda: bool(sources()))
    assert sources() == ["two"]
    running.sandbox.stream_function_logs(True, [])  # all of them
    await running.until(lambda: "one" in sources())
    await running.stop()
