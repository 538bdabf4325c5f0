"""``$util.list``, ``map``, ``math``, ``str``, ``rds``, ``xml`` and ``transform``."""

from __future__ import annotations

import math
import random
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.java.collections import holds
from workbench.localcloud.appsync.util_functions.condition_expressions import to_expression
from workbench.localcloud.appsync.util_functions.rds_results import to_records
from workbench.localcloud.appsync.util_functions.search_queries import to_search_query
from workbench.localcloud.appsync.util_functions.subscription_filters import to_subscription_filter
from workbench.localcloud.appsync.util_functions.xml_maps import to_map
from workbench.localcloud.appsync.vtl.json_text import parse_json, write_json
from workbench.localcloud.appsync.vtl.render_state import MOST_CHARACTERS, RenderError
from workbench.localcloud.appsync.vtl.utilities.arguments import mapping, members, number, text


def _list_copy(source: Any, others: Any, keep: bool) -> list[Any]:
    wanted = members(others)
    return [member for member in members(source) if holds(wanted, member) is keep]


def _map_copy(source: Any, keys: Any, keep: bool) -> dict[Any, Any]:
    wanted = members(keys)
    return {key: value for key, value in mapping(source).items() if holds(wanted, key) is keep}


LIST_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "copyAndRetainAll": lambda source, others: _list_copy(source, others, True),
    "copyAndRemoveAll": lambda source, others: _list_copy(source, others, False),
}

MAP_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "copyAndRetainAllKeys": lambda source, keys: _map_copy(source, keys, True),
    "copyAndRemoveAllKeys": lambda source, keys: _map_copy(source, keys, False),
}


def _random_within(low: Any, high: Any) -> int:
    start, end = int(number(low)), int(number(high))
    if end <= start:
        raise RenderError("takes a range that ends after it starts")
    return random.randrange(start, end)


MATH_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "roundNum": lambda value: math.floor(number(value) + 0.5),
    "minVal": lambda one, other: min(number(one), number(other)),
    "maxVal": lambda one, other: max(number(one), number(other)),
    "randomDouble": random.random,
    "randomWithinRange": _random_within,
}


def _replace(value: Any, old: Any, new: Any) -> str:
    whole, part, other = text(value), text(old), text(new)
    if len(whole) + whole.count(part) * len(other) > MOST_CHARACTERS:
        raise RenderError("would make a text longer than 5 MB")
    return whole.replace(part, other)


def _normalize(value: Any, form: Any) -> str:
    name = text(form).upper()
    if name not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise RenderError("takes one of nfc, nfd, nfkc, nfkd")
    return unicodedata.normalize(name, text(value))  # type: ignore[arg-type]


STR_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toUpper": lambda value: text(value).upper(),
    "toLower": lambda value: text(value).lower(),
    "toReplace": _replace,
    "normalize": _normalize,
}


def rds_records(result: Any) -> list[list[dict[str, Any]]]:
    """The records of an RDS result, given as a map or as its JSON text."""
    return to_records(parse_json(result) if isinstance(result, str) else result)


RDS_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toJsonString": lambda result: write_json(rds_records(result)),
    "toJsonObject": rds_records,
}

XML_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toMap": lambda value: to_map(text(value)),
    "toJsonString": lambda value, only_strings=False: write_json(
        to_map(text(value), only_strings is True)
    ),
}


def _condition_expression(condition: Any) -> str:
    return write_json(to_expression(mapping(condition)))


def _filter_expression(condition: Any) -> str:
    """Without members for an invalid filter: Amplify's templates ask for that, and refuse it.

    Its conditions of writes have no such question, so that an invalid one stays an error.
    """
    filtered = mapping(condition)
    try:
        return write_json(to_expression(filtered))
    except ValueError:
        return "{}"


def subscription_filter(condition: Any, ignored: Any = None, rules: Any = None) -> Any:
    """``toSubscriptionFilter``; null stays null."""
    if condition is None:
        return None
    return to_subscription_filter(
        mapping(condition),
        [] if ignored is None else members(ignored),
        None if rules is None else mapping(rules),
    )


TRANSFORM_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toDynamoDBFilterExpression": _filter_expression,
    "toDynamoDBConditionExpression": _condition_expression,
    "toElasticsearchQueryDSL": lambda condition: (
        None if condition is None else write_json(to_search_query(mapping(condition)))
    ),
    "toSubscriptionFilter": subscription_filter,
}
