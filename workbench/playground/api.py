"""A GraphQL API ready for use: its schema, requests, streams and traces, as any of its callers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import httpx

from workbench.aws.certificates import trusting
from workbench.model.user_problem import UserProblem
from workbench.outputs_file import ApiEndpoint
from workbench.playground.authorizing import Authorizer, CredentialSource, NotAuthorizedProblem
from workbench.playground.requests import Request, Result, run
from workbench.playground.run_as import USER_POOLS, As, RunAs, default_run_as, first_with_rules
from workbench.playground.schema_source import ControlPlane, LoadedSchema, introspect, read_schema
from workbench.playground.stream import StreamEvent, subscribe
from workbench.playground.traces import Trace, read_trace


class PlaygroundApi:
    """An open API; it belongs to one asyncio loop, which must ``close`` it.

    ``ca_bundle`` is the file of certificates to trust instead of the usual ones.
    """

    def __init__(
        self,
        endpoint: ApiEndpoint,
        source: CredentialSource,
        control_plane: ControlPlane | None,
        ca_bundle: str = "",
    ) -> None:
        self.endpoint = endpoint
        self._control_plane = control_plane
        self._source = source
        self._authorizer = Authorizer(source)
        # trust_env: a proxy for the world must not get between here and the loopback address.
        local = endpoint.address.lower().startswith(("http://127.0.0.1", "http://localhost"))
        # A redirect would take a caller's token along.
        self._trusted = trusting(ca_bundle)
        self._client = httpx.AsyncClient(
            verify=self._trusted or True, trust_env=not local, follow_redirects=False
        )
        self._uses = 0
        self._is_unused = asyncio.Event()
        self._is_unused.set()

    async def load_schema(self) -> LoadedSchema:
        """The live schema; raises NoSchemaProblem."""
        if self._control_plane is not None:
            text = await asyncio.to_thread(self._control_plane.schema_text)
            return await asyncio.to_thread(read_schema, text)
        caller = default_run_as(self.endpoint)
        return await introspect(lambda request: self.run(caller, request))

    async def users(self) -> tuple[str, ...]:
        """The names of the pool's users; raises NotAuthorizedProblem."""
        return await self._authorizer.users()

    async def suggest_caller(self) -> RunAs | None:
        """A caller to whom the rules apply, if the default one skips them; else None."""
        endpoint = self.endpoint
        if default_run_as(endpoint).kind is not As.ADMIN:
            return None
        try:
            users = await self.users() if USER_POOLS in endpoint.modes else ()
        except UserProblem:
            users = ()
        return first_with_rules(endpoint, users)

    async def run(self, run_as: RunAs, request: Request) -> Result:
        """Run a query or a mutation; raises NotAuthorizedProblem."""
        authorize = self._authorizer.for_caller(self.endpoint, run_as)
        return await run(self._client, self.endpoint, authorize, request)

    def subscribe(
        self, run_as: RunAs, request: Request, on_started: Callable[[], None] | None = None
    ) -> AsyncIterator[StreamEvent]:
        """The events of a subscription; raises StreamProblem and NotAuthorizedProblem."""
        authorize = self._authorizer.for_caller(self.endpoint, run_as)
        return subscribe(self.endpoint, authorize, request, on_started, trusted=self._trusted)

    async def trace(self, result: Result) -> Trace:
        """The trace of what the resolvers did for a result."""
        if not self.endpoint.api_id:
            return Trace()
        try:
            keys = await asyncio.to_thread(self._source.own)
        except NotAuthorizedProblem:
            return Trace()
        return await read_trace(self.endpoint, result.request_id, keys)

    def forget_callers(self) -> None:
        """Drop all credentials, after a deployment; the next request asks for new ones."""
        self._authorizer.forget()

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Keep ``wait_until_unused`` waiting during several requests."""
        self._uses += 1
        self._is_unused.clear()
        try:
            yield
        finally:
            self._uses -= 1
            if not self._uses:
                self._is_unused.set()

    async def wait_until_unused(self) -> None:
        """Wait until no block of ``in_use`` runs."""
        await self._is_unused.wait()

    @property
    def is_closed(self) -> bool:
        """Whether ``close`` was called."""
        return self._client.is_closed

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
