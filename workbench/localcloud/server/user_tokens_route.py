"""The local cloud's own address for a user's tokens: POST pool, client and user name as JSON."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.short_bodies import short_body
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import TOKENS_PATH
from workbench.localcloud.ministack.bridge.user_tokens import NoTokensError, issue_tokens

_LONGEST = 4096


def user_tokens_route() -> Route:
    """Answers 200 with the tokens, 400 with a message."""
    return Route(TOKENS_PATH, _answer, admin=True)


async def _answer(scope: Scope, receive: Receive, send: Send) -> None:
    # A page of another site cannot send JSON without a preflight, which gets no permission here.
    content_type = dict(scope["headers"]).get(b"content-type", b"")
    if scope["method"] != "POST" or not content_type.startswith(b"application/json"):
        await send_json(send, 400, {"message": "POST userPoolId, clientId and username as JSON."})
        return
    body = await short_body(receive, _LONGEST)
    try:
        asked: dict[str, Any] = json.loads(body)
        # In a thread: a function that changes the claims calls the local cloud itself.
        tokens = await asyncio.to_thread(
            issue_tokens,
            str(asked["userPoolId"]),
            str(asked["clientId"]),
            str(asked["username"]),
        )
    except (ValueError, KeyError, TypeError):
        await send_json(send, 400, {"message": "POST userPoolId, clientId and username as JSON."})
    except NoTokensError as problem:
        await send_json(send, 400, {"message": str(problem)})
    else:
        await send_json(send, 200, tokens)
