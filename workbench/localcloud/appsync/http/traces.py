"""Serves the traces: ``/_amplify_tui/appsync/<api id>/traces`` and ``…/traces/<request id>``."""

from __future__ import annotations

import re

from workbench.localcloud.appsync.execution.trace import Traces
from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.types import App, Receive, Scope, Send
from workbench.localcloud.contract import TRACES_PREFIX

_PATH = re.compile(re.escape(TRACES_PREFIX) + r"([^/]+)/traces(?:/([^/]+))?")


def traces_application(traces: Traces) -> App:
    """The list of an API's last requests, newest first, or one of them in full."""

    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        match = _PATH.fullmatch(scope["path"])
        if match is None:
            await send_json(send, 404, {"message": "no such address"})
        elif match[2] is None:
            await send_json(send, 200, {"traces": [t.summary() for t in traces.latest(match[1])]})
        else:
            found = traces.find(match[1], match[2])
            if found is None:
                await send_json(send, 404, {"message": "this request's trace is not kept"})
            else:
                await send_json(send, 200, found.document())

    return app
