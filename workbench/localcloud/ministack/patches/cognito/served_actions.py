"""Further actions of Cognito: ministack answers "Unknown Cognito IDP action" to them.

A patch that serves one names it with :func:`serve`; it then runs in a thread and in turn, as
ministack's own do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

Handler = Callable[[Any], Answer]

_SERVED: dict[str, Handler] = {}


def serve(action: str, handler: Handler) -> None:
    """Answer ``action`` with ``handler``."""
    _SERVED[action] = handler


def serve_user(action: str, handler: Callable[[Any, Any, Any], Answer]) -> None:
    """Answer ``action`` of whoever an access token names: a handler of pool, user and request.

    The token is checked before, but its user may be deleted while the request waits for its turn.
    """

    def of_user(data: Any) -> Answer:
        from ministack.services import cognito

        user, pool = cognito._user_pool_for_access_token(data.get("AccessToken"))
        if user is None:
            return refuse("UserNotFoundException", "User does not exist.")
        return handler(pool, user, data)

    serve(action, of_user)


def install() -> None:
    """Look among the further actions first."""
    from ministack.services import cognito

    dispatch = cognito._dispatch_idp

    async def with_served(action: str, data: Any) -> Answer:
        handler = _SERVED.get(action)
        if handler is None:
            answer: Answer = await dispatch(action, data)
            return answer
        served: Answer = await cognito.run_reentrant(
            cognito._run_idp_handler,
            handler,
            action,
            data,
            thread_name="ministack-cognito-trigger",
        )
        return served

    cognito._dispatch_idp = with_served
