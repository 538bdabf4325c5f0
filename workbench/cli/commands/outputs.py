"""``amplify-tui outputs``: writes ``amplify_outputs.json`` from what is deployed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from workbench.cli.colours import Paint
from workbench.cli.flags import add_outputs, add_target
from workbench.cli.output import out
from workbench.cli.parser import Parser
from workbench.cli.session import connect_session

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

    from workbench.startup import Session

NAME: Final = "outputs"
ABOUT: Final = "write amplify_outputs.json from the deployed stack"


def register(parser: Parser) -> None:
    """Add the arguments."""
    parser.set_defaults(run=run)
    add_target(parser)
    add_outputs(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the file; raises UserProblem if nothing is deployed."""
    import asyncio

    from workbench.aws.clients import Clients
    from workbench.deploy.outputs.outputs import OutputsRequest, write_outputs_file
    from workbench.model.events import discard

    session = connect_session(arguments)
    folder = arguments.outputs_out_dir
    request = OutputsRequest(
        directory=folder.expanduser().absolute() if folder else session.project.root,
        introspect=lambda schema: asyncio.run(_introspect(session, schema)),
        fmt=arguments.outputs_format,
        version=arguments.outputs_version,
        sandbox_dir=session.sandbox_dir,
        root=session.project.root,
    )
    written = write_outputs_file(Clients(session.target), session.stack_name, request, discard)
    paint = Paint.of(sys.stdout)
    of = paint.faint(f"of {session.target.label}" + ("" if written.changed else ", unchanged"))
    out(f"{paint.good('✓')} {request.path} {of}")
    return 0


async def _introspect(session: Session, schema: str) -> Mapping[str, Any]:
    from workbench.model.events import discard
    from workbench.synth.synthesizer import Synthesizer

    synthesizer = Synthesizer(session.project, session.node.executable, discard)
    try:
        return await synthesizer.introspect(schema)
    finally:
        await synthesizer.close()
