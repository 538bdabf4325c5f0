"""What is written row by row reads back as the live state is, whatever happens to it."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from ministack.core import persistence
from ministack.core.responses import AccountRegionScopedDict, AccountScopedDict

from workbench.localcloud.ministack.saved_state import capture
from workbench.localcloud.ministack.saved_state.items import Blobs, encode
from workbench.localcloud.ministack.saved_state.parts import LARGE, Rows, SavedState
from workbench.localcloud.state.store import FILE_NAME, Changes, StateStore

SEEDS = range(4)
STEPS = 30


class Saved:
    """One service's state on the disk, written and read as the local cloud does it."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME
        self._state = SavedState("x", encode)
        self.rows = 0

    def write(self, payload: Mapping[str, Any]) -> None:
        root, rows = self._state.changes(1, payload)
        self.rows = len(rows.written)
        self._store(root, rows)

    def write_late(self, payloads: list[Mapping[str, Any]]) -> None:
        """Several looks, one write: the disk was full in between."""
        root, all_rows = None, Rows()
        for payload in payloads:
            later, rows = self._state.changes(1, payload)
            root = later or root
            all_rows.add(rows)
        self._store(root, all_rows)

    def _store(self, root: bytes | None, rows: Rows) -> None:
        store = StateStore(self._path)
        services = {} if root is None else {"x": root}
        store.write(Changes(services, parts=rows.written, removed=tuple(rows.removed)))
        store.close()

    def read(self, *, seed: bool = False) -> Any:
        store = StateStore(self._path)
        rows: dict[tuple[str, str], list[tuple[str, bytes]]] = {}
        for service, parent, name, document in store.parts():
            rows.setdefault((service, parent), []).append((name, document))
        split: set[str] = set()
        hook = capture._hook(store.blob, "x", rows, split)
        payload = json.loads(store.services()["x"], object_hook=hook)["payload"]
        store.close()
        if seed:
            self._state = SavedState("x", encode)
            self._state.seed(payload, split)
        return payload


def _plain(value: Any) -> Any:
    return json.loads(encode(value))


def _value(random: random.Random, depth: int = 0) -> Any:
    kind = random.choice(["text", "number", "list", "dict", "large", "bytes", "none"])
    if depth > 2 or kind in ("text", "number", "none", "bytes"):
        return {"text": "t" * random.randrange(9), "bytes": b"\xff\0"}.get(
            kind, random.randrange(99) if kind == "number" else None
        )
    if kind == "list":
        return [_value(random, depth + 1) for _ in range(random.randrange(4))]
    count = random.randrange(LARGE + 1, LARGE + 9) if kind == "large" else random.randrange(5)
    return {f"k{number}": _value(random, depth + 2) for number in range(count)}


def _change(random: random.Random, live: Any) -> None:
    """Change something somewhere, in place, as the emulator's services do."""
    content = live._data if hasattr(live, "_data") else live
    if isinstance(content, dict):
        inner = [each for each in content.values() if isinstance(each, dict | list) and each]
        if inner and random.random() < 0.6:
            _change(random, random.choice(inner))
        elif content and random.random() < 0.4:
            del content[random.choice(list(content))]
        elif hasattr(live, "_data"):
            key = f"n{random.randrange(80)}"
            scope = ("000000000000", "us-east-1")[
                : 2 if isinstance(live, AccountRegionScopedDict) else 1
            ]
            content[(*scope, key)] = _value(random)
        else:
            for _ in range(random.choice([1, 1, 1, LARGE])):
                content[f"k{random.randrange(200)}"] = _value(random, 1)
    elif isinstance(content, list):
        content.append(_value(random, 1))
        if random.random() < 0.4:
            del content[0]


@pytest.mark.parametrize("seed", SEEDS)
def test_any_change_reads_back(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    live: dict[str, Any] = {
        "things": AccountRegionScopedDict(),
        "by_account": AccountScopedDict(),
        "plain": {},
        "list": [],
    }
    saved = Saved(tmp_path)
    for step in range(STEPS):
        for _ in range(chance.randrange(1, 4)):
            _change(chance, chance.choice(list(live.values())))
        if step % 7 == 3:
            before = {name: type(value) for name, value in live.items()}
            first = json.loads(encode(live), object_hook=persistence._json_object_hook)
            _change(chance, live["things"])
            saved.write_late([first, live])
            assert before.keys() == live.keys()
        else:
            saved.write(live)
        assert _plain(saved.read()) == _plain(live)
        if step % 10 == 9:
            live = saved.read(seed=True)


def test_a_small_change_writes_a_row(tmp_path: Path) -> None:
    users = {f"user{number}": {"attributes": ["x"] * 5} for number in range(500)}
    pools = AccountRegionScopedDict()
    pools._data["0", "us-east-1", "pool"] = {"name": "people", "users": users}
    saved = Saved(tmp_path)
    saved.write({"pools": pools})
    users["user7"]["attributes"].append("new")
    saved.write({"pools": pools})
    assert saved.rows == 1
    live = saved.read(seed=True)
    saved.write(live)
    assert saved.rows == 0
    (pool,) = live["pools"]._data.values()
    assert list(pool["users"]) == list(users)
    pool["users"]["user9"]["attributes"].append("new")
    saved.write(live)
    assert saved.rows == 1


def test_a_state_that_cannot_be_encoded_loses_nothing(tmp_path: Path) -> None:
    things = AccountRegionScopedDict()
    things._data["0", "us-east-1", "a"] = {"text": "1"}
    saved = Saved(tmp_path)
    saved.write({"things": things})
    del things._data["0", "us-east-1", "a"]
    things._data["0", "us-east-1", "b"] = {"text": "2"}
    things._data["0", "us-east-1", "c"] = object()
    with pytest.raises(TypeError):
        saved.write({"things": things})
    del things._data["0", "us-east-1", "c"]
    saved.write({"things": things})
    assert _plain(saved.read()) == _plain({"things": things})


def test_large_bytes_lie_apart(tmp_path: Path) -> None:
    blobs = Blobs()
    data = bytes(100_000)
    assert data.hex() not in encode({"data": data}, blobs).decode()
    assert list(blobs.take().values()) == [data]
