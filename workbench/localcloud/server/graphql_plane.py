"""AppSync's data plane on the local cloud's port, loaded soon after the server's start.

The GraphQL library takes 0.3 s to import and the rest 0.2 s: a server that is asked for its health
must not wait for them.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from workbench.localcloud.appsync.http.paths import GRAPHQL_PREFIX, is_graphql_path
from workbench.localcloud.asgi.routes import Route
from workbench.localcloud.asgi.types import App, Receive, Scope, Send
from workbench.localcloud.contract import TRACES_PREFIX
from workbench.localcloud.interpreter_switching import sharing

if TYPE_CHECKING:
    from workbench.localcloud.appsync.http.data_plane import DataPlane

Mark = Callable[[Iterable[str] | None], None]

_DELAY = 0.5
"""Seconds after the start: a first deployment still synthesises then."""


_MODULES = (
    "workbench.localcloud.ministack.authorization.appsync_grants",
    "workbench.localcloud.ministack.bridge.appsync_keys",
    "workbench.localcloud.ministack.bridge.appsync_logs",
    "workbench.localcloud.ministack.bridge.appsync_records",
    "workbench.localcloud.ministack.bridge.appsync_services",
    "workbench.localcloud.appsync.http.data_plane",
    "workbench.localcloud.appsync.http.request_log",
    "workbench.localcloud.appsync.workers.shared",
)
"""What :meth:`GraphQLPlane._load` takes from; a test holds that nothing is missing."""


class GraphQLPlane:
    """Belongs to the server's event loop; ``mark`` is told which saved states may have changed."""

    def __init__(self, mark: Mark) -> None:
        self._mark = mark
        self._plane: DataPlane | None = None
        self._loading: asyncio.Task[DataPlane] | None = None
        asyncio.get_running_loop().call_later(_DELAY, self._begin)

    def routes(self) -> tuple[Route, ...]:
        """The GraphQL and real-time addresses of every API, and the traces."""
        return (
            Route(
                GRAPHQL_PREFIX,
                self._later(lambda plane: plane.app),
                serves=is_graphql_path,
                own_effects=True,
                public=True,
                websockets=True,
            ),
            Route(TRACES_PREFIX, self._later(lambda plane: plane.traces_app), admin=True),
        )

    def look_soon(self) -> None:
        """A request to some service was answered: an API may have changed."""
        if self._plane is not None:
            self._plane.snapshots.look_soon()

    def close(self) -> None:
        """The server is about to stop: end the real-time connections."""
        if self._plane is not None:
            self._plane.hub.close()
            from workbench.localcloud.appsync.workers import shared

            shared.close_evaluator()

    def _later(self, app_of: Callable[[DataPlane], App]) -> App:
        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            plane = self._plane
            if plane is None:
                plane = await asyncio.shield(self._begin())
            await app_of(plane)(scope, receive, send)

        return app

    def _begin(self) -> asyncio.Task[DataPlane]:
        if self._loading is None:
            self._loading = asyncio.create_task(self._load())
        return self._loading

    async def _load(self) -> DataPlane:
        with sharing():
            await asyncio.to_thread(import_data_plane)
        from workbench.localcloud.appsync.http.data_plane import ControlPlane, DataPlane
        from workbench.localcloud.appsync.http.request_log import RequestLog
        from workbench.localcloud.appsync.workers import shared
        from workbench.localcloud.ministack.authorization.appsync_grants import EmulatorGrants
        from workbench.localcloud.ministack.bridge import appsync_logs, appsync_records
        from workbench.localcloud.ministack.bridge.appsync_keys import EmulatorKeys
        from workbench.localcloud.ministack.bridge.appsync_services import EmulatorServices

        evaluator = shared.evaluator()
        warmed = False

        def api_ids() -> list[str]:
            """The APIs; the first one has the workers started, ahead of its first request."""
            nonlocal warmed
            found = list(appsync_records.api_ids())
            if found and not warmed:
                warmed = True
                evaluator.warm_up()
            return found

        self._plane = DataPlane(
            ControlPlane(api_ids, appsync_records.revision, appsync_records.read_api),
            EmulatorServices(self._mark),
            EmulatorKeys(),
            EmulatorGrants(),
            RequestLog(appsync_logs.write_lines),
            evaluator,
        )
        self._plane.snapshots.look_soon()
        return self._plane


def import_data_plane() -> None:
    """Import all that the data plane is made of; run in a thread, so that others are answered.

    Named and not written as import statements: those look unused.
    """
    for name in _MODULES:
        importlib.import_module(name)
