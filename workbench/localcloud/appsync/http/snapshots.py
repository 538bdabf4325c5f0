"""Keeps every API compiled, as its records are now."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable

from workbench.localcloud.appsync.execution.compiled_api import CompiledApi, compile_api
from workbench.localcloud.appsync.records import Api
from workbench.localcloud.appsync.schema.build import SchemaError

logger = logging.getLogger("local cloud")

SETTLED = 0.3
"""Seconds that an API must stay as it is before it is compiled ahead of its first query."""

Warm = Callable[[CompiledApi], None]


class Snapshots:
    """The compiled APIs; a changed one is compiled again and replaces the other at once.

    ``warm`` prepares what a snapshot's first query would wait for, in a thread.
    """

    def __init__(
        self,
        api_ids: Callable[[], Iterable[str]],
        revision: Callable[[str], int | None],
        read_api: Callable[[str], Api | None],
        warm: Warm,
    ) -> None:
        self._api_ids = api_ids
        self._revision = revision
        self._read_api = read_api
        self._warm = warm
        self._compiled: dict[str, CompiledApi] = {}
        self._failed: dict[str, tuple[int, str]] = {}
        self._seen: dict[str, int] = {}
        self._looking: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def get(self, api_id: str) -> CompiledApi | None:
        """The API as it is now; None if missing. Raises SchemaError."""
        revision = self._revision(api_id)
        if revision is None:
            self._compiled.pop(api_id, None)
            return None
        known = self._compiled.get(api_id)
        if known is not None and known.revision == revision:
            return known
        failed = self._failed.get(api_id)
        if failed is not None and failed[0] == revision:
            raise SchemaError(failed[1])
        return self._compile(api_id, revision)

    def _compile(self, api_id: str, revision: int) -> CompiledApi | None:
        api = self._read_api(api_id)
        if api is None:
            return None
        try:
            compiled = compile_api(api, revision)
        except SchemaError as error:
            self._failed[api_id] = revision, str(error)
            raise
        self._compiled[api_id] = compiled
        return compiled

    def look_soon(self) -> None:
        """Something may have changed: compile ahead what did, once it has settled."""
        if self._looking is None:
            loop = asyncio.get_running_loop()
            self._looking = loop.call_later(SETTLED, self._look)

    def _look(self) -> None:
        self._looking = None
        unsettled = False
        for api_id in self._api_ids():
            revision = self._revision(api_id)
            if revision is None or self._is_current(api_id, revision):
                continue
            if self._seen.get(api_id) == revision:
                self._start_ahead(api_id, revision)
            else:
                self._seen[api_id] = revision
                unsettled = True
        if unsettled:
            self.look_soon()

    def _is_current(self, api_id: str, revision: int) -> bool:
        known, failed = self._compiled.get(api_id), self._failed.get(api_id)
        return bool(
            (known is not None and known.revision == revision)
            or (failed is not None and failed[0] == revision)
        )

    def _start_ahead(self, api_id: str, revision: int) -> None:
        task = asyncio.create_task(self._ahead(api_id, revision))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _ahead(self, api_id: str, revision: int) -> None:
        try:
            compiled = await asyncio.to_thread(self._compile, api_id, revision)
            if compiled is not None:
                await asyncio.to_thread(self._warm, compiled)
        except SchemaError as error:
            logger.info("API %s has no schema that can be executed: %s", api_id, error)
        except Exception:
            logger.exception("API %s could not be made ready", api_id)
