"""The local cloud's own address for who a function is, to run its code outside: POST.

``{"function": ARN, "role": ARN, "variables": {…}}`` is answered with the credentials of a session
of its role, as environment variables, and with its variables as its processes have them here.
"""

from __future__ import annotations

import json

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.short_bodies import short_body
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import ROLE_SESSION_PATH
from workbench.localcloud.ministack.patches.cloudformation.output_addresses import reachable
from workbench.localcloud.ministack.patches.lambda_functions.credentials import credentials

_LONGEST = 256 * 1024


def role_session_route() -> Route:
    """Answers 200, or 400 without a function's ARN and a role's."""

    async def answer(_scope: Scope, receive: Receive, send: Send) -> None:
        try:
            given = json.loads(await short_body(receive, _LONGEST))
            function, role = str(given["function"]), str(given["role"])
            config = {
                "FunctionArn": function, "Role": role, "FunctionName": function.split(":")[6],
            }  # fmt: skip
            variables = {
                str(name): reachable(str(value))
                for name, value in dict(given.get("variables") or {}).items()
            }
        except (ValueError, KeyError, TypeError, LookupError):
            await send_json(send, 400, {"message": "POST function and role (ARNs) as JSON."})
            return
        session = credentials(config) if role else {}
        await send_json(send, 200, {"credentials": session, "variables": variables})

    return Route(ROLE_SESSION_PATH, answer, admin=True)
