"""Filters of lists, refused as Amplify's resolvers refuse them."""

from __future__ import annotations

from typing import Any

import pytest

from amplify_tui import Model, allow, define_data, index
from tests.backend.resolvers.conftest import handler_value
from workbench.localcloud.appsync.evaluation import FieldError


class Counted(
    Model, indexes=[index("s", query="byS")], rules=[allow.public_api_key(), allow.owner()]
):
    i: int | None
    s: str


DATA = define_data(models=[Counted], api_key_days=30)
INVALID: list[dict[str, Any]] = [
    {"i": {"between": [1]}},
    {"i": {"between": [1, 2, 3]}},
    {"s": {"size": {"between": [1]}}},
    {"or": [{"i": {"eq": 1}}, {"not": {"i": {"between": []}}}]},
    {"and": [None]},
]


@pytest.mark.parametrize("given", INVALID, ids=str)
@pytest.mark.parametrize("field", ["listCounteds", "byS"])
def test_an_invalid_filter_is_refused(field: str, given: dict[str, Any]) -> None:
    with pytest.raises(FieldError) as refused:
        handler_value(DATA, field, {"filter": given, "s": "s"})
    assert str(refused.value) == "Unable to process the filter expression"
    assert refused.value.error_type == "Unrecognized Filter"


@pytest.mark.parametrize("given", [None, {}, {"i": {"between": [1, 2]}}, {"and": []}], ids=str)
def test_others_are_taken(given: dict[str, Any] | None) -> None:
    assert handler_value(DATA, "listCounteds", {"filter": given})["operation"] == "Scan"
