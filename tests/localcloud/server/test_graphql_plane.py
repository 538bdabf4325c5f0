"""What the first GraphQL request needs is imported in a thread, not while others wait."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import asyncio, sys
from workbench.localcloud.server import graphql_plane

graphql_plane.import_data_plane()
before = set(sys.modules)


async def load():
    service = graphql_plane.GraphQLPlane(lambda names: None)
    await service._load()
    service.close()


asyncio.run(load())
print("\\n".join(sorted(set(sys.modules) - before)))
"""


def test_nothing_of_ours_is_imported_on_the_event_loop() -> None:
    found = subprocess.run(
        [sys.executable, "-c", _SCRIPT], capture_output=True, text=True, timeout=120, check=True
    )
    late = [
        name
        for name in found.stdout.split()
        if name.split(".")[0] in ("workbench", "graphql", "quickjs")
    ]
    assert late == []
