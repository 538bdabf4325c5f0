"""Streams: ministack leaves out what PartiQL writes; DynamoDB records it as all other writes.

The writes of a transaction are recorded once it is through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from typing import Any

Item = Mapping[str, Any]
Reply = tuple[int, dict[str, str], Any]
Write = tuple[str, Item | None, Item | None]
_transaction: ContextVar[list[Write] | None] = ContextVar("transaction", default=None)


def install() -> None:
    """Record what statements write, with the item before and after."""
    from ministack.services import dynamodb

    execute = dynamodb._execute_transaction

    def emit(table: str, old: Item | None, new: Item | None) -> None:
        event = "REMOVE" if new is None else "MODIFY" if old is not None else "INSERT"
        dynamodb._emit_stream_event(table, event, old, new)

    def recording(handle: Callable[..., Reply], *, insert: bool = False) -> Callable[..., Reply]:
        def write(table: Any, parsed: Any, *rest: Any) -> Reply:
            old = None if insert else _item(dynamodb, table, parsed, insert)
            reply = handle(table, parsed, *rest)
            new = _item(dynamodb, table, parsed, insert) if reply[0] == 200 else old
            if new is old:
                return reply
            change = (table["TableName"], old, new)
            pending = _transaction.get()
            if pending is None:
                emit(*change)
            else:
                pending.append(change)
            return reply

        return write

    def execute_transaction(data: Any) -> Reply:
        pending: list[Write] = []
        token = _transaction.set(pending)
        try:
            reply: Reply = execute(data)
        finally:
            _transaction.reset(token)
        if reply[0] == 200:
            for change in pending:
                emit(*change)
        return reply

    dynamodb._partiql_insert = recording(dynamodb._partiql_insert, insert=True)
    dynamodb._partiql_update = recording(dynamodb._partiql_update)
    dynamodb._partiql_delete = recording(dynamodb._partiql_delete)
    dynamodb._execute_transaction = execute_transaction


def _item(dynamodb: Any, table: Any, parsed: Any, insert: bool) -> Item | None:
    """The item that a statement names, as it is now: a write puts another object in its place."""
    if insert:
        item = parsed.get("item") or {}
        item = item["M"] if set(item) == {"M"} else item
        sort = table["sk_name"]
        key = dynamodb._extract_key_val(item.get(table["pk_name"]))
        sort_key = dynamodb._extract_key_val(item.get(sort)) if sort else "__no_sort__"
    else:
        key, sort_key, _, refused = dynamodb._partiql_key_target(table, parsed)
        if refused:
            return None
    found: Item | None = table["items"].get(key, {}).get(sort_key)
    return found
