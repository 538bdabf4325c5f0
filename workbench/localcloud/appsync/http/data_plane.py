"""AppSync's data plane put together: GraphQL over HTTP and WebSocket for every API."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from workbench.localcloud.appsync.authorization.authorize import Authorizer
from workbench.localcloud.appsync.authorization.http_request import Keys
from workbench.localcloud.appsync.data_sources.services import Services
from workbench.localcloud.appsync.execution.compiled_api import CompiledApi
from workbench.localcloud.appsync.execution.engines import Engines
from workbench.localcloud.appsync.execution.granted_fields import (
    Grants,
    check_connection,
    check_operation,
)
from workbench.localcloud.appsync.execution.graphql_request import GraphQLRequest
from workbench.localcloud.appsync.execution.subscription import start_subscription
from workbench.localcloud.appsync.execution.trace import RequestTrace, Traces
from workbench.localcloud.appsync.http.application import Endpoint, application
from workbench.localcloud.appsync.http.request_log import RequestLog
from workbench.localcloud.appsync.http.snapshots import Snapshots
from workbench.localcloud.appsync.http.traces import traces_application
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.application import (
    is_realtime_path,
    realtime_application,
)
from workbench.localcloud.appsync.realtime.backend import Backend, ReadyApi, Started
from workbench.localcloud.appsync.realtime.broker import Hub
from workbench.localcloud.appsync.realtime.subscription import Request
from workbench.localcloud.appsync.records import Api
from workbench.localcloud.appsync.schema.build import SchemaError
from workbench.localcloud.appsync.vtl.template import compile_template
from workbench.localcloud.appsync.workers.evaluator import Evaluator
from workbench.localcloud.asgi.types import App, Receive, Scope, Send


@dataclass(frozen=True, slots=True)
class ControlPlane:
    """The APIs as the control plane stores them; see ``adapter/appsync_records.py``."""

    api_ids: Callable[[], Iterable[str]]
    revision: Callable[[str], int | None]
    read_api: Callable[[str], Api | None]


class DataPlane:
    """Serves every API of the local cloud. Belongs to the server's event loop."""

    def __init__(  # noqa: PLR0917 - what it is made of
        self,
        control: ControlPlane,
        services: Services,
        keys: Keys,
        grants: Grants,
        log: RequestLog,
        evaluator: Evaluator,
    ) -> None:
        self.traces = Traces()
        self.hub = Hub()
        self.snapshots = Snapshots(control.api_ids, control.revision, control.read_api, _warm)
        self._grants = grants
        self._engines = Engines(evaluator.evaluate_mapping, evaluator.evaluate_handler, services)
        authorize = Authorizer(keys).authorize
        endpoint = Endpoint(
            self.snapshots,
            self._engines,
            self.traces,
            authorize,
            grants,
            self.hub.publish,
            self.hub.invalidate,
            log.add,
        )
        self._http = application(endpoint)
        self._realtime = realtime_application(
            Backend(self._ready, authorize, self._check_connection, self._start), self.hub
        )

    @property
    def app(self) -> App:
        """The application for the paths that ``is_graphql_path`` tells."""

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            serve = self._realtime if is_realtime_path(scope["path"]) else self._http
            await serve(scope, receive, send)

        return app

    @property
    def traces_app(self) -> App:
        """The application for what is below ``TRACES_PREFIX``."""
        return traces_application(self.traces)

    def _ready(self, api_id: str) -> ReadyApi | None:
        try:
            compiled = self.snapshots.get(api_id)
        except SchemaError:
            return None
        return None if compiled is None else ReadyApi(compiled.api, compiled.schema, compiled.rules)

    def _check_connection(self, ready: ReadyApi, caller: Caller) -> None:
        check_connection(ready.api, ready.schema, caller, self._grants)

    async def _start(
        self, api_id: str, request: Request, caller: Caller, headers: Mapping[str, str]
    ) -> Started:
        compiled = self.snapshots.get(api_id)
        trace = RequestTrace(str(uuid.uuid4()), api_id, mode=caller.mode.value)
        asked = GraphQLRequest(
            request.query, request.variables, request.operation_name, headers, trace.request_id
        )
        assert compiled is not None
        await check_operation(compiled, request.query, request.operation_name, caller, self._grants)
        effects, errors = await start_subscription(compiled, asked, caller, self._engines, trace)
        trace.ms, trace.errors = trace.elapsed_ms(), list(errors)
        self.traces.add(trace)
        return Started(effects, errors)


def _warm(compiled: CompiledApi) -> None:
    """Compile the templates (0.5 ms each), so that a quickstart's first query takes 15 ms less."""
    codes = [function.code for function in compiled.api.functions.values()]
    codes += [resolver.code for resolver in compiled.api.resolvers.values()]
    texts = {text for code in codes for text in (code.request_template, code.response_template)}
    for text in filter(None, texts):
        compile_template(text)
