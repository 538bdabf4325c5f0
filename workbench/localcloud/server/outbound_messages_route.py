"""The local cloud's own address for what Cognito would have sent: GET it by ``userPoolId``.

With ``username`` it tells of that user instead: new addresses that wait for their code, passkeys.
"""

from __future__ import annotations

from urllib.parse import parse_qs

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import Receive, Scope, Send
from workbench.localcloud.contract import MESSAGES_PATH
from workbench.localcloud.ministack.patches.cognito.attribute_changes import waiting_addresses
from workbench.localcloud.ministack.patches.cognito.inbox import messages
from workbench.localcloud.ministack.patches.cognito.passkeys import passkeys_of


def inbox_route() -> Route:
    """Answers 200 with ``{"messages": […]}``, newest first; 404 for a pool that is not there.

    With a user name: ``{"waiting": {attribute: value}, "passkeys": […]}``.
    """
    return Route(MESSAGES_PATH, _answer, admin=True)


async def _answer(scope: Scope, _receive: Receive, send: Send) -> None:
    query = parse_qs(bytes(scope["query_string"]).decode("ascii", "replace"))
    asked, names = query.get("userPoolId"), query.get("username")
    if scope["method"] != "GET" or not asked:
        await send_json(send, 400, {"message": "GET it with userPoolId."})
        return
    found = messages(asked[0])
    if found is None:
        await send_json(send, 404, {"message": f"There is no user pool {asked[0]}."})
    elif names:
        of = (asked[0], names[0])
        told = {"waiting": waiting_addresses(*of), "passkeys": passkeys_of(*of)}
        await send_json(send, 200, told)
    else:
        await send_json(send, 200, {"messages": list(found)})
