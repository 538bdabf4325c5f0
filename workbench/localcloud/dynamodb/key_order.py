"""The order in which a table or an index gives its items, kept while items come and go."""

from __future__ import annotations

import base64
import binascii
import gc
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.localcloud.dynamodb.sorted_keys import FIRST, LAST, TOP, Key, SortedKeys

Item = Mapping[str, Any]
Items = Mapping[str, Mapping[str, Item]]
"""A table's items by partition key and sort key."""

_NO_ITEM: Item = {}
_MANY = 50_000
"""New objects that the garbage collector leaves alone for ever."""

_AT_ONCE = 500
"""Keys that are read before others get their turn."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """A key attribute: its name, and its type, S, N or B."""

    name: str
    type: str

    def sort_value(self, value: Any) -> Any:
        """What an attribute's value is sorted by; None if it is not of the type."""
        text = value.get(self.type) if isinstance(value, Mapping) else None
        return sort_value(text, self.type)


@dataclass(frozen=True, slots=True)
class Schema:
    """The keys of a table, and those of one of its indexes; without them, it is the table's own."""

    hash: Attribute
    range: Attribute | None
    index_hash: Attribute | None = None
    index_range: Attribute | None = None

    def key(self, item: Item, pk: str, sk: str) -> Key | None:
        """An item's place; None if it is not in the index. ``pk`` and ``sk`` are its last parts."""
        sort = sort_value(sk, self.range.type) if self.range else ""
        if self.index_hash is None:
            return (pk, sk if sort is None else sort, pk, sk)
        first = self.index_hash.sort_value(item.get(self.index_hash.name))
        if first is None:
            return None
        tie = (sort_value(pk, self.hash.type), sort, pk, sk)
        if self.index_range is None:
            return None if None in tie else (first, *tie)
        second = self.index_range.sort_value(item.get(self.index_range.name))
        return None if second is None or None in tie else (first, second, *tie)


def sort_value(text: Any, kind: str) -> Any:
    """The value by which DynamoDB sorts a key; None if it is not of that type."""
    if not isinstance(text, str) or kind == "S":
        return text if isinstance(text, str) else None
    try:
        return Decimal(text) if kind == "N" else base64.b64decode(text)
    except (InvalidOperation, binascii.Error, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Span:
    """The keys between two others, neither of which is one of them."""

    low: Key = FIRST
    high: Key = LAST

    @classmethod
    def of_partition(
        cls,
        first: Any,
        low: Any = None,
        high: Any = None,
        *,
        above: bool = False,
        below: bool = False,
    ) -> Span:
        """The keys that begin with a value; ``above`` and ``below``: without the bound itself."""
        start: Key = (first,) if low is None else (first, low, TOP) if above else (first, low)
        end: Key = (first, TOP) if high is None else (first, high) if below else (first, high, TOP)
        return cls(start, end)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking through all new keys, again and again.

    That took up to 0.1 s each time, in which no other thread goes on.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if gc.get_count()[0] > _MANY:
            gc.freeze()
        if collects:
            gc.enable()


class KeyOrder:
    """The keys of all items by one schema. Made by one thread, and read by several."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._making, self._lock = threading.Lock(), threading.Lock()
        self._keys: SortedKeys | None = None
        self._missed: list[tuple[Key, bool]] = []

    @property
    def is_made(self) -> bool:
        """Whether the keys are in order already."""
        return self._keys is not None

    def note(self, item: Item, pk: str, sk: str, *, there: bool) -> None:
        """An item was stored or removed."""
        key = self.schema.key(item, pk, sk)
        if key is None:
            return
        with self._lock:
            if self._keys is None:
                self._missed.append((key, there))
            elif there:
                self._keys.add(key)
            else:
                self._keys.discard(key)

    def make(self, items: Items) -> SortedKeys:
        """Put the keys in order, once; items may be stored and removed meanwhile."""
        with self._making:
            if self._keys is None:
                with _uncollected():
                    keys = SortedKeys(self._found(items))
                with self._lock:
                    for key, there in self._missed:
                        keys.add(key) if there else keys.discard(key)
                    self._missed, self._keys = [], keys
            return self._keys

    def _found(self, items: Items) -> Iterator[Key]:
        for pk in list(items):
            bucket = items.get(pk, {})
            for sk in list(bucket):
                # A table's own order needs no item, which may have to be decoded.
                item = _NO_ITEM if self.schema.index_hash is None else bucket.get(sk)
                key = None if item is None else self.schema.key(item, pk, sk)
                if key is not None:
                    yield key

    def free(self) -> None:
        """Give the memory back bit by bit: at once, it keeps every thread waiting."""
        if self._keys is not None:
            self._keys.clear()

    def page(
        self,
        items: Items,
        span: Span,
        size: Callable[[Item], int],
        *,
        largest: int,
        limit: int | None = None,
        backward: bool = False,
        wanted: Callable[[Item], bool] | None = None,
    ) -> list[tuple[str, str, Item]]:
        """The items of a span with their keys, up to the one that fills the page.

        It does where they are ``limit``, or take ``largest`` bytes or more.
        """
        keys = self.make(items)
        found: list[tuple[str, str, Item]] = []
        total, at = 0, span.high if backward else span.low
        while read := (keys.preceding if backward else keys.following)(at, _AT_ONCE):
            for key in read:
                if not span.low < key < span.high:
                    return found
                pk, sk = key[-2:]
                item = items.get(pk, {}).get(sk)
                if item is None or (wanted is not None and not wanted(item)):
                    continue
                found.append((pk, sk, item))
                total += size(item)
                if len(found) == limit or total >= largest:
                    return found
            at = read[-1]
        return found
