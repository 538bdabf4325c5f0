"""One client's connection: its messages, its subscriptions, its time limits."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.appsync.authorization.http_request import HttpRequestFacts
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.realtime import frames
from workbench.localcloud.appsync.realtime.backend import Backend
from workbench.localcloud.appsync.realtime.broker import Hub, Member
from workbench.localcloud.appsync.realtime.handshake import lower_names
from workbench.localcloud.appsync.realtime.outbox import Outbox
from workbench.localcloud.appsync.realtime.subscription import (
    BadSubscriptionError,
    Subscription,
    build_subscription,
    read_request,
)

logger = logging.getLogger("local cloud")

KEEP_ALIVE_SECONDS = 30.0
"""AppSync sends one each minute; clients give a warning after 65 seconds."""
LONGEST_SECONDS = 24 * 3600.0
START_SECONDS = 15.0
"""Clients wait that long for a ``start_ack``."""
MOST_SUBSCRIPTIONS = 100
LARGEST_MESSAGE = 240 * 1024
_LONGEST_ID = 128


@dataclass(frozen=True, slots=True)
class Ending:
    """Why and how the connection ends; a WebSocket close code and reason."""

    code: int
    reason: str


@dataclass(slots=True)
class _Active:
    subscription: Subscription
    member: Member
    expires: float | None


@dataclass(slots=True)
class Connection:
    """Handles one connection's messages; everything it sends goes through ``outbox``.

    ``caller`` is who opened it: when its credentials expire the connection ends.
    """

    api_id: str
    path: str
    caller: Caller
    source_ip: str
    backend: Backend
    hub: Hub
    outbox: Outbox
    _active: dict[str, _Active] = field(default_factory=dict)
    _starting: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def receive(self, text: str | None) -> Ending | None:
        """Act on one message; an ending where the connection cannot go on."""
        if text is None:
            self._refuse(None, "BadRequestException", "Messages must be text.")
            return None
        if len(text) > LARGEST_MESSAGE:
            self._refuse(None, "BadRequestException", "The message is larger than 240 kB.")
            return Ending(1009, "message larger than 240 kB")
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            self._refuse(None, "BadRequestException", "The message is not a JSON object.")
            return None
        kind, found = message.get("type"), message.get("id")
        subscription_id = found if isinstance(found, str) else None
        if kind == "connection_init":
            self.outbox.put(frames.CONNECTION_ACK)
            self.outbox.put(frames.KEEP_ALIVE)
        elif kind == "start":
            self._begin(subscription_id, message.get("payload"))
        elif kind == "stop":
            self._stop(subscription_id)
        else:
            said = f"{str(kind)[:60] or 'unknown'} not supported through the realtime channel"
            self._refuse(subscription_id, "UnsupportedOperation", said)
        return None

    async def watch(self) -> Ending:
        """Send keep-alives and end what expires, until the connection's own time is over."""
        end = time.time() + LONGEST_SECONDS
        next_keep_alive = time.time() + KEEP_ALIVE_SECONDS
        while True:
            limits = [end, next_keep_alive]
            limits.extend(one.expires for one in self._active.values() if one.expires)
            if self.caller.expires:
                limits.append(self.caller.expires)
            # New subscriptions may expire sooner: look again each second while there are any.
            pause = 1.0 if self._active or self._starting else KEEP_ALIVE_SECONDS
            await asyncio.sleep(max(0.0, min(min(limits) - time.time(), pause)))
            now = time.time()
            if now >= next_keep_alive:
                self.outbox.put(frames.KEEP_ALIVE)
                next_keep_alive = now + KEEP_ALIVE_SECONDS
            self._expire(now)
            if self.caller.expires and now >= self.caller.expires:
                for name in list(self._active):
                    self._expired(name)
                return Ending(1008, "Token expired")
            if now >= end:
                return Ending(1000, "connections last 24 hours at most")

    async def close(self) -> None:
        """End all subscriptions; nothing more is sent."""
        tasks = list(self._starting.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for name in list(self._active):
            self._forget(name)

    def _begin(self, subscription_id: str | None, payload: object) -> None:
        if not subscription_id or len(subscription_id) > _LONGEST_ID:
            self._refuse(None, "BadRequestException", "A start message needs an id.")
            return
        if subscription_id in self._active or subscription_id in self._starting:
            said = f"The id {subscription_id} is in use already."
            self._refuse(subscription_id, "DuplicatedOperationError", said)
            return
        if len(self._active) + len(self._starting) >= MOST_SUBSCRIPTIONS:
            said = f"A connection has at most {MOST_SUBSCRIPTIONS} subscriptions."
            self._refuse(subscription_id, "MaxSubscriptionsReachedError", said)
            return
        task = asyncio.get_running_loop().create_task(self._start(subscription_id, payload))
        self._starting[subscription_id] = task

    async def _start(self, subscription_id: str, payload: object) -> None:
        try:
            async with asyncio.timeout(START_SECONDS):
                errors = await self._register(subscription_id, payload)
        except TimeoutError:
            errors = frames.one_error("RequestTimeout", "The subscription took over 15 seconds.")
        except BadSubscriptionError as problem:
            errors = frames.one_error("BadRequestException", str(problem))
        except RefusedError as refused:
            errors = frames.one_error(refused.error_type, refused.message)
        except Exception:
            # A defect of ours must not end the connection's other subscriptions.
            logger.exception("a subscription of API %s could not start", self.api_id)
            errors = frames.one_error("InternalFailure", "The subscription could not start.")
        finally:
            self._starting.pop(subscription_id, None)
        if errors:
            self.outbox.put(frames.error(subscription_id, errors))

    async def _register(self, subscription_id: str, payload: object) -> list[dict[str, Any]]:
        """Authorize, run the subscription's resolver, register; the errors that refuse it."""
        given = payload if isinstance(payload, Mapping) else {}
        request = read_request(given.get("data"))
        extensions = given.get("extensions")
        authorization = extensions.get("authorization") if isinstance(extensions, Mapping) else None
        headers = lower_names(authorization) if isinstance(authorization, Mapping) else {}
        ready = self.backend.ready(self.api_id)
        if ready is None:
            return frames.one_error("NotFoundException", "The API does not exist.")
        facts = HttpRequestFacts(
            "POST",
            self.path,
            str(given.get("data")).encode(),
            self.source_ip,
            request.query,
            request.operation_name,
            request.variables,
        )
        caller = await self.backend.authorize(ready.api, headers, facts)
        started = await self.backend.start(self.api_id, request, caller, headers)
        if started.errors:
            return list(started.errors)
        subscription = build_subscription(
            ready.schema, ready.rules, request, caller, started.effects
        )
        start = frames.data_start(subscription_id)
        member = Member(
            lambda text: self.outbox.put(b"%b%b}" % (start, text)),
            lambda: self._end(subscription_id),
        )
        self._active[subscription_id] = _Active(subscription, member, caller.expires)
        # The acknowledgement first: no event may come before it.
        self.outbox.put(frames.start_ack(subscription_id))
        self.hub.add(self.api_id, subscription, member)
        return []

    def _stop(self, subscription_id: str | None) -> None:
        if subscription_id is not None and subscription_id in self._starting:
            self._starting.pop(subscription_id).cancel()
        elif subscription_id is None or subscription_id not in self._active:
            said = f"Unknown operation id {str(subscription_id)[:_LONGEST_ID]}."
            self._refuse(subscription_id, "UnknownOperationError", said)
            return
        self._end(subscription_id)

    def _end(self, subscription_id: str) -> None:
        self._forget(subscription_id)
        self.outbox.put(frames.complete(subscription_id))

    def _forget(self, subscription_id: str) -> None:
        active = self._active.pop(subscription_id, None)
        if active is not None:
            self.hub.remove(self.api_id, active.subscription, active.member)

    def _expire(self, now: float) -> None:
        for name, active in list(self._active.items()):
            if active.expires is not None and now >= active.expires:
                self._expired(name)

    def _expired(self, subscription_id: str) -> None:
        self._forget(subscription_id)
        self._refuse(subscription_id, "UnauthorizedException", "Token expired")

    def _refuse(self, subscription_id: str | None, error_type: str, message: str) -> None:
        self.outbox.put(frames.error(subscription_id, frames.one_error(error_type, message)))
