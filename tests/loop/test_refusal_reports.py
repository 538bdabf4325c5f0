"""A sandbox's log has a line for what IAM refuses, while it happens; and says when IAM is off."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.local_clouds import SharedCloud
from tests.localcloud.access.callers import Caller, refused
from workbench.localcloud import lifecycle
from workbench.loop.connection import Connection
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.loop.refusal_reports import report_refusals
from workbench.model.events import AnyEvent, LocalCloudReported, LogLine
from workbench.project.models import Project
from workbench.redaction.redactor import Redactor

STORAGE = "export const files = defineStorage({\n  name: 'files',\n  access: () => ({}),\n});\n"
OUTPUTS = '{"storage": {"buckets": [{"name": "files", "bucket_name": "told"}]}}'


class _Connected:
    """A target that is connected; what the stack is does not matter here."""

    def connect(self) -> Any:
        return object()

    def explain(self, error: Exception) -> Any:
        raise error


async def test_refusals_come_as_log_lines_and_the_switch_as_the_clouds_state(
    shared_cloud: SharedCloud, tmp_path: Path
) -> None:
    target = shared_cloud.target
    (tmp_path / "amplify" / "storage").mkdir(parents=True)
    (tmp_path / "amplify" / "storage" / "resource.ts").write_text(STORAGE)
    (tmp_path / "amplify" / "backend.ts").write_text("\ndefineBackend({ files });\n")
    (tmp_path / "amplify_outputs.json").write_text(OUTPUTS)
    project = Project(
        tmp_path, tmp_path / "amplify" / "backend.ts", "app", cloud_dir=shared_cloud.state_dir
    )
    events: asyncio.Queue[AnyEvent] = asyncio.Queue()
    sink = EventSink(events.put_nowait, Redactor())
    reporting = asyncio.create_task(
        report_refusals(project, SandboxOptions(), Connection(_Connected()), sink)
    )

    async def told(kind: type[Any]) -> Any:
        while True:
            event = await asyncio.wait_for(events.get(), 20)
            if isinstance(event, kind):
                return event

    caller = await asyncio.to_thread(Caller, target)
    s3 = caller.client("s3")

    def be_refused(number: int) -> None:
        refused(lambda: s3.get_object(Bucket="told", Key=f"pub/{number}"))

    try:
        # It hears what comes once it listens: until then it is refused again.
        line: LogLine | None = None
        number = 0
        while line is None:
            number += 1
            await asyncio.to_thread(be_refused, number)
            with suppress(TimeoutError):
                async with asyncio.timeout(0.2):
                    line = await told(LogLine)
        assert (line.source, line.level) == ("iam", "warning")
        number = int(line.text.partition("pub/")[2].partition(" ")[0])
        assert line.text.startswith(f"IAM refused the role {caller.role} s3:GetObject on pub/")
        assert line.text.endswith(
            f"in the storage files. Allowed by: a statement that allows s3:GetObject on "
            f"arn:aws:s3:::told/pub/{number}, for the role {caller.role} → "
            "amplify/backend.ts:2 (backend)"
        )
        await asyncio.to_thread(lifecycle.start, shared_cloud.state_dir, iam=False)
        assert (await told(LocalCloudReported)).iam is False
        await asyncio.to_thread(lifecycle.start, shared_cloud.state_dir, iam=True)
        assert (await told(LocalCloudReported)).iam is True
    finally:
        lifecycle.start(shared_cloud.state_dir, iam=True)
        reporting.cancel()
        with suppress(asyncio.CancelledError):
            await reporting
