"""DynamoDB's items and large byte strings, which are saved one by one and not with their service.

Copying a table of 50,000 items for each write would take a second of every second.
"""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from ministack.core import persistence

from workbench.localcloud.ministack.patches.dynamodb.number_keys import with_canonical_keys
from workbench.localcloud.ministack.patches.dynamodb.ordered_pages import is_large
from workbench.localcloud.ministack.saved_state.packed_items import PackedItems

BLOB = "__amplify_tui_blob__"
BLOB_SIZE = 64 * 1024
_SOON_PACKED = 20_000
"""Partitions that are copied in a few milliseconds."""

Item = tuple[str, str, str]
"""Table ARN, partition key, sort key."""


class ItemChanges:
    """Tracks which DynamoDB items changed since they were last taken; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: set[Item] = set()
        self._known: dict[str, Any] = {}

    def install(self) -> None:
        """Watch the two functions through which the emulator stores and removes every item."""
        from ministack.services import dynamodb

        store, remove = dynamodb._set_item, dynamodb._remove_item

        def set_item(table: dict[str, Any], pk: str, sk: str, item: Any) -> Any:
            with self._lock:
                result = store(table, pk, sk, item)
                self._note(table, pk, sk)
            return result

        def remove_item(table: dict[str, Any], pk: str, sk: str) -> Any:
            with self._lock:
                result = remove(table, pk, sk)
                self._note(table, pk, sk)
            return result

        dynamodb._set_item, dynamodb._remove_item = set_item, remove_item

    def _note(self, table: dict[str, Any], pk: str, sk: str) -> None:
        self._changed.add((table["TableArn"], str(pk), str(sk)))

    def loaded(self) -> None:
        """Take all tables as they are for saved."""
        with self._lock:
            self._known = {arn: table["items"] for arn, table in tables()}
            self._changed.clear()
        for _, table in tables():
            items = with_canonical_keys(table)
            if items is not None:
                # Not the table that was loaded: it is written anew.
                table["items"] = items
                _items_replaced(table)

    def cut(self) -> tuple[tuple[str, ...], dict[Item, Any]]:
        """The tables to empty, and the items to write (None: to delete) since the last call.

        To be called where no request is in the middle of its changes: on the server's loop. The
        emulator puts a new item in an item's place and never changes one, so they may be encoded
        later. A table whose whole content was put in place of another (recreated, restored,
        rolled back) has another ``items`` object: it is emptied and written in full.
        """
        with self._lock:
            if not self._changed and not self._is_replaced():
                return (), {}
            found = dict(tables())
            changed, self._changed = self._changed, set()
            replaced = {
                arn for arn, table in found.items() if self._known.get(arn) is not table["items"]
            }
            gone = set(self._known) - set(found)
            self._known = {arn: table["items"] for arn, table in found.items()}
        items: dict[Item, Any] = {}
        for arn, pk, sk in changed:
            if arn in found and arn not in replaced:
                items[arn, pk, sk] = found[arn]["items"].get(pk, {}).get(sk)
        for arn in replaced:
            for pk, sk, item in PackedItems(found[arn]["items"]).stored():
                items[arn, str(pk), str(sk)] = item
        return tuple(sorted(replaced | gone)), items

    def _is_replaced(self) -> bool:
        now = {arn: table["items"] for arn, table in tables()}
        return now.keys() != self._known.keys() or any(
            self._known[arn] is not items for arn, items in now.items()
        )

    def pack(self, saved: Iterable[tuple[Item, Any, bytes]]) -> None:
        """Keep items of large tables as they were saved: key, item, document."""
        found = {arn: table for arn, table in tables() if is_large(table)}
        with self._lock:
            for (arn, pk, sk), item, document in saved:
                table = found.get(arn)
                items = self._packed_items(arn, table) if table is not None else None
                if items is not None:
                    items.pack(pk, sk, item, document)

    def _packed_items(self, arn: str, table: dict[str, Any]) -> PackedItems | None:
        items = table["items"]
        if isinstance(items, PackedItems):
            return items
        # One that was put in another's place may be too long to be copied at once.
        if len(items) > _SOON_PACKED or self._known.get(arn) is not items:
            return None
        packed = self._known[arn] = table["items"] = PackedItems(items)
        return packed

    def put_back(self, emptied: Iterable[str], items: Iterable[Item]) -> None:
        """What was taken could not be written: give it out again."""
        with self._lock:
            for arn in emptied:
                self._known.pop(arn, None)
            self._changed.update(items)


class Blobs:
    """Keeps large byte strings out of the documents, which are written for each save.

    The zip of a Lambda layer alone is tens of megabytes. Thread-safe under the saver's one thread.
    """

    def __init__(self) -> None:
        self._names: dict[int, tuple[bytes, str]] = {}
        self._unsaved: dict[str, bytes] = {}

    def name(self, data: bytes) -> str:
        """The content's name; each object is hashed once (bytes never change)."""
        known = self._names.get(id(data))
        if known is None:
            known = (data, hashlib.sha256(data).hexdigest())
            self._names[id(data)] = known
            self._unsaved[known[1]] = data
        return known[1]

    def take(self) -> dict[str, bytes]:
        """What is not saved yet, by name."""
        unsaved, self._unsaved = self._unsaved, {}
        return unsaved

    def put_back(self, blobs: Mapping[str, bytes]) -> None:
        """What was taken could not be written."""
        self._unsaved.update(blobs)


def _items_replaced(table: dict[str, Any]) -> None:
    from ministack.services import dynamodb

    dynamodb._items_replaced(table)


def encode_item(item: Any) -> bytes | None:
    """An item as it is saved; None for a deleted one."""
    return item if item is None or isinstance(item, bytes) else encode(item)


def encode(value: Any, blobs: Blobs | None = None) -> bytes:
    """A value as JSON, in the emulator's own way; large byte strings are named and lie apart."""

    def default(unknown: Any) -> Any:
        if blobs is not None and isinstance(unknown, bytes) and len(unknown) >= BLOB_SIZE:
            return {BLOB: blobs.name(unknown)}
        return persistence._json_default(unknown)

    return json.dumps(value, default=default, separators=(",", ":")).encode()


def tables() -> list[tuple[str, dict[str, Any]]]:
    """Every DynamoDB table by its ARN."""
    module = sys.modules.get("ministack.services.dynamodb")
    if module is None:
        return []
    return [(table["TableArn"], table) for _, table in list(module._tables.all_items())]
