"""Routes of the local cloud: the requests they take, who may ask, and their application."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from workbench.localcloud.asgi.responses import send_json
from workbench.localcloud.asgi.types import App, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class Route:
    """Requests whose path starts with ``prefix`` go to ``app``; ``admin`` ones change no state.

    ``serves``, where given, must agree with the path as well, and ``is_for`` with the request. An
    ``own_effects`` application tells itself what it changed. A ``public`` one decides itself who
    may ask; ``open_to_keys`` takes any credentials that are good here, the others the local cloud's
    own. Only ``websockets`` ones are given WebSocket connections.
    """

    prefix: str
    app: App
    admin: bool = False
    serves: Callable[[str], bool] | None = None
    own_effects: bool = False
    is_for: Callable[[Scope], bool] | None = None
    public: bool = False
    open_to_keys: bool = False
    websockets: bool = False

    def takes(self, scope: Scope) -> bool:
        """Whether a request is this route's."""
        path = scope["path"]
        if not path.startswith(self.prefix) or not (self.serves is None or self.serves(path)):
            return False
        return self.is_for is None or self.is_for(scope)


def json_route(prefix: str, document: Callable[[], object], *, public: bool = False) -> Route:
    """A route that answers GET with ``document()`` as JSON."""

    async def app(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_json(send, 200, document())

    return Route(prefix, app, admin=True, public=public)
