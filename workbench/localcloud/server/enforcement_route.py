"""Turns IAM on or off for the running local cloud: POST ``{"enforced": false}``."""

from __future__ import annotations

import json
import logging

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.short_bodies import short_body
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import IAM_PATH
from workbench.localcloud.ministack.authorization import enforcement
from workbench.localcloud.server.refusal_feed import RefusalFeed

logger = logging.getLogger("local cloud")

_LONGEST = 1024


def enforcement_route(feed: RefusalFeed) -> Route:
    """Answers with what holds from now on; those who listen to ``feed`` are told of a change."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = await short_body(receive, _LONGEST)
        try:
            on = json.loads(body)["enforced"]
        except (ValueError, KeyError, TypeError):
            on = None
        if scope["method"] != "POST" or not isinstance(on, bool):
            await send_json(send, 400, {"message": "POST enforced as JSON: true or false."})
            return
        if on is not enforcement.is_enforced():
            enforcement.enforce(on=on)
            logger.warning("IAM is %s", "on" if on else "off: policies are not enforced")
            feed.switched(on=on)
        await send_json(send, 200, {"enforced": on})

    return Route(IAM_PATH, app, admin=True)
