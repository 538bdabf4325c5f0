"""Webhooks over HTTP: ``POST …/webhooks/ID`` starts a job of the webhook's branch."""

from __future__ import annotations

import asyncio
from typing import Any

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import WEBHOOKS_PATH
from workbench.localcloud.hosting.jobs import start_job
from workbench.localcloud.hosting.lookup import Jobs
from workbench.localcloud.hosting.protocol import RefusalError
from workbench.localcloud.hosting.state import HostingState


def webhook_route(state: HostingState, jobs: Jobs) -> Route:
    """Answers 202 with the job, as Amplify's own webhooks do; the id is the secret."""

    def start(key: str) -> dict[str, Any]:
        hook = state.webhooks.get(key)
        if hook is None:
            raise RefusalError("NotFoundException", "There is no such webhook.")
        members = {"appId": hook["appId"], "branchName": hook["branchName"], "jobType": "WEB_HOOK"}
        with state.change():
            return start_job(state, jobs, members)

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        if scope["method"] != "POST":
            await send_json(send, 405, {"message": "Send a POST request."})
            return
        try:
            answer = await asyncio.to_thread(start, scope["path"].removeprefix(WEBHOOKS_PATH))
        except RefusalError as refusal:
            await send_json(send, refusal.status, {"message": str(refusal)})
            return
        await send_json(send, 202, answer)

    return Route(WEBHOOKS_PATH, app, own_effects=True, public=True)
