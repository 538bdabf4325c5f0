"""CloudFormation's properties as arguments of a service's own API, in lower camel case."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from workbench.model.deployment import Json

_NONE: Final[Mapping[str, str]] = MappingProxyType({})


def lowered(value: Json, renamed: Mapping[str, str] = _NONE) -> Any:
    """The value with the names at every depth in lower camel case, or as ``renamed`` has them."""
    if isinstance(value, dict):
        return {
            renamed.get(name) or lower(name): lowered(item, renamed) for name, item in value.items()
        }
    if isinstance(value, list):
        return [lowered(item, renamed) for item in value]
    return value


def lower(name: str) -> str:
    """One name in lower camel case."""
    return name[:1].lower() + name[1:]
