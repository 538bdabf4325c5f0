"""Keys are in order after whatever came and went."""

from __future__ import annotations

import random

from workbench.localcloud.dynamodb.sorted_keys import FIRST, LAST, TOP, Key, SortedKeys


def _all(keys: SortedKeys, count: int, *, backward: bool = False) -> list[Key]:
    found: list[Key] = []
    at = LAST if backward else FIRST
    while read := (keys.preceding if backward else keys.following)(at, count):
        found += read
        at = read[-1]
    return found


def test_keys_come_and_go() -> None:
    chance = random.Random(1)
    expected = {(chance.randrange(9), chance.randrange(90_000)) for _ in range(6000)}
    keys = SortedKeys(expected)
    for _ in range(6000):
        key = (chance.randrange(9), chance.randrange(90_000))
        keys.add(key)
        expected.add(key)
        gone = chance.choice((key, (chance.randrange(9), chance.randrange(90_000))))
        keys.discard(gone)
        expected.discard(gone)
    ordered = sorted(expected)
    assert len(keys) == len(ordered)
    assert _all(keys, 7) == _all(keys, 5000) == ordered
    assert _all(keys, 11, backward=True) == ordered[::-1]
    of_four = [key for key in ordered if key[0] == 4]
    assert keys.following((4,), 1) == of_four[:1]
    assert keys.preceding((4, TOP), 1) == of_four[-1:]
    for key in ordered:
        keys.discard(key)
    assert not _all(keys, 3)
    assert not keys.preceding(LAST, 3)
    keys.add((1, 1))
    assert _all(keys, 3) == [(1, 1)]
