"""Arguments that Amplify's resolvers refuse, and those that ask for nothing, in both languages."""

from __future__ import annotations

import pytest

from tests.localcloud.appsync.matrix.callers import Callers

pytestmark = pytest.mark.npm

STOCK = "@index 'productsByMakerAndKindAndStock'"
ARGUMENTS = "InvalidArgumentsError"
KEY_TYPE = "DynamoDB:DynamoDbException"
REFUSED = {
    'listProducts(code: {eq: "a"}) { items { code } }': (
        "When providing argument 'code' you must also provide arguments maker",
        ARGUMENTS,
    ),
    "listProducts(sortDirection: DESC) { items { code } }": (
        "When providing argument 'sortDirection' you must also provide argument 'maker'.",
        ARGUMENTS,
    ),
    'productsByStock(maker: "m", kindStock: {ge: {kind: TOY}, le: {kind: TOY}}) { nextToken }': (
        "Argument kindStock must specify at most one key condition operation.",
        ARGUMENTS,
    ),
    'productsByStock(maker: "m", kindStock: {eq: {stock: 1}}) { nextToken }': (
        "When providing argument 'kindStock.$operation.stock' you must also provide "
        "'kindStock.$operation.kind'.",
        ARGUMENTS,
    ),
    'productsByStock(maker: "m", kindStock: {between: [{kind: TOY}]}) { nextToken }': (
        "Argument 'kindStock.between' expects exactly two elements.",
        ARGUMENTS,
    ),
    "productsByPrice(kind: TOY, price: {gt: 1, lt: 20}) { nextToken }": (
        "KeyConditionExpressions must only contain one condition per key",
        KEY_TYPE,
    ),
    "listProducts(filter: {stock: {between: 1}}) { nextToken }": (
        "Unable to process the filter expression",
        "Unrecognized Filter",
    ),
    'productsByStock(maker: "m", filter: {or: [{stock: {between: []}}]}) { nextToken }': (
        "Unable to process the filter expression",
        "Unrecognized Filter",
    ),
}


@pytest.mark.parametrize("asked", REFUSED)
def test_arguments_are_refused(callers: Callers, asked: str) -> None:
    answer = callers.run("key", f"{{ {asked} }}")
    (error,) = answer.errors
    message, kind = REFUSED[asked]
    assert error["message"].partition(" (Service:")[0].endswith(message)
    assert error.get("errorType") == kind


PARTS = {
    'createProduct(input: {maker: "m", code: "c", stock: 1}) { code }': ("creating", "kind"),
    'updateProduct(input: {maker: "m", code: "c", kind: TOY}) { code }': ("updating", "stock"),
}


@pytest.mark.parametrize("asked", PARTS)
def test_a_part_of_a_key_is_refused(callers: Callers, asked: str) -> None:
    answer = callers.run("key", f"mutation {{ {asked} }}")
    (error,) = answer.errors
    doing, missing = PARTS[asked]
    assert error["message"] == (
        f"When {doing} any part of the composite sort key for {STOCK}, you must provide all "
        f"fields for the key. Missing key: '{missing}'."
    )
    assert error.get("errorType") is None


def test_no_condition_asks_for_all(callers: Callers) -> None:
    made = "mutation($i: CreateProductInput!) { createProduct(input: $i) { code } }"
    for stock in (1, 2):
        item = {"maker": "all", "code": f"c{stock}", "kind": "TOY", "stock": stock}
        callers.value("key", made, i=item)
    for condition in ("", ", kindStock: {}", ", kindStock: {eq: null}"):
        found = callers.value(
            "key", f'{{ productsByStock(maker: "all"{condition}) {{ items {{ code }} }} }}'
        )
        assert [item["code"] for item in found["items"]] == ["c1", "c2"], condition
    gone = 'mutation { deleteProduct(input: {maker: "all", code: "none"}) { code } }'
    assert callers.run("key", gone).data == {"deleteProduct": None}
