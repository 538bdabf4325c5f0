"""ConsumedCapacity of reads: ministack counts one unit whatever the size, and none for a batch.

A read costs by the bytes that it evaluates, before filter and projection; in a batch or transaction
each item is rounded up by itself. ReturnConsumedCapacity INDEXES gives the table's part, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.dynamodb.capacity import Reading, read_units

Reply = tuple[int, dict[str, str], Any]
Request = Mapping[str, Any]

_evaluated: ContextVar[list[int] | None] = ContextVar("evaluated", default=None)
"""The bytes of the page that a query or scan evaluates."""


def install() -> None:
    """Count what is read, where it is asked for."""
    from ministack.services import dynamodb

    add, page = dynamodb._add_consumed_capacity, dynamodb._paginate_evaluated_items

    def size(item: Any) -> int:
        return int(dynamodb._item_size_bytes(item)) if item else 0

    def paginated(items: Any, limit: Any, table: Any, index: Any = None) -> Any:
        found, more = page(items, limit, table, index)
        taken = _evaluated.get()
        if taken is not None:
            taken.append(
                sum(
                    size(dynamodb._apply_index_projection(item, table, index) if index else item)
                    for item in found
                )
            )
        return found, more

    def consumed(
        result: dict[str, Any], data: Request, name: str, write: bool = False, **options: Any
    ) -> None:
        add(result, data, name, write=write, **options)
        capacity = result.get("ConsumedCapacity")
        if write or not isinstance(capacity, dict):
            return
        taken = _evaluated.get()
        table = dynamodb._tables.get(name)
        key = data.get("Key")
        if taken:
            read = taken[-1]
        elif table and isinstance(key, Mapping):
            read = size(dynamodb._get_item_by_key(table, key))
        else:
            read = 0
        _scale(capacity, read_units(read, _reading(data)))

    def measured(read: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
        def handled(data: Request) -> Reply:
            if data.get("ReturnConsumedCapacity") not in ("TOTAL", "INDEXES"):
                return read(data)
            token = _evaluated.set([])
            try:
                return read(data)
            finally:
                _evaluated.reset(token)

        return handled

    def units(table: Any, keys: Iterable[Any], reading: Reading) -> float:
        return sum(read_units(size(dynamodb._get_item_by_key(table, key)), reading) for key in keys)

    def table_of(name: Any) -> Any:
        return dynamodb._tables.get(dynamodb._normalize_table_name(name))

    batch_get, transact_get = dynamodb._batch_get_item, dynamodb._transact_get_items

    def batch_get_item(data: Request) -> Reply:
        reply: Reply = batch_get(data)
        if data.get("ReturnConsumedCapacity") not in ("TOTAL", "INDEXES"):
            return reply
        counted = {
            dynamodb._normalize_table_name(name): units(
                table_of(name), asked.get("Keys") or (), _reading(asked)
            )
            for name, asked in (data.get("RequestItems") or {}).items()
            if reply[0] == 200
        }
        return _with_capacity(reply, data, counted)

    def transact_get_items(data: Request) -> Reply:
        reply: Reply = transact_get(data)
        if data.get("ReturnConsumedCapacity") not in ("TOTAL", "INDEXES"):
            return reply
        counted: dict[str, float] = {}
        for member in data.get("TransactItems") or () if reply[0] == 200 else ():
            get = member["Get"]
            name = dynamodb._normalize_table_name(get["TableName"])
            read = units(table_of(name), (get["Key"],), "transactional")
            counted[name] = counted.get(name, 0.0) + read
        return _with_capacity(reply, data, counted, split=True)

    dynamodb._paginate_evaluated_items = paginated
    dynamodb._add_consumed_capacity = consumed
    dynamodb._query, dynamodb._scan = measured(dynamodb._query), measured(dynamodb._scan)
    dynamodb._batch_get_item, dynamodb._transact_get_items = batch_get_item, transact_get_items


def _reading(asked: Request) -> Reading:
    return "consistent" if asked.get("ConsistentRead") else "eventual"


def _scale(capacity: dict[str, Any], read: float) -> None:
    """Put the units in the place of those that ministack counted once."""
    capacity["CapacityUnits"] = read
    if "Table" not in capacity:
        return
    of_index = [
        index
        for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
        for index in (capacity.get(kind) or {}).values()
    ]
    capacity["Table"]["CapacityUnits"] = 0.0 if of_index else read
    for index in of_index:
        index["CapacityUnits"] = read


def _with_capacity(
    reply: Reply, data: Request, counted: Mapping[str, float], *, split: bool = False
) -> Reply:
    status, headers, body = reply
    if status != 200:
        return reply
    answer = json.loads(body)
    answer["ConsumedCapacity"] = [
        {
            "TableName": name,
            **_units(read, split),
            **(
                {"Table": _units(read, split)}
                if data["ReturnConsumedCapacity"] == "INDEXES"
                else {}
            ),
        }
        for name, read in counted.items()
    ]
    return status, headers, json.dumps(answer, ensure_ascii=False).encode()


def _units(read: float, split: bool) -> dict[str, float]:
    return {"CapacityUnits": read, **({"ReadCapacityUnits": read} if split else {})}
