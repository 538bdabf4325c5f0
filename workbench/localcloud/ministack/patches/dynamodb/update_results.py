"""Updates that only remove: ministack makes an item of them; and what an update returns.

DynamoDB creates no item by removing attributes of one that is not there, records nothing in the
stream, and then looks at no path. Of changed list elements it returns these alone, and it leaves
``Attributes`` out where nothing is returned.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from workbench.localcloud.dynamodb import parser
from workbench.localcloud.dynamodb.paths import Parts
from workbench.localcloud.dynamodb.returned import parts_of
from workbench.localcloud.dynamodb.syntax import ExpressionError
from workbench.localcloud.dynamodb.updates import targets

Reply = tuple[int, dict[str, str], Any]
Request = Mapping[str, Any]
Place = tuple[str, Any, Any]
"""A table's ARN, and the item's keys as the emulator keeps them."""

_NO_SORT = "__no_sort__"
_removing: ContextVar[frozenset[Place]] = ContextVar("removing", default=frozenset())
"""The missing items from which the request only removes."""


def install() -> None:
    """Keep such items out of the table and the stream, and return what DynamoDB returns."""
    from ministack.services import dynamodb

    set_item, emit = dynamodb._set_item, dynamodb._emit_stream_event
    apply_expression = dynamodb._apply_update_expression
    update_item, transact = dynamodb._update_item, dynamodb._transact_write_items

    def place_of(table: Any, key: Any) -> Place:
        sort = table.get("sk_name")
        sk = dynamodb._extract_key_val(key.get(sort)) if sort else _NO_SORT
        return table["TableArn"], dynamodb._extract_key_val(key.get(table["pk_name"])), sk

    def missing_of(update: Any) -> Place | None:
        if not isinstance(update, Mapping) or not _only_removes(update):
            return None
        table = dynamodb._tables.get(dynamodb._normalize_table_name(update.get("TableName")))
        key = update.get("Key")
        if not table or not isinstance(key, Mapping):
            return None
        place = place_of(table, key)
        return None if place[2] in table["items"].get(place[1], {}) else place

    def is_missing(item: Any) -> bool:
        # A missing item is given as its key.
        values = {dynamodb._extract_key_val(value) for value in item.values()}
        return any(values == {pk, sk} - {_NO_SORT} for _, pk, sk in _removing.get())

    def kept_out(table: Any, pk: Any, sk: Any, item: Any) -> Any:
        if (table["TableArn"], pk, sk) in _removing.get():
            return None
        return set_item(table, pk, sk, item)

    def recorded(name: str, event: str, old: Any, new: Any, *more: Any, **options: Any) -> Any:
        if event == "INSERT" and _removing.get():
            table = dynamodb._tables.get(name)
            if table and place_of(table, new) in _removing.get():
                return None
        return emit(name, event, old, new, *more, **options)

    def applied(
        item: Any, text: str, values: Any, names: Any, updated: set[Any] | None = None
    ) -> tuple[dict[str, Any], set[Any]]:
        if not _removing.get() or not is_missing(item) or not _removes(text):
            found: tuple[dict[str, Any], set[Any]] = apply_expression(
                item, text, values, names, updated
            )
            return found
        updated = set() if updated is None else updated
        updated.update(targets(parser.parse_update(text), names or {}))
        return item, updated

    def updating(data: Request) -> Reply:
        place = missing_of(data)
        if place is None:
            return _without_empty(update_item(data))
        with _only_removing(frozenset({place})):
            status, headers, body = update_item(data)
        if status != 200:
            return status, headers, body
        answer = json.loads(body) if body else {}
        answer.pop("Attributes", None)
        reply: Reply = dynamodb.json_response(answer)
        return reply

    def transacting(data: Request) -> Reply:
        members = data.get("TransactItems")
        updates = [
            member.get("Update")
            for member in (members if isinstance(members, list) else ())
            if isinstance(member, Mapping)
        ]
        places = frozenset(place for place in map(missing_of, updates) if place is not None)
        with _only_removing(places):
            reply: Reply = transact(data)
        return reply

    def differences(
        old: Any, new: Any, changed: set[Parts | str], return_old: bool = True
    ) -> dict[str, Any]:
        paths = [(path,) if isinstance(path, str) else path for path in changed]
        return dict(parts_of((old if return_old else new) or {}, paths))

    dynamodb._set_item, dynamodb._emit_stream_event = kept_out, recorded
    dynamodb._apply_update_expression = applied
    dynamodb._update_item, dynamodb._transact_write_items = updating, transacting
    dynamodb._diff_attributes = differences


@contextmanager
def _only_removing(places: frozenset[Place]) -> Iterator[None]:
    token = _removing.set(places)
    try:
        yield
    finally:
        _removing.reset(token)


def _only_removes(update: Request) -> bool:
    legacy = update.get("AttributeUpdates")
    if isinstance(legacy, Mapping):
        return bool(legacy) and all(
            isinstance(each, Mapping) and each.get("Action") == "DELETE" for each in legacy.values()
        )
    return _removes(update.get("UpdateExpression"))


def _removes(text: Any) -> bool:
    if not isinstance(text, str) or text.lstrip()[:6].upper() not in ("REMOVE", "DELETE"):
        return False
    try:
        return set(parser.parse_update(text).clauses) <= {"REMOVE", "DELETE"}
    except ExpressionError:
        return False


def _without_empty(reply: Reply) -> Reply:
    status, headers, body = reply
    if status != 200 or b'"Attributes": {}' not in body:
        return reply
    answer = json.loads(body)
    if answer.get("Attributes") != {}:
        return reply
    del answer["Attributes"]
    return status, headers, json.dumps(answer, ensure_ascii=False).encode()
