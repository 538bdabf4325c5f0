"""``amplify-tui outputs``: write ``amplify_outputs.json`` from what is deployed."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from workbench.aws.clients import Clients
from workbench.cli.colours import Paint
from workbench.cli.output import out
from workbench.deploy.execute.execute import OutputsRequest, write_outputs_file
from workbench.model.events import unheard
from workbench.startup import Session, connect
from workbench.synth.synthesizer import Synthesizer


def generate_outputs(session: Session, arguments: argparse.Namespace) -> int:
    """Write the file; raises ProjectProblem where nothing is deployed."""
    session = connect(session, unheard)
    folder = arguments.outputs_out_dir
    request = OutputsRequest(
        directory=folder.expanduser().absolute() if folder else session.project.root,
        introspect=lambda schema: asyncio.run(_introspect(session, schema)),
        fmt=arguments.outputs_format,
        version=arguments.outputs_version,
    )
    changed = write_outputs_file(Clients(session.target), session.stack_name, request, unheard)
    paint = Paint.of(sys.stdout)
    out(f"{paint.good('✓')} {request.path}" + ("" if changed else paint.faint(" (unchanged)")))
    return 0


async def _introspect(session: Session, schema: str) -> Mapping[str, Any]:
    synthesizer = Synthesizer(session.project, session.node.executable, unheard)
    try:
        return await synthesizer.introspect(schema)
    finally:
        await synthesizer.close()
