"""Evaluates the request and response handlers of APPSYNC_JS 1.0.0."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

from workbench.localcloud.appsync.evaluation import (
    Context,
    Effects,
    Evaluation,
    Facts,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.javascript.engine import CodeStoppedError, handlers_of
from workbench.localcloud.appsync.javascript.modules import PREFIX_LINES, ModuleError
from workbench.localcloud.appsync.javascript.tokens import UnreadableCodeError

CODE_ERROR = "Code"
"""The error type of code that fails."""


def evaluate_handler(
    code: str,
    function: Literal["request", "response"],
    context: Context,
    effects: Effects,
    facts: Facts,
) -> Evaluation:
    """Evaluate one handler of a code text.

    What it does to ``ctx.stash`` and ``ctx.args`` is done to the context too, in place, even where
    it fails. An undefined result is None. Raises :class:`FieldError` for ``util.error`` and
    ``util.unauthorized``, :class:`TemplateError` (type ``Code``) for code that fails, does not
    parse, lacks the handler, or goes beyond a limit.
    """
    stash, arguments, rest = handler_texts(context)
    outcome = run_handler(code, function, stash, arguments, rest, facts.auth_type)
    return take_outcome(outcome, code, function, context, effects)


def handler_texts(context: Context) -> tuple[str, str, str]:
    """The context as JSON: the stash, the arguments, all the rest."""
    rest = {name: value for name, value in context.items() if name not in _SENT_APART}
    try:
        return _json(context.get("stash") or {}), _json(_arguments(context)), _json(rest)
    except (ValueError, RecursionError) as problem:
        raise TemplateError(f"The context is not valid JSON: {problem}", CODE_ERROR) from None


def run_handler(  # noqa: PLR0917 - what the engine takes
    code: str, function: str, stash: str, arguments: str, rest: str, auth_type: str
) -> str:
    """Run one handler over JSON texts: its outcome's JSON; raises :class:`TemplateError`."""
    try:
        return handlers_of(code).evaluate(function, stash, arguments, rest, auth_type)
    except (CodeStoppedError, ModuleError, UnreadableCodeError) as problem:
        raise TemplateError(str(problem), CODE_ERROR) from None


def take_outcome(
    text: str,
    code: str,
    function: Literal["request", "response"],
    context: Context,
    effects: Effects,
) -> Evaluation:
    """Do to the context and the effects what a handler did; its value, or what it raised."""
    outcome = json.loads(text)
    if "effects" in outcome:
        _take_effects(outcome["effects"], effects, code)
    _write_back(outcome, context)
    if outcome.get("missing"):
        raise TemplateError(f"The code exports no function named {function}", CODE_ERROR)
    failure = outcome.get("failure")
    if failure is not None:
        raise TemplateError(_failure_message(failure), CODE_ERROR)
    stop = outcome.get("stop")
    if stop is None:
        return Evaluation(outcome.get("value"))
    if stop["kind"] == "return":
        return Evaluation(stop.get("value"), returned=True, skip_to=stop["skipTo"])
    raise _error(stop["error"])


_SENT_APART = ("stash", "arguments", "args")


def _arguments(context: Context) -> Any:
    given = context.get("arguments")
    return (context.get("args") if given is None else given) or {}


def _write_back(outcome: Mapping[str, Any], context: Context) -> None:
    if "stash" in outcome:
        context["stash"] = _in_place(context.get("stash"), outcome["stash"])
    if "arguments" in outcome:
        changed = _in_place(context.get("arguments"), outcome["arguments"])
        context["arguments"] = context["args"] = changed


def _in_place(old: Any, new: Any) -> Any:
    """The old dictionary with the new content, for others may hold it."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return new
    old.clear()
    old.update(new)
    return old


def _take_effects(found: Mapping[str, Any], effects: Effects, code: str) -> None:
    if found["logs"]:
        lines = code.splitlines()
        effects.logs += [_log_line(entry, lines) for entry in found["logs"]]
    effects.errors += [_error(error) for error in found.get("errors", ())]
    effects.response_headers.update(found.get("headers", {}))
    effects.invalidations += found.get("invalidations", ())
    if "subscriptionFilter" in found:
        effects.subscription_filter = found["subscriptionFilter"]
    if "invalidationFilter" in found:
        effects.invalidation_filter = found["invalidationFilter"]


def _log_line(entry: tuple[str, list[int], str], lines: list[str]) -> str:
    """One line as AppSync logs it: ``INFO - code.js:13:5: "text"``."""
    level, position, text = entry
    line, column = position[0] - PREFIX_LINES, position[1]
    if 0 < line <= len(lines):
        # The engine names the call's place, AppSync that of the expression.
        start = lines[line - 1].rfind("console", 0, column)
        column = start + 1 if start >= 0 else column
    return f"{level} - code.js:{line}:{column}: {text}"


def _error(found: Mapping[str, Any]) -> FieldError:
    message = found["message"]
    return FieldError(
        "" if message is None else message, found["type"], found["data"], found["info"]
    )


def _failure_message(failure: Mapping[str, Any]) -> str:
    line, column = failure["position"]
    text = f"{failure['name']}: {failure['message']}"
    return f"{text} (code.js:{line - PREFIX_LINES}:{column})" if line else text


def _json(value: Any) -> str:
    return _encode(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, tuple)):
        return list(value)
    return str(value)


# In ASCII: a text may hold half a surrogate pair, which the engine takes only as an escape.
_encode = json.JSONEncoder(separators=(",", ":"), default=_plain).encode
