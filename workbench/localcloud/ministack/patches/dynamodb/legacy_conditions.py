"""Expected, KeyConditions and filters without expressions: ministack checks nearly none of them.

It takes ``Exists: true`` with a value for a check of existence alone, so that a write that should
have failed is done; and it joins the conditions of a filter by AND where OR was asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.dynamodb import legacy_conditions

Reply = tuple[int, dict[str, str], Any]

_WRITES = ("_put_item", "_update_item", "_delete_item")
_ENVELOPE = "1 validation error detected: "
_joined_by: ContextVar[str | None] = ContextVar("joined_by", default=None)


def install() -> None:
    """Check the conditions of a request, and evaluate them by DynamoDB's rules."""
    from ministack.services import dynamodb

    refused = dynamodb.error_response_json

    def known(data: Any) -> Any:
        return dynamodb._tables.get(dynamodb._normalize_table_name(data.get("TableName")))

    def refusal(data: Any, parameter: str) -> str | None:
        asked = _asked(data, parameter)
        if data.get("ConditionalOperator") not in (None, "AND", "OR"):
            return None
        return legacy_conditions.operator_refusal(data.get("ConditionalOperator"), asked) or (
            legacy_conditions.refusal(parameter, asked) if asked else None
        )

    def key_refusal(data: Any) -> str | None:
        if data.get("KeyConditionExpression") is not None:
            return None
        asked = _asked(data, "KeyConditions")
        if asked is None:
            return (
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in "
                "the request."
            )
        table, name = known(data), data.get("IndexName")
        index = dynamodb._index_def(table, name) if name else table
        wrong = legacy_conditions.refusal("KeyConditions", asked)
        if wrong or not index:
            return wrong
        hashes, ranges = dynamodb._index_key_lists(index)
        schema = [(key, str(dynamodb._get_attr_type(table, key))) for key in (*hashes, *ranges)]
        if len(hashes) > 1 or len(ranges) > 1:
            return legacy_conditions.skipped_key(asked, hashes, ranges)
        return legacy_conditions.key_refusal(asked, schema)

    def checking(handle: Callable[[Any], Reply], parameter: str) -> Callable[[Any], Reply]:
        write = parameter == "Expected"

        def handled(data: Any) -> Reply:
            wrong = None
            if known(data) is not None and (write is False or "Key" in data or "Item" in data):
                wrong = refusal(data, parameter)
                if not wrong and parameter == "QueryFilter":
                    wrong = key_refusal(data)
            if wrong:
                enveloped = write and not wrong.startswith(_ENVELOPE)
                text = f"{_ENVELOPE}{wrong}" if enveloped else wrong
                reply: Reply = refused("ValidationException", text, 400)
                return reply
            token = _joined_by.set(data.get("ConditionalOperator"))
            try:
                return handle(data)
            finally:
                _joined_by.reset(token)

        return handled

    for name in _WRITES:
        setattr(dynamodb, name, checking(getattr(dynamodb, name), "Expected"))
    dynamodb._query = checking(dynamodb._query, "QueryFilter")
    dynamodb._scan = checking(dynamodb._scan, "ScanFilter")
    dynamodb._evaluate_expected = legacy_conditions.met
    dynamodb._evaluate_legacy_filter = lambda item, asked: legacy_conditions.met(
        item, asked, _joined_by.get()
    )
    dynamodb._evaluate_key_conditions_item = lambda item, asked, key: legacy_conditions.met(
        item, asked
    )
    dynamodb._expected_error = lambda expected: None


def _asked(data: Mapping[str, Any], parameter: str) -> legacy_conditions.Asked | None:
    asked = data.get(parameter)
    well_formed = isinstance(asked, Mapping) and all(
        isinstance(condition, Mapping) for condition in asked.values()
    )
    return asked if well_formed else None
