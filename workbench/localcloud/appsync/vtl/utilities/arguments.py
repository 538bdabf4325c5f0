"""Checks the arguments of utilities, and says in plain words what was given instead."""

from __future__ import annotations

import math
from typing import Any

from workbench.localcloud.appsync.vtl.render_state import RenderError


def kind(value: Any) -> str:
    """``$util.typeOf``."""
    if value is None:
        return "Null"
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, str):
        return "String"
    if isinstance(value, int | float):
        return "Number"
    if isinstance(value, dict):
        return "Map"
    return "List" if isinstance(value, list) else "Object"


def text(value: Any) -> str:
    """A string, or RenderError."""
    if isinstance(value, str):
        return value
    raise RenderError(f"takes a string, was given {kind(value)}")


def number(value: Any) -> int | float:
    """A finite number, or RenderError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not math.isfinite(value):
            raise RenderError("takes a finite number")
        return value
    raise RenderError(f"takes a number, was given {kind(value)}")


def members(value: Any) -> list[Any]:
    """A list, or RenderError."""
    if isinstance(value, list):
        return value
    raise RenderError(f"takes a list, was given {kind(value)}")


def mapping(value: Any) -> dict[Any, Any]:
    """A map, or RenderError."""
    if isinstance(value, dict):
        return value
    raise RenderError(f"takes a map, was given {kind(value)}")
