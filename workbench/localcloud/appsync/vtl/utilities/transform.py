"""``$util.transform``: filter objects as the filters of data sources and subscriptions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.util_functions.condition_expressions import to_expression
from workbench.localcloud.appsync.util_functions.search_queries import to_search_query
from workbench.localcloud.appsync.util_functions.subscription_filters import (
    to_subscription_filter,
)
from workbench.localcloud.appsync.vtl.json_text import write_json
from workbench.localcloud.appsync.vtl.utilities.arguments import mapping, members


def _expression(condition: Any) -> str:
    return write_json(to_expression(mapping(condition)))


def subscription_filter(condition: Any, ignored: Any = None, rules: Any = None) -> Any:
    """``toSubscriptionFilter``; null stays null."""
    if condition is None:
        return None
    return to_subscription_filter(
        mapping(condition),
        [] if ignored is None else members(ignored),
        None if rules is None else mapping(rules),
    )


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toDynamoDBFilterExpression": _expression,
    "toDynamoDBConditionExpression": _expression,
    "toElasticsearchQueryDSL": lambda condition: (
        None if condition is None else write_json(to_search_query(mapping(condition)))
    ),
    "toSubscriptionFilter": subscription_filter,
}
