"""The local cloud's own address for functions under a debugger.

GET: those that are. POST ``{"function": ARN, "on": true, "root": FOLDER, "debugpy": FOLDER}``:
restart a function with its debugger, or without.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.short_bodies import short_body
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import DEBUG_PATH
from workbench.localcloud.ministack.functions import debugging
from workbench.localcloud.ministack.patches.lambda_functions import debugged_workers

_LONGEST = 16 * 1024


def debug_route() -> Route:
    """Answers 200 with addresses, 400 with why a function cannot be debugged."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "GET":
            every = debugging.every()
            found = await asyncio.to_thread(lambda: [each.address() for each in every])
            await send_json(send, 200, {"functions": found})
            return
        try:
            given = json.loads(await short_body(receive, _LONGEST))
            arn, on = str(given["function"]), bool(given["on"])
            root, debugpy = Path(str(given.get("root") or "/")), str(given.get("debugpy") or "")
        except (ValueError, KeyError, TypeError, AttributeError):
            await send_json(send, 400, {"message": "POST function (its ARN) and on as JSON."})
            return
        try:
            if on:
                told = await asyncio.to_thread(debugged_workers.turn_on, arn, root, debugpy)
            else:
                told = {"on": False, "was": await asyncio.to_thread(debugged_workers.turn_off, arn)}
        except debugged_workers.NotDebuggedError as problem:
            await send_json(send, 400, {"message": str(problem)})
            return
        await send_json(send, 200, told)

    return Route(DEBUG_PATH, answer, admin=True)
