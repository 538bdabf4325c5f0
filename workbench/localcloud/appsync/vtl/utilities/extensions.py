"""``$extensions``: subscription filters, invalidation, the API's cache."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.java.collections import held
from workbench.localcloud.appsync.vtl.render_state import RenderError, RenderState
from workbench.localcloud.appsync.vtl.utilities.arguments import mapping, text


def _filter(value: Any) -> dict[str, Any]:
    groups = mapping(value).get("filterGroup")
    if not isinstance(groups, list):
        raise RenderError("takes a filter with a filterGroup")
    return {**mapping(value), "filterGroup": held(groups)}


def set_subscription_filter(state: RenderState, value: Any) -> str:
    """What the events of this subscription have to match."""
    state.effects.subscription_filter = _filter(value)
    return ""


def set_invalidation_filter(state: RenderState, value: Any) -> str:
    """Which invalidations end this subscription."""
    state.effects.invalidation_filter = _filter(value)
    return ""


def invalidate_subscriptions(state: RenderState, value: Any) -> str:
    """End the subscriptions to a field whose invalidation filter matches the payload."""
    wanted = mapping(value)
    text(wanted.get("subscriptionField"))
    mapping(wanted.get("payload"))
    state.effects.invalidations.append(dict(wanted))
    return ""


def evict_from_cache(state: RenderState, type_name: Any, field: Any, keys: Any = None) -> int:
    """``evictFromApiCache``: how many entries were removed. The local API has no cache: none."""
    text(type_name)
    text(field)
    if keys is not None:
        mapping(keys)
    return 0


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "setSubscriptionFilter": set_subscription_filter,
    "setSubscriptionInvalidationFilter": set_invalidation_filter,
    "invalidateSubscriptions": invalidate_subscriptions,
    "evictFromApiCache": evict_from_cache,
}
