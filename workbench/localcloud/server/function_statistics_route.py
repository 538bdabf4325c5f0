"""The local cloud's own address for what CloudWatch's metrics are on AWS: GET it with a region.

The answer has numbers alone: how often each function ran in the last hour, and how long.
"""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import FUNCTION_STATISTICS_PATH
from workbench.localcloud.ministack.functions.invocation_records import InvocationRecords


def function_statistics_route(records: InvocationRecords) -> Route:
    """Answers 200 with ``{"functions": {NAME: …}}``; 400 without a region."""

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        query = parse_qs(bytes(scope["query_string"]).decode("ascii", "replace"))
        region = query.get("region", [""])[0]
        if not region:
            await send_json(send, 400, {"message": "GET it with a region."})
            return
        found = await asyncio.to_thread(records.statistics, region)
        await send_json(send, 200, {"functions": found})

    return Route(FUNCTION_STATISTICS_PATH, answer, admin=True)
