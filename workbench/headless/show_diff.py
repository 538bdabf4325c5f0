"""``amplify-tui diff``: what a deployment would change, with nothing changed."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from dataclasses import asdict

from workbench.events import AnyEvent, DiagnosticsReported, Level, LogLine
from workbench.headless.lines import HumanLines
from workbench.headless.paint import Paint
from workbench.journal.redact import Redactor
from workbench.loop.blocking import in_thread
from workbench.loop.hub import EventHub
from workbench.loop.options import SandboxOptions
from workbench.loop.real_stages import RealStages
from workbench.loop.stages import Prepared
from workbench.loop.verdict import verdict
from workbench.startup import Session


def show_diff(session: Session, arguments: argparse.Namespace) -> int:
    """Print the diff, the losses and the plan; 1 where the backend can't be evaluated."""
    return asyncio.run(_show(session, as_json=arguments.json))


async def _show(session: Session, *, as_json: bool) -> int:
    human = HumanLines(Paint.of(sys.stderr))

    def emit(event: AnyEvent) -> None:
        said_by_user = isinstance(event, LogLine) and event.level is not Level.DEBUG
        if said_by_user or isinstance(event, DiagnosticsReported):
            print("\n".join(human.lines(event)), file=sys.stderr)

    # An assembly of its own: a sandbox that runs in another terminal may be reading the shared one.
    assembly_dir = session.sandbox_dir / "diff.out"
    options = SandboxOptions(type_check=False)
    stages = RealStages(session, options, EventHub(emit, Redactor()), assembly_dir=assembly_dir)
    try:
        await stages.open()
        result = await stages.synth(0)
        failure = verdict(result, None)
        if failure is not None or result.assembly is None:
            if failure is not None:
                print("\n".join(human.failure(failure)), file=sys.stderr)
            return 1
        assembly = result.assembly
        prepared = await in_thread(lambda: stages.prepare(assembly, 0), "diff")
    finally:
        await stages.close()
    print(_json(prepared) if as_json else "\n".join(stages.preview(prepared)))
    return 0


def _json(prepared: Prepared) -> str:
    return json.dumps(
        {
            "method": prepared.method,
            "steps": prepared.steps,
            "losses": [asdict(loss) for loss in prepared.losses],
            "diff": asdict(prepared.diff),
        },
        ensure_ascii=False,
    )
