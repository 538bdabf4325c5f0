"""Members of few values, and those that operations of a transaction need."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.dynamodb import write_members

ONE = "1 validation error detected: "
INVALID = "One or more parameter values were invalid: "
NULL = "failed to satisfy constraint: Member must not be null"


def test_what_a_write_may_return() -> None:
    returned = write_members.returned_refusal
    for value in ("NONE", "ALL_OLD", None):
        assert returned({"ReturnValues": value}, update=False) is None
    assert returned({"ReturnValues": "ALL_NEW"}, update=True) is None
    only_old = f"{ONE}ReturnValues can only be ALL_OLD or NONE"
    assert returned({"ReturnValues": "ALL_NEW"}, update=False) == only_old
    assert (returned({"ReturnValues": "X"}, update=True) or "").startswith(
        f"{ONE}Failed to satisfy constraint: Member must satisfy enum value set: "
    )
    on_failure = {"ReturnValuesOnConditionCheckFailure": "ALL_NEW"}
    assert returned(on_failure, update=False) == (
        f"{ONE}Value 'ALL_NEW' at 'returnValuesOnConditionCheckFailure' failed to satisfy "
        "constraint: Member must satisfy enum value set: [ALL_OLD, NONE]"
    )


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ({"Put": {"TableName": "t", "Item": {}}}, None),
        ({"Put": {"TableName": "t"}}, f"{ONE}Value null at 'transactItems.1.member.put.item' "),
        (
            {"ConditionCheck": {"TableName": "t", "Key": {}}},
            f"{ONE}Value null at 'transactItems.1.member.conditionCheck.conditionExpression' "
            f"{NULL}",
        ),
        (
            {"Update": {"TableName": "t", "Key": {}}},
            f"{ONE}Value null at 'transactItems.1.member.update.updateExpression' {NULL}",
        ),
        (
            {
                "Delete": {
                    "TableName": "t",
                    "Key": {},
                    "ReturnValuesOnConditionCheckFailure": "none",
                }
            },
            f"{ONE}Value 'none' at "
            "'transactItems.1.member.delete.returnValuesOnConditionCheckFailure' failed ",
        ),
    ],
)
def test_what_operations_of_a_transaction_need(member: Any, words: str | None) -> None:
    refused = write_members.transaction_refusal([member])
    assert refused is None if words is None else (refused or "").startswith(words)


@pytest.mark.parametrize(
    ("update", "words"),
    [
        ({"Value": {"S": "a"}}, None),
        ({"Action": "DELETE"}, None),
        ({"Action": "ADD", "Value": {"L": []}}, None),
        ({"Action": "PUT"}, f"{INVALID}Only DELETE action is allowed when no attribute value is "),
        ({"Action": "put"}, f"{ONE}Value 'put' at 'attributeUpdates.a.member.action' failed to "),
        (
            {"Action": "DELETE", "Value": {"S": "a"}},
            f"{INVALID}DELETE action with value is not supported for the type S",
        ),
        (
            {"Action": "ADD", "Value": {"M": {}}},
            f"{INVALID}ADD action is not supported for the type M",
        ),
    ],
)
def test_what_attribute_updates_may_do(update: Any, words: str | None) -> None:
    refused = write_members.updates_refusal({"a": update})
    assert refused is None if words is None else (refused or "").startswith(words)


def test_attributes_are_named_once() -> None:
    assert write_members.attributes_refusal(["a", "b"]) is None
    assert "'attributesToGet'" in (write_members.attributes_refusal([]) or "")
    assert write_members.attributes_refusal(["a", "b", "a"]) == (
        f"{INVALID}Duplicate value in attribute name: a"
    )
