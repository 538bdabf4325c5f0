"""Keys in order, of which some come and go: a list of short sorted lists.

A page of a large table is found in microseconds, where sorting a million keys takes a second.
"""

from __future__ import annotations

import random
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import Any

Key = tuple[Any, ...]

_FULL = 2000
"""Keys after which a short list is cut in two."""


class _Top:
    """Greater than every part of a key."""

    def __lt__(self, other: object) -> bool:
        return False

    def __gt__(self, other: object) -> bool:
        return True


TOP = _Top()
FIRST: Key = ()
LAST: Key = (TOP,)


class SortedKeys:
    """Keys in order; threads may read it while one changes it."""

    def __init__(self, keys: Iterable[Key] = ()) -> None:
        self._lock = threading.Lock()
        self._lists = _in_order(list(keys))
        self._firsts = [each[0] for each in self._lists]

    def __len__(self) -> int:
        return sum(map(len, self._lists))

    def add(self, key: Key) -> None:
        """Take the key in unless it is there."""
        with self._lock:
            at = max(bisect_right(self._firsts, key) - 1, 0)
            if not self._lists:
                self._lists, self._firsts = [[key]], [key]
                return
            found = self._lists[at]
            place = bisect_left(found, key)
            if place < len(found) and found[place] == key:
                return
            found.insert(place, key)
            self._firsts[at] = found[0]
            if len(found) > _FULL:
                half = found[_FULL // 2 :]
                del found[_FULL // 2 :]
                self._lists.insert(at + 1, half)
                self._firsts.insert(at + 1, half[0])

    def discard(self, key: Key) -> None:
        """Let the key go if it is there."""
        with self._lock:
            at = bisect_right(self._firsts, key) - 1
            if at < 0:
                return
            found = self._lists[at]
            place = bisect_left(found, key)
            if place == len(found) or found[place] != key:
                return
            del found[place]
            if found:
                self._firsts[at] = found[0]
            else:
                del self._lists[at], self._firsts[at]

    def clear(self) -> None:
        """Let all keys go, list by list."""
        while self._lists:
            with self._lock:
                self._firsts.pop()
                self._lists.pop()

    def following(self, key: Key, count: int) -> list[Key]:
        """At most ``count`` keys greater than ``key``, in order; none only if there are none."""
        with self._lock:
            at = max(bisect_right(self._firsts, key) - 1, 0)
            for found in self._lists[at : at + 2]:
                place = bisect_right(found, key)
                if place < len(found):
                    return found[place : place + count]
            return []

    def preceding(self, key: Key, count: int) -> list[Key]:
        """At most ``count`` keys less than ``key``, the greatest first; none if there are none."""
        with self._lock:
            at = bisect_left(self._firsts, key) - 1
            if at < 0:
                return []
            found = self._lists[at]
            place = bisect_left(found, key)
            return found[max(place - count, 0) : place][::-1]


def _in_order(keys: Sequence[Key]) -> list[list[Key]]:
    """Sorted lists of about half the full size. No call lasts: other threads get their turn."""
    size = _FULL // 2
    # Every list's first key is chosen from a sample, so that all are of about the same length. By
    # chance: each thousandth of items that were made in turns may be of one kind.
    bounds = sorted(random.sample(keys, len(keys) * 8 // size))[::8]
    lists: list[list[Key]] = [[] for _ in range(len(bounds) + 1)]
    for key in keys:
        lists[bisect_right(bounds, key)].append(key)
    cut: list[list[Key]] = []
    for each in lists:
        each.sort()
        cut += [each[at : at + size] for at in range(0, len(each), size)]
    return cut
