"""``$util``: errors, denials, who asks, logs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from workbench.localcloud.appsync.evaluation import FieldError
from workbench.localcloud.appsync.vtl.render_state import RenderState
from workbench.localcloud.appsync.vtl.values import to_text

MOST_LOGGED = 1_000
"""Log lines of one field; those beyond are left out."""


def _error(message: Any, error_type: Any, data: Any, info: Any) -> FieldError:
    return FieldError(
        to_text(message), None if error_type is None else to_text(error_type), data, info
    )


def raise_error(
    state: RenderState, message: Any, error_type: Any = None, data: Any = None, info: Any = None
) -> NoReturn:
    """``$util.error``: the field fails."""
    raise _error(message, error_type, data, info)


def append_error(
    state: RenderState, message: Any, error_type: Any = None, data: Any = None, info: Any = None
) -> str:
    """``$util.appendError``: an error in the response, while the field goes on."""
    state.effects.errors.append(_error(message, error_type, data, info))
    return ""


def unauthorized(state: RenderState) -> NoReturn:
    """``$util.unauthorized``: the field is denied."""
    info = state.context.get("info")
    facts = info if isinstance(info, dict) else {}
    field, parent = facts.get("fieldName"), facts.get("parentTypeName")
    raise FieldError(f"Not Authorized to access {field} on type {parent}", "Unauthorized")


def validate(
    state: RenderState, condition: Any, message: Any, error_type: Any = None, data: Any = None
) -> str:
    """``$util.validate``: the field fails unless the condition is true."""
    if condition is not True:
        kind = "CustomTemplateException" if error_type is None else error_type
        raise _error(message, kind, data, None)
    return ""


def _logger(level: str) -> Callable[..., str]:
    def log(state: RenderState, message: Any, *values: Any) -> str:
        """``$util.log``: a line in the field's log, ``{}`` filled with the values."""
        line = to_text(message)
        for value in values:
            for each in value if isinstance(value, list) else (value,):
                line = line.replace("{}", to_text(each), 1)
        if len(state.effects.logs) < MOST_LOGGED:
            state.effects.logs.append(f"{level}: {line[:10_000]}")
        return ""

    return log


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "error": raise_error,
    "appendError": append_error,
    "unauthorized": unauthorized,
    "validate": validate,
    "authType": lambda state: state.facts.auth_type,
}

LOG_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "info": _logger("INFO"),
    "error": _logger("ERROR"),
    "debug": _logger("DEBUG"),
    "warn": _logger("WARN"),
}
