"""An API of templates on NONE data sources, executed in this process by the real engines."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from workbench.localcloud.appsync.execution.compiled_api import CompiledApi, compile_api
from workbench.localcloud.appsync.execution.engines import Engines
from workbench.localcloud.appsync.execution.graphql_request import GraphQLRequest
from workbench.localcloud.appsync.execution.operation import Execution, execute_operation
from workbench.localcloud.appsync.execution.trace import RequestTrace
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.records import (
    Api,
    AuthMode,
    AuthProvider,
    Code,
    DataSource,
    Function,
    Resolver,
)
from workbench.localcloud.appsync.workers import shared

PASS = "$util.toJson($ctx.result)"


class Functions:
    """Lambda functions as Python functions of their event, by ARN; counts what it was sent."""

    def __init__(self, of: Mapping[str, Callable[[Any], Any]]) -> None:
        self.of = of
        self.events: list[Any] = []

    def at(self, account: str, region: str) -> Functions:
        """The same everywhere."""
        return self

    async def call(self, service: str, action: str, parameters: Mapping[str, Any]) -> Any:
        """No service is there."""
        raise NotImplementedError(service)

    async def http(self, request: Any) -> Any:
        """Nor any endpoint."""
        raise NotImplementedError

    async def invoke_function(self, arn: str, payload: bytes, event: bool) -> Any:
        """Run the function."""
        import json

        from workbench.localcloud.appsync.data_sources.services import FunctionReply

        given = json.loads(payload)
        self.events.append(given)
        try:
            return FunctionReply(json.dumps(self.of[arn](given)).encode())
        except ValueError as error:
            problem = {"errorMessage": str(error), "errorType": "ValueError"}
            return FunctionReply(json.dumps(problem).encode(), "Unhandled")


class Bench:
    """Builds an API and executes operations on it."""

    def __init__(self) -> None:
        self.schema = ""
        self.functions: dict[str, Function] = {}
        self.resolvers: dict[tuple[str, str], Resolver] = {}
        self.lambdas: dict[str, Callable[[Any], Any]] = {}
        self.members: dict[str, Any] = {}
        self.services = Functions(self.lambdas)
        self.trace = RequestTrace("r", "a")
        self._compiled: CompiledApi | None = None

    def unit(
        self, place: str, request: str | None, response: str | None = PASS, **more: Any
    ) -> None:
        """A unit resolver in VTL on the NONE data source, or on ``data_source``."""
        source = more.pop("data_source", "none")
        type_name, field = place.split(".")
        code = Code(request, response)
        self.resolvers[type_name, field] = Resolver(
            type_name, field, code, data_source=source, **more
        )

    def pipeline(self, place: str, before: str | None, after: str | None, *functions: Code) -> None:
        """A pipeline resolver whose functions stand on the NONE data source."""
        type_name, field = place.split(".")
        names = []
        for code in functions:
            name = f"f{len(self.functions)}"
            self.functions[name] = Function(name, name, "none", code)
            names.append(name)
        self.resolvers[type_name, field] = Resolver(
            type_name, field, Code(before, after), functions=tuple(names)
        )

    def pipeline_js(self, place: str, code: str, *functions: Code) -> None:
        """A pipeline resolver in JavaScript."""
        self.pipeline(place, None, None, *functions)
        type_name, field = place.split(".")
        names = self.resolvers[type_name, field].functions
        self.resolvers[type_name, field] = Resolver(
            type_name, field, Code(code=code), functions=names
        )

    def compiled(self) -> CompiledApi:
        """The API."""
        if self._compiled is None:
            sources = {"none": DataSource("none", "NONE")}
            for arn in self.lambdas:
                sources[arn] = DataSource(arn, "AWS_LAMBDA", {"lambdaFunctionArn": arn})
            api = Api(
                id="a",
                name="test",
                arn="arn:aws:appsync:us-east-1:000000000000:apis/a",
                region="us-east-1",
                account="000000000000",
                schema=self.schema,
                default_auth=AuthProvider(AuthMode.API_KEY),
                data_sources=sources,
                functions=self.functions,
                resolvers=self.resolvers,
                **self.members,
            )
            self._compiled = compile_api(api, 1)
        return self._compiled

    async def execution(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        caller: Caller | None = None,
        **more: Any,
    ) -> Execution:
        """Execute an operation."""
        request = GraphQLRequest(query, variables or {}, headers={"x-test": "1"}, **more)
        engines = shared.evaluator()
        runtime = Engines(engines.evaluate_mapping, engines.evaluate_handler, self.services)
        self.trace = RequestTrace("r", "a")
        asking = caller or Caller(AuthMode.API_KEY)
        return await execute_operation(self.compiled(), request, asking, runtime, self.trace)

    async def run(self, query: str, variables: Mapping[str, Any] | None = None, **more: Any) -> Any:
        """Execute an operation; its answer as it goes over the wire."""
        return (await self.execution(query, variables, **more)).response.document()


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    """An empty API."""
    yield Bench()
    shared.close_evaluator()
