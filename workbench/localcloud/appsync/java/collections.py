"""The methods of Java's lists, maps and their views; kinds as in java_strings, ``C`` collection
and ``M`` map besides."""

from __future__ import annotations

from typing import Any

from workbench.localcloud.appsync.java.strings import Methods
from workbench.localcloud.appsync.vtl.render_state import MOST_MEMBERS, RenderError
from workbench.localcloud.appsync.vtl.values import (
    Entry,
    EntryView,
    KeyView,
    ValueView,
    equal_values,
    to_text,
)


def held(value: Any) -> Any:
    """A value as a collection may hold it: views become lists, so that contexts stay plain JSON."""
    if isinstance(value, KeyView | ValueView):
        return list(value)
    if isinstance(value, EntryView):
        return [dict(entry) for entry in value]
    return dict(value) if isinstance(value, Entry) else value


def position_of(members: list[Any], wanted: Any) -> int:
    """Where a member is; -1 where it is none."""
    for position, member in enumerate(members):
        if equal_values(wanted, member):
            return position
    return -1


def holds(members: list[Any], wanted: Any) -> bool:
    """Whether it is a member, as Java's ``equals`` says."""
    return position_of(members, wanted) >= 0


def member_at(members: list[Any], index: int) -> Any:
    """``List.get``."""
    if not 0 <= index < len(members):
        raise RenderError(f"index {index} is outside of a list of {len(members)}")
    return members[index]


def set_member(members: list[Any], index: int, value: Any) -> Any:
    """``List.set``: gives what was there."""
    before = member_at(members, index)
    members[index] = held(value)
    return before


def _add(members: list[Any], value: Any) -> bool:
    members.append(held(value))
    return True


def _insert(members: list[Any], index: int, value: Any) -> None:
    if not 0 <= index <= len(members):
        raise RenderError(f"index {index} is outside of a list of {len(members)}")
    members.insert(index, held(value))


def _add_all(members: list[Any], others: list[Any]) -> bool:
    if len(members) + len(others) > MOST_MEMBERS:
        raise RenderError(f"a list can't have more than {MOST_MEMBERS} members")
    members.extend(held(other) for other in list(others))
    return bool(others)


def _remove_at(members: list[Any], index: int) -> Any:
    before = member_at(members, index)
    del members[index]
    return before


def _remove(members: list[Any], value: Any) -> bool:
    position = position_of(members, value)
    if position >= 0:
        del members[position]
    return position >= 0


def _keep(members: list[Any], kept: list[Any]) -> bool:
    changed = len(kept) != len(members)
    members[:] = kept
    if isinstance(members, KeyView):
        for key in [key for key in members.owner if not holds(kept, key)]:
            del members.owner[key]
    return changed


def _remove_key(keys: KeyView, key: Any) -> bool:
    keys.owner.pop(key, None)
    return _remove(keys, key)


def _part(members: list[Any], start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(members):
        raise RenderError(f"subList({start}, {end}) is outside of a list of {len(members)}")
    return members[start:end]


def look_up(members: dict[Any, Any], key: Any) -> Any:
    """``Map.get``: a map or a list is never a key here, so it finds nothing."""
    return None if isinstance(key, dict | list) else members.get(key)


def put(members: dict[Any, Any], key: Any, value: Any) -> Any:
    """``Map.put``: gives what was there."""
    before = members.get(key)
    members[key] = held(value)
    return before


def _put_all(members: dict[Any, Any], others: dict[Any, Any]) -> None:
    if len(members) + len(others) > MOST_MEMBERS:
        raise RenderError(f"a map can't have more than {MOST_MEMBERS} members")
    members.update(others)


def _put_if_absent(members: dict[Any, Any], key: Any, value: Any) -> Any:
    before = members.get(key)
    if before is None:
        members[key] = held(value)
    return before


def _set_entry(entry: Entry, value: Any) -> Any:
    before = entry.value
    entry.value = entry[entry.key] = entry.owner[entry.key] = held(value)
    return before


COLLECTION_METHODS: Methods = {
    ("size", ""): len,
    ("isEmpty", ""): lambda members: not members,
    ("contains", "O"): holds,
    ("containsAll", "C"): lambda members, others: all(holds(members, other) for other in others),
    ("remove", "O"): _remove,
    ("removeAll", "C"): lambda members, others: _keep(
        members, [member for member in members if not holds(others, member)]
    ),
    ("retainAll", "C"): lambda members, others: _keep(
        members, [member for member in members if holds(others, member)]
    ),
    ("clear", ""): lambda members: _keep(members, []) and None,
    ("toArray", ""): list,
    ("iterator", ""): list,
    ("toString", ""): to_text,
    ("equals", "O"): equal_values,
}

LIST_METHODS: Methods = COLLECTION_METHODS | {
    ("get", "I"): member_at,
    ("set", "IO"): set_member,
    ("add", "O"): _add,
    ("add", "IO"): _insert,
    ("addAll", "C"): _add_all,
    ("remove", "I"): _remove_at,
    ("indexOf", "O"): position_of,
    ("lastIndexOf", "O"): lambda members, value: (
        len(members) - 1 - at if (at := position_of(members[::-1], value)) >= 0 else -1
    ),
    ("subList", "II"): _part,
}

KEY_METHODS: Methods = COLLECTION_METHODS | {("remove", "O"): _remove_key}

MAP_METHODS: Methods = {
    ("get", "O"): look_up,
    ("put", "OO"): put,
    ("putAll", "M"): _put_all,
    ("putIfAbsent", "OO"): _put_if_absent,
    ("getOrDefault", "OO"): dict.get,
    ("containsKey", "O"): lambda members, key: not isinstance(key, dict | list) and key in members,
    ("containsValue", "O"): lambda members, value: holds(list(members.values()), value),
    ("remove", "O"): lambda members, key: members.pop(key, None),
    ("size", ""): len,
    ("isEmpty", ""): lambda members: not members,
    ("keySet", ""): KeyView,
    ("values", ""): lambda members: ValueView(members.values()),
    ("entrySet", ""): lambda members: EntryView(
        Entry(key, value, members) for key, value in members.items()
    ),
    ("clear", ""): dict.clear,
    ("toString", ""): to_text,
    ("equals", "O"): equal_values,
}

ENTRY_METHODS: Methods = {
    ("getKey", ""): lambda entry: entry.key,
    ("getValue", ""): lambda entry: entry.value,
    ("setValue", "O"): _set_entry,
    ("toString", ""): to_text,
    ("equals", "O"): equal_values,
}
