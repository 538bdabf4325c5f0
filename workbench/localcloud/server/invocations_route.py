"""The local cloud's own address for functions' last invocations, newest first: GET it.

Query: ``function`` (the physical name), ``region``, and if wanted ``limit``, ``before`` (a
``number``), ``request`` (an id).
"""

from __future__ import annotations

import asyncio
from functools import partial
from urllib.parse import parse_qs

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import INVOCATIONS_PATH
from workbench.localcloud.ministack.functions.invocation_records import InvocationRecords


def invocations_route(records: InvocationRecords) -> Route:
    """Answers 200 with ``{"invocations": […]}``; 400 without a function and a region."""

    async def answer(scope: Scope, _receive: Receive, send: Send) -> None:
        query = parse_qs(bytes(scope["query_string"]).decode("ascii", "replace"))
        given = {name: values[0] for name, values in query.items()}
        try:
            read = partial(
                records.newest,
                given["function"],
                given["region"],
                limit=int(given.get("limit", 50)),
                before=int(given.get("before", 0)),
                request=given.get("request", ""),
            )
        except (KeyError, ValueError):
            await send_json(send, 400, {"message": "GET it with function and region."})
            return
        await send_json(send, 200, {"invocations": await asyncio.to_thread(read)})

    return Route(INVOCATIONS_PATH, answer, admin=True)
