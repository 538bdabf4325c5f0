"""``@aws-appsync/utils/dynamodb``: the requests that its functions make, and their expressions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.evaluation import TemplateError

DDB = "import * as ddb from '@aws-appsync/utils/dynamodb';"

REQUESTS: dict[str, Any] = {
    "ddb.get({ key: { id: 'a' } })": {"operation": "GetItem", "key": {"id": {"S": "a"}}},
    "ddb.get({ key: { id: 'a' }, consistentRead: true, projection: ['id', 'address.lines[0]'] })": {
        "operation": "GetItem",
        "key": {"id": {"S": "a"}},
        "consistentRead": True,
        "projection": {
            "expression": "#expName_1, #expName_2.#expName_3[0]",
            "expressionNames": {
                "#expName_1": "id",
                "#expName_2": "address",
                "#expName_3": "lines",
            },
        },
    },
    "ddb.put({ key: { id: 'a' }, item: { n: 1, u: undefined, s: ddb.toStringSet(['x']) }, "
    "condition: { id: { attributeExists: false } } })": {
        "operation": "PutItem",
        "key": {"id": {"S": "a"}},
        "attributeValues": {"n": {"N": 1}, "s": {"SS": ["x"]}},
        "condition": {
            "expression": "attribute_not_exists(#id)",
            "expressionNames": {"#id": "id"},
        },
    },
    "ddb.update({ key: { id: 'a' }, update: { title: 'x', note: null }, _version: 3, "
    "condition: { owner: { eq: 'me' } } })": {
        "operation": "UpdateItem",
        "key": {"id": {"S": "a"}},
        "update": {
            "expression": "SET #expName_1 = :expValue_1, #expName_2 = :expValue_2",
            "expressionNames": {"#expName_1": "title", "#expName_2": "note"},
            "expressionValues": {":expValue_1": {"S": "x"}, ":expValue_2": {"NULL": None}},
        },
        "condition": {
            "expression": "#owner = :owner_eq",
            "expressionNames": {"#owner": "owner"},
            "expressionValues": {":owner_eq": {"S": "me"}},
        },
        "_version": 3,
    },
    "ddb.remove({ key: { id: 'a' }, condition: null })": {
        "operation": "DeleteItem",
        "key": {"id": {"S": "a"}},
    },
    "ddb.query({ query: { id: { eq: 'a' }, at: { beginsWith: '2024' } }, index: 'byId', limit: 5, "
    "nextToken: null, scanIndexForward: false, filter: { n: { between: [1, 2] } } })": {
        "operation": "Query",
        "query": {
            "expression": "#id = :id_eq AND begins_with(#at, :at_beginsWith)",
            "expressionNames": {"#id": "id", "#at": "at"},
            "expressionValues": {":id_eq": {"S": "a"}, ":at_beginsWith": {"S": "2024"}},
        },
        "limit": 5,
        "index": "byId",
        "scanIndexForward": False,
        "filter": {
            "expression": "#n BETWEEN :n_between_1 AND :n_between_2",
            "expressionNames": {"#n": "n"},
            "expressionValues": {":n_between_1": {"N": 1}, ":n_between_2": {"N": 2}},
        },
    },
    "ddb.scan()": {"operation": "Scan"},
    "ddb.scan({ limit: 2, totalSegments: 4, segment: 0, filter: {} })": {
        "operation": "Scan",
        "limit": 2,
        "totalSegments": 4,
        "segment": 0,
    },
    "ddb.sync({ limit: 2, lastSync: 5, nextToken: undefined })": {
        "operation": "Sync",
        "limit": 2,
        "lastSync": 5,
    },
    "ddb.batchGet({ tables: { posts: { keys: [{ id: 1 }], consistentRead: true } } })": {
        "operation": "BatchGetItem",
        "tables": {"posts": {"keys": [{"id": {"N": 1}}], "consistentRead": True}},
    },
    "ddb.batchPut({ tables: { posts: [{ id: 1 }, { id: 2 }] } })": {
        "operation": "BatchPutItem",
        "tables": {"posts": [{"id": {"N": 1}}, {"id": {"N": 2}}]},
    },
    "ddb.batchDelete({ tables: { posts: [{ id: 1 }] } })": {
        "operation": "BatchDeleteItem",
        "tables": {"posts": [{"id": {"N": 1}}]},
    },
    "ddb.transactGet({ items: [{ table: 'posts', key: { id: 1 }, projection: ['name'] }] })": {
        "operation": "TransactGetItems",
        "transactItems": [
            {
                "table": "posts",
                "key": {"id": {"N": 1}},
                "projection": {
                    "expression": "#expName_1",
                    "expressionNames": {"#expName_1": "name"},
                },
            }
        ],
    },
    "ddb.transactWrite({ items: ["
    "{ putItem: { table: 't', key: { id: 1 }, item: { a: 1 } } }, "
    "{ updateItem: { table: 't', key: { id: 2 }, update: { a: ddb.operations.remove() } } }, "
    "{ deleteItem: { table: 't', key: { id: 3 } } }, "
    "{ conditionCheck: { table: 't', key: { id: 4 }, condition: { a: { attributeExists: true } } } }"  # noqa: E501
    "] })": {
        "operation": "TransactWriteItems",
        "transactItems": [
            {
                "table": "t",
                "operation": "PutItem",
                "key": {"id": {"N": 1}},
                "attributeValues": {"a": {"N": 1}},
            },
            {
                "table": "t",
                "operation": "UpdateItem",
                "key": {"id": {"N": 2}},
                "update": {
                    "expression": "REMOVE #expName_1",
                    "expressionNames": {"#expName_1": "a"},
                },
            },
            {"table": "t", "operation": "DeleteItem", "key": {"id": {"N": 3}}},
            {
                "table": "t",
                "operation": "ConditionCheck",
                "key": {"id": {"N": 4}},
                "condition": {
                    "expression": "attribute_exists(#a)",
                    "expressionNames": {"#a": "a"},
                },
            },
        ],
    },
}


@pytest.mark.parametrize(("expression", "expected"), REQUESTS.items(), ids=[*REQUESTS])
def test_request(field: Field, expression: str, expected: Any) -> None:
    assert field.value(expression, DDB) == expected


def test_names_can_be_imported_one_by_one(field: Field) -> None:
    imports = "import { get as read, operations } from '@aws-appsync/utils/dynamodb';"
    value = field.value("[read({ key: { id: 1 } }).operation, typeof operations.add]", imports)
    assert value == ["GetItem", "function"]


OPERATIONS = {
    "operations.increment(5)": ("SET #expName_1 = #expName_1 + :expValue_1", {"N": 5}),
    "operations.increment()": ("SET #expName_1 = #expName_1 + :expValue_1", {"N": 1}),
    "operations.decrement(2)": ("SET #expName_1 = #expName_1 - :expValue_1", {"N": 2}),
    "operations.append([1])": (
        "SET #expName_1 = list_append(#expName_1, :expValue_1)",
        {"L": [{"N": 1}]},
    ),
    "operations.prepend([1])": (
        "SET #expName_1 = list_append(:expValue_1, #expName_1)",
        {"L": [{"N": 1}]},
    ),
    "operations.add({ a: 1 })": ("SET #expName_1 = :expValue_1", {"M": {"a": {"N": 1}}}),
    "operations.replace([1])": ("SET #expName_1 = :expValue_1", {"L": [{"N": 1}]}),
    "operations.updateListItem('x', 2)": ("SET #expName_1[2] = :expValue_1", {"S": "x"}),
    "[operations.updateListItem('x', 2)]": ("SET #expName_1[2] = :expValue_1", {"S": "x"}),
}


@pytest.mark.parametrize(("operation", "expected"), OPERATIONS.items(), ids=[*OPERATIONS])
def test_update_operation(field: Field, operation: str, expected: tuple[str, Any]) -> None:
    imports = "import { update, operations } from '@aws-appsync/utils/dynamodb';"
    update = field.value(f"update({{ key: {{ id: 1 }}, update: {{ f: {operation} }} }})", imports)
    expression, value = expected
    assert update["update"] == {
        "expression": expression,
        "expressionNames": {"#expName_1": "f"},
        "expressionValues": {":expValue_1": value},
    }


def test_operations_inside_an_object_update_its_members(field: Field) -> None:
    update = field.value(
        "ddb.update({ key: { id: 1 }, update: "
        "{ address: { city: ddb.operations.replace('Rome'), zip: ddb.operations.remove() }, n: 1 } })",  # noqa: E501
        DDB,
    )["update"]
    assert update == {
        "expression": "SET #expName_1.#expName_2 = :expValue_1, #expName_3 = :expValue_2"
        " REMOVE #expName_1.#expName_4",
        "expressionNames": {
            "#expName_1": "address",
            "#expName_2": "city",
            "#expName_3": "n",
            "#expName_4": "zip",
        },
        "expressionValues": {":expValue_1": {"S": "Rome"}, ":expValue_2": {"N": 1}},
    }


FILTERS = {
    "{ title: { contains: 'Hello World' } }": (
        "contains(#title, :title_contains)",
        {":title_contains": {"S": "Hello World"}},
    ),
    "{ a: { ne: 1, gt: 0 } }": (
        "(#a <> :a_ne AND #a > :a_gt)",
        {":a_ne": {"N": 1}, ":a_gt": {"N": 0}},
    ),
    "{ or: [{ owner: { eq: 'a' } }, { owner: { eq: 'b' } }] }": (
        "(#owner = :or_0_owner_eq OR #owner = :or_1_owner_eq)",
        {":or_0_owner_eq": {"S": "a"}, ":or_1_owner_eq": {"S": "b"}},
    ),
    "{ or: [{ owner: { eq: 'a' } }] }": (
        "#owner = :or_0_owner_eq",
        {":or_0_owner_eq": {"S": "a"}},
    ),
    "{ and: [{ a: { le: 1 } }, { not: { b: { lt: 2 } } }], c: { ge: 3 } }": (
        "(#a <= :and_0_a_le AND (NOT #b < :and_1_not_b_lt)) AND #c >= :c_ge",
        {":and_0_a_le": {"N": 1}, ":and_1_not_b_lt": {"N": 2}, ":c_ge": {"N": 3}},
    ),
    "{ a: { in: [1, 2] } }": (
        "#a IN (:a_in_1, :a_in_2)",
        {":a_in_1": {"N": 1}, ":a_in_2": {"N": 2}},
    ),
    "{ a: { notContains: 'x', attributeExists: true, attributeType: 'stringSet' } }": (
        "(NOT contains(#a, :a_notContains) AND attribute_exists(#a) "
        "AND attribute_type(#a, :a_attributeType))",
        {":a_notContains": {"S": "x"}, ":a_attributeType": {"S": "SS"}},
    ),
    "{ a: { size: { ge: 2 } } }": ("size(#a) >= :a_size_ge", {":a_size_ge": {"N": 2}}),
    "{ address: { city: { eq: 'Rome' } } }": (
        "#address.#city = :address_city_eq",
        {":address_city_eq": {"S": "Rome"}},
    ),
    "{ 'a-b': { eq: 1 }, a_b: { eq: 2 } }": (
        "#a_b = :a_b_eq AND #a_b_2 = :a_b_eq_2",
        {":a_b_eq": {"N": 1}, ":a_b_eq_2": {"N": 2}},
    ),
    "{ a: null, b: { eq: undefined }, c: { size: {} } }": ("", {}),
    "undefined": ("", {}),
}


@pytest.mark.parametrize(
    "function", ["toDynamoDBFilterExpression", "toDynamoDBConditionExpression"]
)
@pytest.mark.parametrize(("object_", "expected"), FILTERS.items(), ids=[*FILTERS])
def test_filter_expression(
    field: Field, function: str, object_: str, expected: tuple[str, Any]
) -> None:
    made = json.loads(field.value(f"util.transform.{function}({object_})"))
    assert (made["expression"], made["expressionValues"]) == expected


@pytest.mark.parametrize(
    "expression",
    [
        "ddb.get()",
        "ddb.get({})",
        "ddb.query({ filter: {} })",
        "ddb.transactWrite({ items: [{}] })",
        "ddb.scan({ filter: { a: 1 } })",
    ],
)
def test_a_request_that_lacks_something_fails(field: Field, expression: str) -> None:
    with pytest.raises(TemplateError) as raised:
        field.value(expression, DDB)
    assert "TypeError" in raised.value.message
