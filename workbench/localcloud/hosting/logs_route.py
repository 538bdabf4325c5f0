"""Jobs' logs over HTTP: ``GET …/logs/TOKEN/APP/BRANCH/JOB/STEP.log?offset=N``, from byte N on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import parse_qs

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import LOGS_PATH
from workbench.localcloud.hosting.log_addresses import log_of


def logs_route(folder: Path, secret: str) -> Route:
    """Answers with the rest of a log as text; a reader follows it by asking again.

    ``secret`` is what the addresses were made with.
    """
    root = (folder / "logs").resolve()

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        path = log_of(scope["path"].removeprefix(LOGS_PATH), secret)
        if path is None:
            await send_json(send, 403, {"message": "Take the log's address from the job."})
            return
        file = (root / path).resolve()
        asked = parse_qs(scope["query_string"].decode("ascii", "replace")).get("offset", ["0"])[0]
        if not file.is_relative_to(root) or file.suffix != ".log" or not asked.isdecimal():
            await send_json(send, 404, {"message": "There is no such log."})
            return
        try:
            body = await asyncio.to_thread(_rest, file, int(asked))
        except OSError:
            await send_json(send, 404, {"message": "There is no such log."})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return Route(LOGS_PATH, app, admin=True, public=True)


def _rest(file: Path, offset: int) -> bytes:
    with file.open("rb") as opened:
        opened.seek(offset)
        return opened.read()
