"""Conditions on the keys of lists and of index queries, refused as Amplify's resolvers refuse."""

from __future__ import annotations

from typing import Any

import pytest

from amplify_tui import Model, allow, define_data, index
from tests.backend.resolvers.conftest import handler_value
from workbench.localcloud.appsync.evaluation import FieldError

KEY = [allow.public_api_key()]


class Seat(
    Model, indexes=[index("event_id", sort=("place", "nr"), query="seatsByEvent")], rules=KEY
):
    event_id: str
    place: str | None
    nr: int | None


class Row(Model, indexes=[index("k", sort=("a", "b", "c"), query="rows")], rules=KEY):
    k: str
    a: str | None
    b: str | None
    c: str | None


class Priced(
    Model, indexes=[index("g", sort="price", query="byPrice"), index("h", query="byH")], rules=KEY
):
    g: str
    h: str
    price: int | None


class Shop(Model, identifier=("tenant", "name"), rules=KEY):
    tenant: str
    name: str


class Log(Model, identifier=("dev", "day", "seq"), rules=KEY):
    dev: str
    day: str
    seq: int


class Coded(Model, identifier=("code",), rules=KEY):
    code: str


DATA = define_data(models=[Seat, Row, Priced, Shop, Log, Coded], api_key_days=30)
ONE = "must specify at most one key condition operation."
TWO = "expects exactly two elements."
BETWEEN = {"between": [{"a": "1", "b": "2"}, {"a": "1", "c": "2"}]}
REFUSED = {
    "two conditions": (
        "seatsByEvent",
        {"eventId": "e", "placeNr": {"ge": {"place": "a"}, "le": {"place": "b"}}},
        f"Argument placeNr {ONE}",
    ),
    "two conditions, one null": (
        "seatsByEvent",
        {"eventId": "e", "placeNr": {"ge": {"place": "a"}, "le": None}},
        f"Argument placeNr {ONE}",
    ),
    "two conditions of an identifier": (
        "listLogs",
        {"dev": "d", "daySeq": {"ge": {"day": "a"}, "le": {"day": "b"}}},
        f"Argument daySeq {ONE}",
    ),
    "a gap": (
        "rows",
        {"k": "k", "aBC": {"beginsWith": {"a": "A", "c": "C"}}},
        "When providing argument 'aBC.$operation.c' you must also provide 'aBC.$operation.b'.",
    ),
    "no first part": (
        "rows",
        {"k": "k", "aBC": {"eq": {"b": "B"}}},
        "When providing argument 'aBC.$operation.b' you must also provide 'aBC.$operation.a'.",
    ),
    "a blank part": (
        "rows",
        {"k": "k", "aBC": {"eq": {"a": " ", "b": "B"}}},
        "When providing argument 'aBC.$operation.b' you must also provide 'aBC.$operation.a'.",
    ),
    "a gap in a range": (
        "rows",
        {"k": "k", "aBC": BETWEEN},
        "When providing argument 'aBC.between[1].c' you must also provide 'aBC.between[1].b'.",
    ),
    "a range of one": (
        "rows",
        {"k": "k", "aBC": {"between": [{"a": "1"}]}},
        f"Argument 'aBC.between' {TWO}",
    ),
    "no range": ("rows", {"k": "k", "aBC": {"between": None}}, f"Argument 'aBC.between' {TWO}"),
    "a single key's range of one": (
        "byPrice",
        {"g": "g", "price": {"between": [1]}},
        f"Argument 'price.between' {TWO}",
    ),
    "no partition": (
        "listShops",
        {"name": {"eq": "b"}},
        "When providing argument 'name' you must also provide arguments tenant",
    ),
    "no partition, several sort keys": (
        "listLogs",
        {"daySeq": {"eq": {"day": "a"}}},
        "When providing argument 'daySeq' you must also provide 'dev'.",
    ),
    "a direction without a partition": (
        "listShops",
        {"sortDirection": "DESC"},
        "When providing argument 'sortDirection' you must also provide argument 'tenant'.",
    ),
    "a direction without a sort key": (
        "listCodeds",
        {"sortDirection": "DESC"},
        "sortDirection is not supported for List operations without a Sort key defined.",
    ),
    "a direction on an index without a sort key": (
        "byH",
        {"h": "h", "sortDirection": "ASC"},
        "sortDirection is not supported for List operations without a Sort key defined.",
    ),
}


@pytest.mark.parametrize(("field", "arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_conditions_that_no_key_has_are_refused(
    field: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(FieldError) as refused:
        handler_value(DATA, field, arguments)
    assert (str(refused.value), refused.value.error_type) == (message, "InvalidArgumentsError")


PARTITION = "#k = :k_eq"
TAKEN = {
    "no condition": ("rows", {"k": "k", "aBC": {}}, PARTITION),
    "a null condition": ("rows", {"k": "k", "aBC": {"eq": None}}, PARTITION),
    "an identifier's without condition": ("listLogs", {"dev": "d", "daySeq": {}}, "#dev = :dev_eq"),
    "a prefix": (
        "rows",
        {"k": "k", "aBC": {"beginsWith": {"a": "A", "b": None}}},
        f"{PARTITION} AND begins_with(#a_b_c, :a_b_c_beginsWith)",
    ),
    "a range": (
        "rows",
        {"k": "k", "aBC": {"between": [{"a": "1", "b": "2"}, {"a": "3"}]}},
        f"{PARTITION} AND #a_b_c BETWEEN :a_b_c_between_1 AND :a_b_c_between_2",
    ),
    "a single key's": (
        "byPrice",
        {"g": "g", "price": {"gt": 1, "lt": None}},
        "#g = :g_eq AND #price > :price_gt",
    ),
    "a single key's without condition": ("byPrice", {"g": "g", "price": {}}, "#g = :g_eq"),
    # DynamoDB counts them, and refuses.
    "two on a single key": (
        "byPrice",
        {"g": "g", "price": {"gt": 1, "lt": 20}},
        "#g = :g_eq AND #price > :price_gt AND #price < :price_lt",
    ),
}


@pytest.mark.parametrize(("field", "arguments", "expression"), TAKEN.values(), ids=TAKEN)
def test_conditions_become_the_keys_expression(
    field: str, arguments: dict[str, Any], expression: str
) -> None:
    asked = handler_value(DATA, field, arguments)
    assert (asked["operation"], asked["query"]["expression"]) == ("Query", expression)


def test_parts_are_joined() -> None:
    asked = handler_value(DATA, "rows", {"k": "k", "aBC": {"eq": {"a": "1", "b": "2", "c": ""}}})
    assert asked["query"]["expressionValues"][":a_b_c_eq"] == {"S": "1#2#"}


PARTS = {
    "createSeat": (
        {"eventId": "e", "nr": 1},
        "When creating any part of the composite sort key for @index 'seatsByEventIdAndPlaceAndNr'"
        ", you must provide all fields for the key. Missing key: 'place'.",
    ),
    "updateSeat": (
        {"id": "i", "place": None},
        "When updating any part of the composite sort key for @index 'seatsByEventIdAndPlaceAndNr'"
        ", you must provide all fields for the key. Missing key: 'nr'.",
    ),
}


@pytest.mark.parametrize("field", PARTS)
def test_a_part_of_several_sort_keys_is_refused(field: str) -> None:
    given, message = PARTS[field]
    with pytest.raises(FieldError) as refused:
        handler_value(DATA, field, {"input": given})
    assert (str(refused.value), refused.value.error_type) == (message, None)


def test_all_parts_or_none_are_taken() -> None:
    whole = handler_value(DATA, "createSeat", {"input": {"eventId": "e", "place": "p", "nr": 1}})
    assert whole["attributeValues"]["place#nr"] == {"S": "p#1"}
    none = handler_value(DATA, "createSeat", {"input": {"eventId": "e"}})
    assert "place#nr" not in none["attributeValues"]
    cleared = {"id": "i", "place": None, "nr": None}
    update = handler_value(DATA, "updateSeat", {"input": cleared})["update"]
    removed = update["expression"].partition("REMOVE ")[2].split(", ")
    assert {update["expressionNames"][name] for name in removed} == {"place", "nr", "place#nr"}
