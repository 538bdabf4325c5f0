"""Hands each mutation's result to the subscriptions that it is for.

Subscriptions that must get the same events form a group: an event is matched, shaped and
serialized once for each group, and a member adds only its own id to the text.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.realtime.published import publishing_mutations
from workbench.localcloud.appsync.realtime.subscription import Subscription

logger = logging.getLogger("local cloud")

LARGEST_EVENT = 240 * 1024
"""Bytes of one event's response; AppSync does not deliver larger ones."""


@dataclass(slots=True, eq=False)
class Member:
    """One subscription of one connection.

    ``deliver`` takes an event's response in JSON, and must neither block nor raise; ``end`` is told
    that the subscription was invalidated.
    """

    deliver: Callable[[bytes], None]
    end: Callable[[], None]


@dataclass(slots=True, eq=False)
class _Group:
    subscription: Subscription
    mutations: frozenset[str]
    members: dict[Member, None] = field(default_factory=dict)


_Groups = dict[tuple[object, ...], _Group]


class Hub:
    """The subscriptions of all APIs. Belongs to one event loop."""

    def __init__(self) -> None:
        self._by_mutation: dict[tuple[str, str], _Groups] = {}
        self._by_field: dict[tuple[str, str], _Groups] = {}
        self.closing = asyncio.Event()

    def close(self) -> None:
        """End every connection now, because the server stops."""
        self.closing.set()

    def add(self, api_id: str, subscription: Subscription, member: Member) -> None:
        """Register a subscription; it gets the events published from now on."""
        fields = self._by_field.setdefault((api_id, subscription.request.field), {})
        group = fields.get(subscription.key)
        if group is None:
            mutations = publishing_mutations(subscription.definition.ast_node)
            group = fields[subscription.key] = _Group(subscription, mutations)
            for mutation in mutations:
                self._by_mutation.setdefault((api_id, mutation), {})[subscription.key] = group
        group.members[member] = None

    def remove(self, api_id: str, subscription: Subscription, member: Member) -> None:
        """Forget a subscription; a missing one is not an error."""
        place = (api_id, subscription.request.field)
        fields = self._by_field.get(place, {})
        group = fields.get(subscription.key)
        if group is None:
            return
        group.members.pop(member, None)
        if group.members:
            return
        del fields[subscription.key]
        if not fields:
            del self._by_field[place]
        for mutation in group.mutations:
            groups = self._by_mutation[api_id, mutation]
            groups.pop(subscription.key, None)
            if not groups:
                del self._by_mutation[api_id, mutation]

    async def publish(
        self, api_id: str, mutation_field: str, result: Any, caller: Caller | None = None
    ) -> int:
        """Hand a successful mutation's result to its subscribers; returns how many got it.

        ``result`` is the mutation field's value limited to what the mutation selected, under the
        fields' own names. Null reaches nobody. ``caller``, who made the change, filters nothing:
        AppSync tells it of its own changes too.
        """
        groups = self._by_mutation.get((api_id, mutation_field))
        if not groups or result is None:
            return 0
        payload: Mapping[str, Any] = result if isinstance(result, Mapping) else {}
        texts: dict[tuple[object, ...], bytes | None] = {}
        told = 0
        for group in list(groups.values()):
            subscription = group.subscription
            if not subscription.wants(payload):
                continue
            if subscription.shape_key not in texts:
                texts[subscription.shape_key] = _event(subscription, result, mutation_field)
            text = texts[subscription.shape_key]
            if text is not None:
                for member in list(group.members):
                    member.deliver(text)
                told += len(group.members)
        return told

    def invalidate(self, api_id: str, invalidation: Mapping[str, Any]) -> int:
        """End the subscriptions that an invalidation is for; returns how many.

        It names the subscription's field in ``subscriptionField`` and has a ``payload`` that each
        subscription's invalidation filter is applied to.
        """
        place = (api_id, str(invalidation.get("subscriptionField")))
        payload = invalidation.get("payload")
        ended = 0
        for group in list(self._by_field.get(place, {}).values()):
            if group.subscription.ends_by(payload if isinstance(payload, Mapping) else {}):
                for member in list(group.members):
                    member.end()
                    ended += 1
        return ended

    def count(self, api_id: str) -> int:
        """How many subscriptions an API has."""
        return sum(
            len(group.members)
            for (api, _), groups in self._by_field.items()
            if api == api_id
            for group in groups.values()
        )


def _event(subscription: Subscription, result: Any, mutation_field: str) -> bytes | None:
    text = subscription.response(result)
    if len(text) > LARGEST_EVENT:
        logger.warning(
            "an event of %s is larger than 240 kB: subscribers do not get it", mutation_field
        )
        return None
    return text
