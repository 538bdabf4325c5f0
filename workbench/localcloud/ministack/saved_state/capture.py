"""Saves and restores services' state while they run; ministack itself saves only on a clean stop.

Each service's state is read and put back in ministack's own format (``get_state`` and
``load_persisted_state``), except for DynamoDB items, which are followed one by one: copying a
table of 50,000 items for each write would take a second of every second.
"""

from __future__ import annotations

import contextlib
import copy
import hashlib
import json
import logging
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import ministack.app
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

from workbench.damaged_files import is_kept_damaged
from workbench.localcloud.ministack.patches.dynamodb.ordered_pages import LARGE
from workbench.localcloud.ministack.saved_state.items import BLOB, Blobs, encode, tables
from workbench.localcloud.ministack.saved_state.packed_items import PackedItems
from workbench.localcloud.ministack.saved_state.parts import MARKER, Rows, SavedState, assemble
from workbench.localcloud.state.store import DamagedStateError, NewerStateError

logger = logging.getLogger("local cloud")

TABLES = "dynamodb"
_HELD_NOTHING = frozenset({"sts"})
"""Services that had nothing to save in earlier releases: their saved state may be empty."""
_MARKS = ("__ministack_format__", "payload")


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


class States:
    """The saved state of each service, compared with the live one."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        self._saved: dict[str, SavedState] = {}

    def changes(self, name: str) -> tuple[bytes | None, Rows]:
        """A service's root document where it changed, and its rows that did; no rows for none.

        Raises RuntimeError where the service changes its state meanwhile (try again).
        """
        module = sys.modules[f"ministack.services.{ministack.app._state_map[name]}"]
        with _sharing():
            state = _tables_without_items(module) if name == TABLES else module.get_state()
        if state is None:
            return None, Rows()
        saved = self._saved.get(name)
        if saved is None:
            saved = self._saved[name] = SavedState(name, lambda value: encode(value, self._blobs))
        return saved.changes(persistence._state_format_version(name), state)

    def decode(
        self,
        services: Mapping[str, bytes],
        parts: Iterable[tuple[str, str, str, bytes]],
        items: Iterable[tuple[str, str, str, bytes]],
        read_blob: Callable[[str], bytes],
    ) -> dict[str, Any]:
        """The states in saved documents, by service; nothing of the emulator is changed.

        Raises DamagedStateError where one cannot be what was saved, NewerStateError where a newer
        emulator wrote it.
        """
        self._saved.clear()
        rows: dict[tuple[str, str], list[tuple[str, bytes]]] = {}
        for service, parent, name, document in parts:
            rows.setdefault((service, parent), []).append((name, document))
        states: dict[str, Any] = {}
        for name in ministack.app._state_map:
            if name in services:
                split: set[str] = set()
                hook = _hook(read_blob, name, rows, split)
                states[name] = _decoded(name, services[name], hook)
                saved = SavedState(name, lambda value: encode(value, self._blobs))
                saved.seed(states[name], split)
                self._saved[name] = saved
        if TABLES in states:
            _add_items(states[TABLES], items)
        return states


_SHARED = (
    "appsync",
    "cloudformation",
    "cloudwatch_logs",
    "eventbridge",
    "iam",
    "s3",
    "scheduler",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "stepfunctions",
)
"""Services whose ``get_state`` only copies: they return their own records meanwhile."""

_taking = threading.local()


class _CopyModule:
    """The module ``copy`` for one service: no copy is made for who only compares."""

    def __init__(self) -> None:
        self.copy = copy.copy

    @staticmethod
    def deepcopy(value: Any, memo: dict[int, Any] | None = None) -> Any:
        return value if getattr(_taking, "on", False) else copy.deepcopy(value, memo)


@contextlib.contextmanager
def _sharing() -> Iterator[None]:
    for name in _SHARED:
        module = sys.modules.get(f"ministack.services.{name}")
        if module is not None and getattr(module, "copy", None) is copy:
            module.copy = _CopyModule()  # type: ignore[attr-defined]
    _taking.on = True
    try:
        yield
    finally:
        _taking.on = False


def restore(states: Mapping[str, Any]) -> None:
    """Put decoded states into the emulator; raises DamagedStateError before any change."""
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
    for _arn, table in tables():
        _count(table)


def _decoded(name: str, document: bytes, hook: Callable[[dict[str, Any]], Any]) -> Any:
    try:
        content = json.loads(document, object_hook=hook)
    except DamagedStateError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedStateError(f"its data of {name} is not valid: {error}") from error
    if not isinstance(content, dict) or not set(_MARKS) <= set(content):
        raise DamagedStateError(f"its data of {name} is not valid")
    version, state = (content[mark] for mark in _MARKS)
    if isinstance(version, int) and version > persistence._state_format_version(name):
        raise NewerStateError(f"{name}: format {version}")
    grew = name in _HELD_NOTHING and state == {}
    if not grew and not _is_like(state, _module(name).get_state()):
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
    """Empty a service again; S3's objects, which lie in files, are read again."""
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
        if path.stem not in text and not is_kept_damaged(path):
            path.unlink(missing_ok=True)


def _hook(
    read_blob: Callable[[str], bytes],
    service: str,
    rows: Mapping[tuple[str, str], Iterable[tuple[str, bytes]]],
    split: set[str],
) -> Callable[[dict[str, Any]], Any]:
    """Puts what lies apart in the place of its marker: blobs, and rows (whose paths it notes)."""

    def hook(value: dict[str, Any]) -> Any:
        if len(value) != 1:
            return persistence._json_object_hook(value)
        if BLOB in value:
            name = value[BLOB]
            data = read_blob(name)
            if hashlib.sha256(data).hexdigest() != name:
                raise DamagedStateError("a file in it has another content")
            return data
        if MARKER in value:
            path = value[MARKER][0]
            split.add(path)
            members = [
                (name, json.loads(document, object_hook=hook))
                for name, document in rows.get((service, path), ())
            ]
            return assemble(value[MARKER], members)
        return persistence._json_object_hook(value)

    return hook


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
    contents: dict[str, PackedItems] = {}
    found = PackedItems()
    last = ""
    for arn, pk, sk, document in items:
        if arn != last:
            found, last = contents.setdefault(arn, PackedItems()), arn
        if not document.startswith(b"{"):
            raise DamagedStateError(f"an item of {arn} is not an item")
        found.add(pk, sk, document)
    for _, table in state["tables"].all_items():
        packed = contents.get(table["TableArn"], PackedItems())
        table["items"] = packed if packed.count() > LARGE else _unpacked(packed)


def _unpacked(packed: PackedItems) -> defaultdict[str, dict[str, Any]]:
    items: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for pk, partition in packed.items():
        items[pk] = dict(partition)
    return items


def _count(table: dict[str, Any]) -> None:
    from ministack.services import dynamodb

    items = table["items"]
    if isinstance(items, PackedItems):
        table["ItemCount"] = items.count()
        table["TableSizeBytes"] = table["ItemCount"] * 200  # as the emulator counts
    else:
        dynamodb._items_replaced(table)


def state_folder() -> Path:
    """Where the emulator keeps S3 objects."""
    return Path(os.environ["S3_DATA_DIR"])
