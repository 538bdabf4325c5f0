"""All utilities by the name that templates call them."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.appsync.vtl.utilities import (
    authorization_rules,
    dynamodb,
    encoding,
    extensions,
    general,
    http,
    outcomes,
    pure_functions,
    times,
)


@dataclass(frozen=True, slots=True)
class Utility:
    """One function; with ``takes_state`` the evaluation's RenderState comes before its values."""

    function: Callable[..., Any]
    fewest: int
    most: int
    takes_state: bool


_ANY = 1_000


def _utility(function: Callable[..., Any], takes_state: bool) -> Utility:
    parameters = list(inspect.signature(function).parameters.values())[takes_state:]
    needed = sum(
        parameter.default is parameter.empty and parameter.kind is not parameter.VAR_POSITIONAL
        for parameter in parameters
    )
    open_end = any(parameter.kind is parameter.VAR_POSITIONAL for parameter in parameters)
    return Utility(function, needed, _ANY if open_end else len(parameters), takes_state)


_PLAIN: tuple[tuple[str, Mapping[str, Callable[..., Any]]], ...] = (
    ("util", general.FUNCTIONS),
    ("util", encoding.FUNCTIONS),
    ("util.list", pure_functions.LIST_FUNCTIONS),
    ("util.map", pure_functions.MAP_FUNCTIONS),
    ("util.dynamodb", dynamodb.FUNCTIONS),
    ("util.transform", pure_functions.TRANSFORM_FUNCTIONS),
    ("util.time", times.FUNCTIONS),
    ("util.math", pure_functions.MATH_FUNCTIONS),
    ("util.str", pure_functions.STR_FUNCTIONS),
    ("util.rds", pure_functions.RDS_FUNCTIONS),
    ("util.xml", pure_functions.XML_FUNCTIONS),
    ("util.http", http.FUNCTIONS),
)

_WITH_STATE: tuple[tuple[str, Mapping[str, Callable[..., Any]]], ...] = (
    ("util", outcomes.FUNCTIONS),
    ("util.log", outcomes.LOG_FUNCTIONS),
    ("util.http", http.STATE_FUNCTIONS),
    ("util.authRules", authorization_rules.FUNCTIONS),
    ("extensions", extensions.FUNCTIONS),
)

UTILITIES: Mapping[str, Utility] = {
    f"{prefix}.{name}": _utility(function, takes_state)
    for takes_state, groups in ((False, _PLAIN), (True, _WITH_STATE))
    for prefix, functions in groups
    for name, function in functions.items()
}
