"""The address that an import job's CSV file is put to: ``PreSignedUrl`` of the job names it."""

from __future__ import annotations

import asyncio
from urllib.parse import parse_qs

from workbench.localcloud.access import bodies
from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import USER_IMPORTS_PATH
from workbench.localcloud.ministack.patches.cognito.user_imports import receive_file

_MOST = 100 * 1024 * 1024
"""Bytes: Cognito's limit for a file of users."""


def user_imports_route() -> Route:
    """Takes a file by PUT from whoever has the address, as AWS does."""
    return Route(USER_IMPORTS_PATH, _take, public=True)


async def _take(scope: Scope, receive: Receive, send: Send) -> None:
    job_id = scope["path"].removeprefix(USER_IMPORTS_PATH)
    query = parse_qs(bytes(scope["query_string"]).decode("ascii", "replace"))
    token = query.get("token", [""])[0]
    if scope["method"] != "PUT":
        await send_json(send, 405, {"message": "PUT the CSV file."})
        return
    try:
        messages = await bodies.read_whole(receive, _MOST)
        text = bodies.joined(messages).decode("utf-8")
    except bodies.TooLargeError:
        await send_json(send, 413, {"message": "A file of users has 100 MB at most."})
        return
    except UnicodeDecodeError:
        await send_json(send, 400, {"message": "The file is not UTF-8."})
        return
    if not await asyncio.to_thread(receive_file, job_id, token, text):
        await send_json(send, 403, {"message": "Take the address from a job that has not begun."})
        return
    await send_json(send, 200, {})
