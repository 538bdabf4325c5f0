"""Filter objects as OpenSearch queries: ``$util.transform.toElasticsearchQueryDSL``.

Source: AppSync developer guide, "Transformation helpers" (its example is a test here), and the
query DSL's names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_RANGES = {"gt": "gt", "gte": "gte", "ge": "gte", "lt": "lt", "lte": "lte", "le": "lte"}
_MATCHES = {
    "eq": "term",
    "wildcard": "wildcard",
    "regexp": "regexp",
    "match": "match",
    "matchPhrase": "match_phrase",
    "matchPhrasePrefix": "match_phrase_prefix",
    "prefix": "prefix",
    "fuzzy": "fuzzy",
}
DEEPEST = 50


def to_search_query(condition: Any) -> dict[str, Any]:
    """The query of a filter object; ValueError for what is none."""
    return _all_of(_queries(condition, 0))


def _all_of(queries: list[dict[str, Any]]) -> dict[str, Any]:
    return queries[0] if len(queries) == 1 else {"bool": {"must": queries}}


def _queries(condition: Any, depth: int) -> list[dict[str, Any]]:
    if not isinstance(condition, Mapping):
        raise ValueError("a filter is a map of fields to conditions")  # noqa: TRY004
    if depth > DEEPEST:
        raise ValueError(f"a filter nests more than {DEEPEST} levels deep")
    queries = []
    for name, member in condition.items():
        if name in ("and", "or", "not"):
            each_of = member if isinstance(member, list) else [member]
            inner = [_all_of(_queries(each, depth + 1)) for each in each_of]
            kind = {"and": "must", "or": "should", "not": "must_not"}[name]
            queries.append({"bool": {kind: inner}})
        elif not isinstance(member, Mapping):
            raise ValueError(f'the condition on "{name}" is not a map of operators')
        else:
            queries.append(
                _all_of([_query(str(name), str(key), value) for key, value in member.items()])
            )
    return queries


def _query(field: str, operator: str, operand: Any) -> dict[str, Any]:
    if operator in _MATCHES:
        return {_MATCHES[operator]: {field: operand}}
    if operator in _RANGES:
        return {"range": {field: {_RANGES[operator]: operand}}}
    if operator == "ne":
        return {"bool": {"must_not": {"term": {field: operand}}}}
    if operator == "range":
        if not isinstance(operand, list) or len(operand) != 2:
            raise ValueError(f'"range" of "{field}" takes a list of two values')
        return {"range": {field: {"gte": operand[0], "lte": operand[1]}}}
    if operator == "exists":
        exists = {"exists": {"field": field}}
        return exists if operand else {"bool": {"must_not": exists}}
    if operator == "multiMatch":
        return {"multi_match": {"query": operand, "fields": [field]}}
    raise ValueError(f'unknown operator "{operator}" on "{field}"')
