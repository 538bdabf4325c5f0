"""Which API the playground talks to, and its schema: read at the start and after deployments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual.message import Message

from screens.playground.callbacks import Cancellable, Post, StartWorker
from workbench.model.user_problem import UserProblem
from workbench.playground.addresses import Address
from workbench.playground.api import PlaygroundApi
from workbench.playground.denials import who_may
from workbench.playground.open_api import open_url_api
from workbench.playground.schema_source import LoadedSchema
from workbench.wording import plural


class Connection:
    """The sandbox's own API, or one at any address; one at a time."""

    class Changed(Message):
        """The API or its status is another now."""

    class Failed(Message):
        """The API could not be opened."""

    class Opened(Message):
        """The API is open after it could not be before."""

    class SchemaLoaded(Message):
        """The schema was read; ``before`` is the same API's schema until now."""

        def __init__(self, before: LoadedSchema | None, schema: LoadedSchema) -> None:
            super().__init__()
            self.before = before
            self.schema = schema

    class NoSchema(Message):
        """The schema could not be read."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    class Ready(Message):
        """All that can be read of a newly opened API was read."""

        def __init__(self, api: PlaygroundApi) -> None:
            super().__init__()
            self.api = api

    def __init__(
        self,
        open_sandbox: Callable[[], PlaygroundApi],
        title: str,
        start: StartWorker,
        post: Post,
    ) -> None:
        """``open_sandbox`` blocks; ``title`` says which API it opens."""
        self._open_sandbox = open_sandbox
        self._sandbox_title = title
        self._start = start
        self._post = post
        self._closing: set[PlaygroundApi] = set()
        self._connecting: Cancellable | None = None
        self.address: Address | None = None
        """None is the sandbox's own API."""
        self.api: PlaygroundApi | None = None
        self.schema: LoadedSchema | None = None
        self.status = "loading schema …"
        self.problem = ""
        """Why there is no API."""

    @property
    def title(self) -> str:
        """Where requests go."""
        if self.address is None:
            return self._sandbox_title
        return self.address.label.partition("://")[2]

    def connect(self) -> None:
        """Open the API if it is not open, and read its schema."""
        self._connecting = self._start(self._connect(), exclusive=True, group="connect")

    def reconnect(self) -> None:
        """Close the API, forget its callers' credentials, and open it again."""
        old, self.api = self.api, None
        if old is not None:
            old.forget_callers()
            self._closing.add(old)
            self._start(self._close(old), group="close")
        self.connect()

    def go_to(self, address: Address | None) -> None:
        """Connect to another address; None is the sandbox's own API."""
        self.address = address
        # Another API's schema breaks nothing: it is not the same one changed.
        self.schema = None
        self.status = "loading schema …"
        self.reconnect()
        self._post(self.Changed())

    async def close(self) -> None:
        """Close all connections."""
        if self._connecting is not None:
            self._connecting.cancel()
        closing = set(self._closing)
        if self.api is not None:
            closing.add(self.api)
        for api in closing:
            await api.close()

    def who_may(self, name: str) -> Sequence[str]:
        """Sentences on the authorization rules that allow what ``Type.field`` does."""
        if self.schema is None or self.api is None:
            return ()
        return who_may(name, self.schema.schema, self.api.endpoint.models)

    async def _close(self, old: PlaygroundApi) -> None:
        await old.wait_until_unused()
        await old.close()
        self._closing.discard(old)

    def _open(self) -> PlaygroundApi:
        if self.address is None:
            return self._open_sandbox()
        return open_url_api(self.address.url, self.address.headers)

    async def _connect(self) -> None:
        if self.api is None:
            try:
                self.api = await asyncio.to_thread(self._open)
            except UserProblem as problem:
                self.problem, self.status, self.schema = str(problem), "not connected", None
                self._post(self.Failed())
                return
        if self.problem:
            self.problem = ""
            self._post(self.Opened())
        api = self.api
        await self._load_schema(api)
        self._post(self.Ready(api))

    async def _load_schema(self, api: PlaygroundApi) -> None:
        try:
            loaded = await api.load_schema()
        except UserProblem as problem:
            self.status = "no schema"
            self._post(self.NoSchema(str(problem)))
            return
        before, self.schema = self.schema, loaded
        self.status = plural(len(loaded.schema.type_map), "type")
        self._post(self.SchemaLoaded(before, loaded))
