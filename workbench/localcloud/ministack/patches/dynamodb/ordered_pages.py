"""Pages of large tables: ministack sorts the whole table, or index partition, for each of them.

A page of a million items took six seconds. Here the keys are kept in order from the first read on,
and ministack reads a view of the table that has no more items than the page: it checks, filters and
answers as before.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.dynamodb import parser
from workbench.localcloud.dynamodb.key_order import Attribute, Item, KeyOrder, Schema, Span
from workbench.localcloud.dynamodb.key_spans import span_of
from workbench.localcloud.dynamodb.sorted_keys import FIRST, Key
from workbench.localcloud.dynamodb.syntax import ExpressionError

LARGE = 1000
"""Items of a table from which its keys are kept in order."""

_INDEX_MEMBERS = "_index_members"
_MISFITS = "_indexes_with_misfits"
"""Where a table names the indexes that leave out items for their keys' types."""
_PAGE_BYTES = 1_048_576
_NO_SORT = "__no_sort__"

Reply = tuple[int, dict[str, str], Any]
Table = Mapping[str, Any]
Request = Mapping[str, Any]


class _Members(dict[str, Any]):
    """ministack's members of each index, and the orders; ministack drops both with the items."""

    def __init__(self, items: Any) -> None:
        super().__init__()
        self.items_of = items
        self.filled = False
        self.orders: dict[str | None, KeyOrder] = {}


@dataclass(frozen=True, slots=True)
class _View:
    """A table as one read sees it."""

    name: str
    table: Table
    first_sorted: tuple[Attribute, ...] = ()
    """What the items of an index are sorted by before their sort key."""


_view: ContextVar[_View | None] = ContextVar("view", default=None)


def install() -> None:
    """Keep the keys in order, and give reads no more than a page."""
    from ministack.core.responses import AccountRegionScopedDict
    from ministack.services import dynamodb

    members_of, note = dynamodb._index_members, dynamodb._index_item
    order_keys = dynamodb._index_order_keys

    class Tables(AccountRegionScopedDict):  # type: ignore[misc]
        """The tables; to one read, the view of its table."""

        __slots__ = ()

        def get(self, key: Any, default: Any = None) -> Any:
            view = _view.get()
            if view is not None and view.name == key:
                return view.table
            return super().get(key, default)

    def index_members(table: dict[str, Any]) -> Any:
        found = table.get(_INDEX_MEMBERS)
        if found is not None and not isinstance(found, _Members):
            return found
        held = _members(table)
        if not held.filled:
            held.update(members_of({k: v for k, v in table.items() if k != _INDEX_MEMBERS}))
            held.filled = True
        return held

    def index_item(table: dict[str, Any], pk: Any, sk: Any, item: Item, add: bool) -> None:
        held = table.get(_INDEX_MEMBERS)
        if not isinstance(held, _Members):
            return
        for order in held.orders.values():
            order.note(item, pk, sk, there=add)
        if held.filled:
            note(table, pk, sk, item, add)

    def index_order_keys(table: Table, sort: Any) -> Any:
        view = _view.get()
        first = view.first_sorted if view is not None else ()
        return [*((each.name, each.type) for each in first), *order_keys(table, sort)]

    def paged(
        read: Callable[[Request], Reply],
        view_of: Callable[[str, Table, Request], _View | None],
    ) -> Callable[[Request], Reply]:
        def handled(data: Request) -> Reply:
            name = dynamodb._normalize_table_name(data.get("TableName"))
            table = dynamodb._tables.get(name) if isinstance(name, str) else None
            view = view_of(name, table, data) if table and _is_ordered(table, data) else None
            with _seeing(view):
                return read(data)

        return handled

    drop = dynamodb.drop_stream_records

    def dropped(name: str, table: Any = None) -> None:
        drop(name, table)
        # Called for a changed stream, too: then the table is still there.
        if table is not None and is_large(table) and dynamodb._tables.get(name) is not table:
            thread = threading.Thread(target=_free, args=(table,), name="free-table", daemon=True)
            thread.start()

    dynamodb.drop_stream_records = dropped
    dynamodb._tables.__class__ = Tables
    dynamodb._index_members, dynamodb._index_item = index_members, index_item
    dynamodb._index_order_keys = index_order_keys
    dynamodb._scan = paged(dynamodb._scan, _view_of_scan)
    dynamodb._query = paged(dynamodb._query, _view_of_query)


def is_large(table: Table) -> bool:
    """Whether its keys are kept in order."""
    return int(table.get("ItemCount") or 0) > LARGE


def note_misfits(table: dict[str, Any], index: str) -> None:
    """Read a new index by its order if stored items have keys of another type.

    DynamoDB leaves them out; ministack asks for the attributes' names alone. No such item can be
    written once the index is there.
    """
    schema = _schema(table, index)
    keys = [each for each in (schema.index_hash, schema.index_range) if each] if schema else []
    for items in table["items"].values():
        for item in items.values():
            if any(key.name in item and key.type not in item[key.name] for key in keys):
                table[_MISFITS] = sorted({*table.get(_MISFITS, ()), index})
                return


def _is_ordered(table: Table, data: Request) -> bool:
    return is_large(table) or data.get("IndexName") in table.get(_MISFITS, ())


def is_ready(table: Table, index: str | None) -> bool:
    """Whether its keys are in order already: else, that takes as long as it has items."""
    held = table.get(_INDEX_MEMBERS)
    order = held.orders.get(index) if isinstance(held, _Members) else None
    return order is not None and order.is_made


def _free(table: Any) -> None:
    """Free a deleted table's items one by one: a million at once keep all waiting for a second."""
    items, held = table["items"], table.get(_INDEX_MEMBERS)
    while items:
        items.popitem()
    for order in held.orders.values() if isinstance(held, _Members) else ():
        order.free()


@contextmanager
def _seeing(view: _View | None) -> Iterator[None]:
    token = _view.set(view)
    try:
        yield
    finally:
        _view.reset(token)


def _members(table: Any) -> _Members:
    held = table.get(_INDEX_MEMBERS)
    if not isinstance(held, _Members) or held.items_of is not table["items"]:
        held = table[_INDEX_MEMBERS] = _Members(table["items"])
    return held


def _order(table: Table, schema: Schema, index: str | None) -> KeyOrder:
    held = _members(table)
    order = held.orders.get(index)
    if order is None or order.schema != schema:
        order = held.orders[index] = KeyOrder(schema)
    return order


def _schema(table: Table, index: str | None) -> Schema | None:
    """The keys of a table or index; None for a missing index and for keys of several attributes."""
    own = _key_attributes(table, table.get("KeySchema"))
    if own is None or index is None:
        return None if own is None else Schema(*own)
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        for each in table.get(kind) or ():
            if each.get("IndexName") == index:
                found = _key_attributes(table, each.get("KeySchema"))
                return None if found is None else Schema(*own, *found)
    return None


def _key_attributes(table: Table, schema: Any) -> tuple[Attribute, Attribute | None] | None:
    types = {
        each["AttributeName"]: each["AttributeType"]
        for each in table.get("AttributeDefinitions") or ()
    }
    hashes, ranges = (
        [
            Attribute(each["AttributeName"], types.get(each["AttributeName"], "S"))
            for each in schema or ()
            if each["KeyType"] == kind
        ]
        for kind in ("HASH", "RANGE")
    )
    if len(hashes) != 1 or len(ranges) > 1:
        return None
    return hashes[0], ranges[0] if ranges else None


def _view_of_scan(name: str, table: Table, data: Request) -> _View | None:
    """None where ministack reads the whole table, or refuses the request."""
    index = data.get("IndexName")
    schema, limit = _schema(table, index), _limit(data)
    segment, segments = data.get("Segment", 0), data.get("TotalSegments")
    if schema is None or limit == 0 or not _are_segments(segment, segments):
        return None
    start = _start(schema, data)
    if start is None:
        return None
    hashed = schema.index_hash or schema.hash
    wanted = None if segments is None else _in_segment(hashed.name, int(segment), int(segments))
    page = _page(table, schema, index, Span(low=start), limit, wanted=wanted)
    return _View(name, {**table, "items": _by_keys(page)}, (hashed,) if index else ())


def _are_segments(segment: Any, segments: Any) -> bool:
    if segments is None:
        return bool(segment == 0)
    return isinstance(segment, int) and isinstance(segments, int) and 0 <= segment < segments


def _in_segment(name: str, segment: int, segments: int) -> Callable[[Item], bool]:
    def is_in(item: Item) -> bool:
        # As ministack deals them out.
        value = next(iter((item.get(name) or {"S": ""}).values()))
        digest = hashlib.sha1(str(value).encode(), usedforsecurity=False).digest()
        return int.from_bytes(digest[:4], "big") % segments == segment

    return is_in


def _view_of_query(name: str, table: Table, data: Request) -> _View | None:
    """None where ministack reads the whole partition, or refuses the request."""
    from ministack.services import dynamodb

    index = data.get("IndexName")
    schema, limit = _schema(table, index), _limit(data)
    text = data.get("KeyConditionExpression")
    if schema is None or limit == 0 or not isinstance(text, str):
        return None
    first, second = schema.hash, schema.range
    if schema.index_hash is not None:
        first, second = schema.index_hash, schema.index_range
    elif second is None:
        return None
    names, values = data.get("ExpressionAttributeNames"), data.get("ExpressionAttributeValues")
    try:
        expression = parser.parse_condition(text)
        span = span_of(expression, names or {}, values or {}, first, second)
    except (ExpressionError, AttributeError, TypeError):
        return None
    start = _start(schema, data)
    if span is None or start is None:
        return None
    if index is None:
        # A table's items lie under the text of their partition key, whatever its type.
        partition = dynamodb._extract_pk_from_condition(text, values or {}, names or {}, first.name)
        span = Span((partition, *span.low[1:]), (partition, *span.high[1:]))
    backward = data.get("ScanIndexForward", True) is False
    if start:
        span = (
            Span(span.low, min(span.high, start))
            if backward
            else Span(max(span.low, start), span.high)
        )
    page = _page(table, schema, index, span, limit, backward=backward)
    view = {**table, "items": _by_keys(page)}
    if index is not None:
        partition = dict.fromkeys((pk, sk) for pk, sk, _ in page)
        view[_INDEX_MEMBERS] = {index: _EveryPartition(partition)}
    return _View(name, view)


@dataclass(frozen=True, slots=True)
class _EveryPartition:
    """The members of an index's partition, whichever is asked for: a view has no other."""

    members: Mapping[tuple[str, str], None] = field(default_factory=dict)

    def get(self, _key: Any, _default: Any = None) -> Mapping[tuple[str, str], None]:
        return self.members


def _limit(data: Request) -> int | None:
    """The request's limit, None for none; 0 for one that is refused."""
    limit = data.get("Limit")
    return limit if limit is None or (isinstance(limit, int) and limit > 0) else 0


def _start(schema: Schema, data: Request) -> Key | None:
    """The place of the start key, empty for none; None for one that does not fit."""
    start = data.get("ExclusiveStartKey")
    if not start:
        return FIRST
    try:
        pk = start[schema.hash.name][schema.hash.type]
        sk = start[schema.range.name][schema.range.type] if schema.range else _NO_SORT
    except (KeyError, TypeError):
        return None
    from ministack.services import dynamodb

    return schema.key(
        start,
        dynamodb._extract_key_val({schema.hash.type: pk}),
        dynamodb._extract_key_val({schema.range.type: sk}) if schema.range else sk,
    )


def _page(
    table: Table,
    schema: Schema,
    index: str | None,
    span: Span,
    limit: int | None,
    *,
    backward: bool = False,
    wanted: Callable[[Item], bool] | None = None,
) -> list[tuple[str, str, Item]]:
    from ministack.services import dynamodb

    def size(item: Item) -> int:
        entry = dynamodb._apply_index_projection(item, table, index) if index else item
        return int(dynamodb._item_size_bytes(entry))

    return _order(table, schema, index).page(
        table["items"],
        span,
        size,
        largest=_PAGE_BYTES,
        limit=limit,
        backward=backward,
        wanted=wanted,
    )


def _by_keys(page: list[tuple[str, str, Item]]) -> dict[str, dict[str, Item]]:
    found: dict[str, dict[str, Item]] = {}
    for pk, sk, item in page:
        found.setdefault(pk, {})[sk] = item
    return found
