"""``$util.list`` and ``$util.map``: copies of collections."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.java.collections import holds
from workbench.localcloud.appsync.vtl.utilities.arguments import mapping, members


def _list_copy(source: Any, others: Any, keep: bool) -> list[Any]:
    wanted = members(others)
    return [member for member in members(source) if holds(wanted, member) is keep]


def _map_copy(source: Any, keys: Any, keep: bool) -> dict[Any, Any]:
    wanted = members(keys)
    return {key: value for key, value in mapping(source).items() if holds(wanted, key) is keep}


LIST_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "copyAndRetainAll": lambda source, others: _list_copy(source, others, True),
    "copyAndRemoveAll": lambda source, others: _list_copy(source, others, False),
}

MAP_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "copyAndRetainAllKeys": lambda source, keys: _map_copy(source, keys, True),
    "copyAndRemoveAllKeys": lambda source, keys: _map_copy(source, keys, False),
}
