"""Reads request objects, and says what is wrong with a malformed one as AppSync does.

Every problem is a :class:`TemplateError` (``MappingTemplate``) that names the member by its path,
such as ``$[key][id]``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from workbench.localcloud.appsync.evaluation import TemplateError
from workbench.localcloud.appsync.util_functions.dynamodb_values import TYPES

Object = Mapping[str, Any]
_VERSIONS = ("2017-02-28", "2018-05-29")


def request_object(request: Any) -> Object:
    """The request as an object with a supported ``version`` (JavaScript handlers give none)."""
    if not isinstance(request, Mapping):
        raise TemplateError(f"Expected JSON object but got a '{_kind(request)}' instead.")
    version = request.get("version")
    if version is not None and version not in _VERSIONS:
        raise TemplateError(f"Unsupported template version '{version}'.")
    return request


def refuse_unknown(value: Object, known: frozenset[str], path: str = "$") -> None:
    """Refuse members that the operation does not have."""
    for name in value:
        if name not in known:
            raise TemplateError(f"Unsupported element '{path}[{name}]'.")


def object_at(parent: Object, name: str, path: str = "$") -> Object:
    """A required object."""
    found = optional_object(parent, name, path)
    if found is None:
        raise TemplateError(f"Value for field '{path}[{name}]' not found.")
    return found


def optional_object(parent: Object, name: str, path: str = "$") -> Object | None:
    """An object, or None where it is missing or null."""
    found: Object | None = _optional(parent, name, path, Mapping, "JSON object")
    return found


def list_at(parent: Object, name: str, path: str = "$") -> Sequence[Any]:
    """A required list."""
    found: Sequence[Any] | None = _optional(parent, name, path, list, "JSON array")
    if found is None:
        raise TemplateError(f"Value for field '{path}[{name}]' not found.")
    return found


def text_at(parent: Object, name: str, path: str = "$") -> str:
    """A required string."""
    found = optional_text(parent, name, path)
    if found is None:
        raise TemplateError(f"Value for field '{path}[{name}]' not found.")
    return found


def optional_text(parent: Object, name: str, path: str = "$") -> str | None:
    """A string, or None where it is missing or null."""
    found: str | None = _optional(parent, name, path, str, "JSON string")
    return found


def optional_flag(parent: Object, name: str, path: str = "$") -> bool | None:
    """A boolean, or None where it is missing or null; ``"true"`` and ``"false"`` count too."""
    value = parent.get(name)
    if value in ("true", "false"):
        return bool(value == "true")
    found: bool | None = _optional(parent, name, path, bool, "JSON boolean")
    return found


def optional_whole(parent: Object, name: str, path: str = "$") -> int | None:
    """A whole number, or None where it is missing or null; digits in a string count too."""
    value = parent.get(name)
    if isinstance(value, str) and value.lstrip("-").isdigit():
        return int(value)
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool):
        raise _unexpected(f"{path}[{name}]", "JSON number", value)
    found: int | None = _optional(parent, name, path, int, "JSON number")
    return found


def attributes_at(parent: Object, name: str, path: str = "$") -> dict[str, dict[str, Any]]:
    """A required map of typed values, as DynamoDB takes them."""
    return attributes(object_at(parent, name, path), f"{path}[{name}]")


def attributes(value: Any, path: str) -> dict[str, dict[str, Any]]:
    """A map of typed values, as DynamoDB takes them."""
    if not isinstance(value, Mapping):
        raise _unexpected(path, "JSON object", value)
    return {name: attribute(member, f"{path}[{name}]") for name, member in value.items()}


def attribute(value: Any, path: str) -> dict[str, Any]:
    """One typed value: numbers become decimal text, and every ``NULL`` true."""
    if not isinstance(value, Mapping):
        raise TemplateError(
            f"Expected JSON object for attribute value '{path}' but got a '{_kind(value)}' instead."
        )
    if len(value) != 1:
        raise TemplateError(f"Expected exactly one type for attribute value '{path}'.")
    ((kind, content),) = value.items()
    if kind == "S" and isinstance(content, str):
        return {"S": content}
    if kind not in TYPES:
        raise TemplateError(f"Unsupported element '{path}[{kind}]'.")
    return {kind: _content(kind, content, f"{path}[{kind}]")}


def _content(kind: str, content: Any, path: str) -> Any:
    if kind == "N":
        return _number(content, path)
    if kind == "NULL":
        return True
    if kind == "M":
        return attributes(content, path)
    if kind in ("L", "SS", "NS", "BS"):
        if not isinstance(content, list):
            raise _unexpected(path, "JSON array", content)
        if kind == "L":
            return [attribute(member, f"{path}[{i}]") for i, member in enumerate(content)]
        if kind == "NS":
            return [_number(member, f"{path}[{i}]") for i, member in enumerate(content)]
        return [_text(member, f"{path}[{i}]") for i, member in enumerate(content)]
    if kind == "BOOL":
        if content in ("true", "false"):
            return content == "true"
        if not isinstance(content, bool):
            raise _unexpected(path, "JSON boolean", content)
        return content
    return _text(content, path)


def _number(value: Any, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _unexpected(path, "JSON number", value)
    if isinstance(value, float) and not math.isfinite(value):
        raise TemplateError(f"'{path}' is not a number that DynamoDB can hold.")
    return value if isinstance(value, str) else json.dumps(value)


def _text(value: Any, path: str) -> str:
    """Text where AppSync turns scalars into it: ``{"S": 5}`` is ``{"S": "5"}``."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if not isinstance(value, str):
        raise _unexpected(path, "JSON string", value)
    return value


def _optional(parent: Object, name: str, path: str, kind: type, label: str) -> Any:
    value = parent.get(name)
    if value is None or isinstance(value, kind):
        return value
    raise _unexpected(f"{path}[{name}]", label, value)


def _unexpected(path: str, expected: str, value: Any) -> TemplateError:
    return TemplateError(f"Expected {expected} for '{path}' but got a '{_kind(value)}' instead.")


def _kind(value: Any) -> str:
    """The name that AppSync's messages give a JSON value's kind."""
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return "BOOLEAN"
    if isinstance(value, int | float):
        return "NUMBER"
    if isinstance(value, Mapping):
        return "OBJECT"
    return "ARRAY" if isinstance(value, list) else "STRING"
