"""Listens to IAM's refusals: one open connection, on which nothing is sent in between."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import suppress
from urllib.parse import urlsplit

from workbench.aws.target import LocalTarget
from workbench.localcloud.contract import REFUSALS_PATH
from workbench.model.refused_calls import RefusedCall, refused_call

_DATA = b"data: "


async def refusals(target: LocalTarget) -> AsyncGenerator[RefusedCall | bool, None]:
    """Yield what IAM refuses from now on, and whether it is on when that changes.

    Ends when the local cloud does. Raises OSError if nobody answers there.
    """
    url = target.endpoint + REFUSALS_PATH
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        headers = dict(target.keys.sign("GET", url)) if target.keys else {}
        headers["Host"] = parts.netloc
        lines = [f"GET {parts.path} HTTP/1.1", *(f"{name}: {headers[name]}" for name in headers)]
        writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
        await writer.drain()
        # Each event comes as a chunk of its own, so its line is whole; sizes of chunks and empty
        # lines are not events.
        while line := await reader.readline():
            if line.startswith(_DATA):
                document = json.loads(line.removeprefix(_DATA))
                found = refused_call(document)
                if found is not None:
                    yield found
                elif isinstance(document.get("enforced"), bool):
                    yield document["enforced"]
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
