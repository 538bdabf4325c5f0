"""Mends persistence: the emulator writes its state only when it is stopped cleanly.

Here each service's state is taken while it runs and put back at start, in the emulator's own
format (``get_state`` and ``load_persisted_state``), except for DynamoDB items, which are followed
one by one: copying a table of 50,000 items for each write would take a second of every second.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import ministack.app
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

from workbench.localcloud.state_store import DamagedStateError, NewerStateError

logger = logging.getLogger("local cloud")

TABLES = "dynamodb"
_BLOB = "__amplify_tui_blob__"
_BLOB_SIZE = 64 * 1024
_MARKS = ("__ministack_format__", "payload")
Item = tuple[str, str, str]


class ItemChanges:
    """Which DynamoDB items changed since they were last taken; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changed: set[Item] = set()
        self._known: dict[str, Any] = {}

    def install(self) -> None:
        """Watch the two functions through which the emulator stores and removes every item."""
        from ministack.services import dynamodb

        store, remove = dynamodb._set_item, dynamodb._remove_item

        def set_item(table: dict[str, Any], pk: str, sk: str, item: Any) -> Any:
            result = store(table, pk, sk, item)
            self._note(table, pk, sk)
            return result

        def remove_item(table: dict[str, Any], pk: str, sk: str) -> Any:
            result = remove(table, pk, sk)
            self._note(table, pk, sk)
            return result

        dynamodb._set_item, dynamodb._remove_item = set_item, remove_item

    def _note(self, table: dict[str, Any], pk: str, sk: str) -> None:
        with self._lock:
            self._changed.add((table["TableArn"], str(pk), str(sk)))

    def loaded(self) -> None:
        """Take all tables as they are for saved."""
        with self._lock:
            self._known = {arn: table["items"] for arn, table in _tables()}
            self._changed.clear()

    def take(self) -> tuple[tuple[str, ...], dict[Item, bytes | None]]:
        """The tables to empty, and the items to write (None: to delete) since the last call.

        A table whose whole content was put in place of another (created anew, restored, rolled
        back) has another ``items`` object: it is emptied and written in full.
        """
        tables = dict(_tables())
        with self._lock:
            changed, self._changed = self._changed, set()
            replaced = {
                arn for arn, table in tables.items() if self._known.get(arn) is not table["items"]
            }
            gone = set(self._known) - set(tables)
            self._known = {arn: table["items"] for arn, table in tables.items()}
        items: dict[Item, bytes | None] = {}
        for arn, pk, sk in changed:
            if arn in tables and arn not in replaced:
                item = tables[arn]["items"].get(pk, {}).get(sk)
                items[arn, pk, sk] = None if item is None else _dump(item)
        for arn in replaced:
            for pk, bucket in list(tables[arn]["items"].items()):
                for sk, item in list(bucket.items()):
                    items[arn, str(pk), str(sk)] = _dump(item)
        return tuple(sorted(replaced | gone)), items

    def put_back(self, emptied: Iterable[str], items: Iterable[Item]) -> None:
        """What was taken could not be written: give it out again."""
        with self._lock:
            for arn in emptied:
                self._known.pop(arn, None)
            self._changed.update(items)


class Blobs:
    """Keeps large byte strings out of the documents, which are made anew for each save.

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


def loaded_services() -> tuple[str, ...]:
    """The services that were used since the start, by their state's name."""
    return tuple(
        name
        for name, module in ministack.app._state_map.items()
        if hasattr(sys.modules.get(f"ministack.services.{module}"), "get_state")
    )


def service_of(signed_name: str) -> str | None:
    """The state's name for the service that a request is signed for; None where unknown."""
    config = ministack.app.SERVICE_REGISTRY.get(
        ministack.app.SERVICE_NAME_ALIASES.get(signed_name, signed_name)
    )
    return None if config is None else str(config.get("state_key", config["module"]))


def take_service(name: str, blobs: Blobs) -> bytes | None:
    """A service's state as a JSON document; None where it holds none.

    Raises RuntimeError where the service changes its state meanwhile (try again).
    """
    module = sys.modules[f"ministack.services.{ministack.app._state_map[name]}"]
    state = _tables_without_items(module) if name == TABLES else module.get_state()
    if state is None:
        return None
    version = persistence._state_format_version(name)
    return _dump({_MARKS[0]: version, _MARKS[1]: state}, blobs)


def decode(
    services: Mapping[str, bytes],
    items: Iterable[tuple[str, str, str, bytes]],
    read_blob: Callable[[str], bytes],
) -> dict[str, Any]:
    """The states in saved documents, by service; nothing of the emulator is changed.

    Raises DamagedStateError where one cannot be what was saved, NewerStateError where a newer
    emulator wrote it.
    """
    states: dict[str, Any] = {}
    for name in ministack.app._state_map:
        if name in services:
            states[name] = _decoded(name, services[name], read_blob)
    if TABLES in states:
        _add_items(states[TABLES], items)
    return states


def restore(states: Mapping[str, Any]) -> None:
    """Put decoded states into the emulator; raises DamagedStateError, and has changed nothing then."""
    done = []
    for name, state in states.items():
        module = _module(name)
        done.append(module)
        try:
            module.load_persisted_state(state)
        except Exception as error:
            logger.exception("the saved state of %s cannot be used", name)
            for each in done:
                _forget(each)
            raise DamagedStateError(f"what it holds of {name} cannot be used") from error
    for _arn, table in _tables():
        _count(table)


def _decoded(name: str, document: bytes, read_blob: Callable[[str], bytes]) -> Any:
    try:
        content = json.loads(document, object_hook=_hook(read_blob))
    except DamagedStateError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedStateError(f"what it holds of {name} is no state: {error}") from error
    if not isinstance(content, dict) or not set(_MARKS) <= set(content):
        raise DamagedStateError(f"what it holds of {name} is no state")
    version, state = (content[mark] for mark in _MARKS)
    if isinstance(version, int) and version > persistence._state_format_version(name):
        raise NewerStateError(f"{name}: format {version}")
    if not _is_like(state, _module(name).get_state()):
        raise DamagedStateError(f"what it holds of {name} has another shape")
    return state


def _is_like(state: Any, empty: Any) -> bool:
    """Whether a state has the shape of the service's own, as far as its outermost members tell."""
    if not isinstance(empty, dict):
        return empty is None or isinstance(state, type(empty))
    if not isinstance(state, dict) or (empty and not empty.keys() & state.keys()):
        return False
    return all(
        _kind(value) == _kind(empty[member]) or value is None or empty[member] is None
        for member, value in state.items()
        if member in empty
    )


def _kind(value: Any) -> type:
    if isinstance(value, dict | AccountScopedDict | AccountRegionScopedDict):
        return dict
    return list if isinstance(value, list | tuple | set | frozenset) else object


def _module(name: str) -> Any:
    return ministack.app._get_module(ministack.app._state_map[name])


def _forget(module: Any) -> None:
    """Empty a service again; S3's objects, which lie in files, are read anew."""
    module.reset()
    if hasattr(module, "_load_persisted_data"):
        module._load_persisted_data()


def remove_unfinished_objects(directory: Path) -> None:
    """Remove what a killed server left of an S3 object: a ``.tmp`` file without its description."""
    for path in directory.rglob("*.tmp"):
        if path.is_file() and not path.with_name(path.name + ".meta.json").exists():
            path.unlink(missing_ok=True)


def keep_code_until_saved() -> None:
    """Keep function code that the saved state may still name.

    The emulator deletes unreferenced code while its state is taken, before that state is saved; a
    kill between the two would leave functions without code. :func:`remove_unused_code` does it.
    """
    from ministack.services import lambda_svc

    lambda_svc._prune_orphan_code_blobs = lambda referenced: None


def remove_unused_code(documents: Iterable[bytes]) -> None:
    """Delete function code that no saved state of Lambda names: not the current, nor its copy."""
    from ministack.services import lambda_svc

    folder = Path(lambda_svc.CODE_BLOB_DIR)
    text = b"".join(documents).decode(errors="replace")
    for path in folder.glob("*.zip") if folder.is_dir() else ():
        if path.stem not in text:
            path.unlink(missing_ok=True)


def _dump(value: Any, blobs: Blobs | None = None) -> bytes:
    def default(unknown: Any) -> Any:
        if blobs is not None and isinstance(unknown, bytes) and len(unknown) >= _BLOB_SIZE:
            return {_BLOB: blobs.name(unknown)}
        return persistence._json_default(unknown)

    return json.dumps(value, default=default, separators=(",", ":")).encode()


def _hook(read_blob: Callable[[str], bytes]) -> Callable[[dict[str, Any]], Any]:
    def hook(value: dict[str, Any]) -> Any:
        if len(value) == 1 and _BLOB in value:
            name = value[_BLOB]
            data = read_blob(name)
            if hashlib.sha256(data).hexdigest() != name:
                raise DamagedStateError("a file in it has another content")
            return data
        return persistence._json_object_hook(value)

    return hook


def _tables() -> list[tuple[str, dict[str, Any]]]:
    module = sys.modules.get("ministack.services.dynamodb")
    if module is None:
        return []
    return [(table["TableArn"], table) for _, table in list(module._tables.all_items())]


def _tables_without_items(module: Any) -> dict[str, Any]:
    """What DynamoDB's ``get_state`` returns, without copying the items and without them."""
    tables = AccountRegionScopedDict()
    for (account, region, name), table in module._tables.all_items():
        kept = {k: v for k, v in table.items() if k not in ("items", module._INDEX_MEMBERS)}
        tables.set_scoped(account, region, name, kept)
    return {
        "tables": tables,
        "tags": module._tags,
        "ttl_settings": module._ttl_settings,
        "pitr_settings": module._pitr_settings,
        "kinesis_destinations": module._kinesis_destinations,
        "contributor_insights": module._contributor_insights,
        "backups": module._backups,
        "resource_policies": module._resource_policies,
        "exports": module._exports,
        "imports": module._imports,
    }


def _add_items(state: dict[str, Any], items: Iterable[tuple[str, str, str, bytes]]) -> None:
    contents: dict[str, defaultdict[str, dict[str, Any]]] = {}
    for arn, pk, sk, document in items:
        try:
            item = json.loads(document)
        except ValueError as error:
            raise DamagedStateError(f"an item of {arn} is no JSON") from error
        if not isinstance(item, dict):
            raise DamagedStateError(f"an item of {arn} is no item")
        contents.setdefault(arn, defaultdict(dict))[pk][sk] = item
    for _, table in state["tables"].all_items():
        table["items"] = contents.get(table["TableArn"], defaultdict(dict))


def _count(table: dict[str, Any]) -> None:
    from ministack.services import dynamodb

    dynamodb._items_replaced(table)


def state_folder() -> Path:
    """Where the emulator keeps S3 objects."""
    return Path(os.environ["S3_DATA_DIR"])
