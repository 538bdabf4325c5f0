"""Tells of what IAM refuses on the local cloud, while a sandbox runs there."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from pathlib import Path

from workbench.loop.connection import Connection
from workbench.loop.daemon_threads import in_thread
from workbench.loop.event_sink import EventSink
from workbench.loop.options import SandboxOptions
from workbench.model.events import Level, LocalCloudReported, LogLine
from workbench.project.models import Project

_PAUSE = 1.0
"""Seconds before it is tried again, while the local cloud starts again."""


async def report_refusals(
    project: Project, options: SandboxOptions, connection: Connection, sink: EventSink
) -> None:
    """Log each refusal with the rule that would have allowed it; runs until cancelled.

    Costs nothing while nothing is refused: the local cloud sends then.
    """
    folder = project.local_cloud_dir
    outputs = options.outputs_folder(project.root) / "amplify_outputs.json"
    while True:
        try:
            await connection.open()
            await _report(project, folder, outputs, sink)
        except Exception as error:  # noqa: BLE001 - a help only; the deployment meets it, too
            sink.tell(Level.DEBUG, f"IAM's refusals are not heard now: {error}", "iam")
        await asyncio.sleep(_PAUSE)


async def _report(project: Project, folder: Path, outputs: Path, sink: EventSink) -> None:
    from workbench.iam_refusals.lines import refusal_line
    from workbench.localcloud.lifecycle import status, target_of
    from workbench.localcloud.refusal_stream import refusals

    now = await in_thread(lambda: status(folder), "local-cloud-status")
    if not now.running:
        return
    root, amplify, language = project.root, project.amplify_dir, project.language
    async for call in refusals(target_of(now, folder)):
        if isinstance(call, bool):
            sink(
                LocalCloudReported(
                    at=time.time(),
                    status="running",
                    endpoint=now.endpoint,
                    damages=tuple(str(each) for each in now.damages),
                    iam=call,
                )
            )
            continue
        line = partial(refusal_line, call, root, amplify, outputs, language)
        text = await in_thread(line, "refusal-line")
        sink(LogLine(at=time.time(), level=Level.WARNING, source="iam", text=text))
