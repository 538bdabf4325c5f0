"""The embedded JavaScript engine: one warm context for each code text, with limits.

A context has no file, network or timer. It is bound to the thread that made it (another one
crashes it), so every thread keeps its own. A new one costs 1 to 3 ms, a call 20 µs and what it
takes to pass the context. The state of a module is not kept from call to call: its top level runs
again each time, as nothing promises on AWS that it is shared.
"""

from __future__ import annotations

import json
import os
import re
import struct
import threading
import time
from collections import OrderedDict
from functools import cache
from importlib.resources import files
from typing import Any

import quickjs

from workbench.localcloud.appsync.javascript.modules import PREFIX_LINES, as_function
from workbench.localcloud.appsync.javascript.zones import zone_changes

TIME_LIMIT_SECONDS = 1.0
MEMORY_LIMIT_BYTES = 64 * 1024 * 1024
STACK_LIMIT_BYTES = 512 * 1024
WARM_CONTEXTS = 128

# Frames below this line are of the user's code (32,768 characters at most), so that messages can
# tell them from the runtime's: the binding cannot name what it evaluates.
_FIRST_RUNTIME_LINE = 40_000
_EAGER_FILES = ("core.js", "util.js", "dynamodb_values.js", "globals.js")
_LAZY_FILES = (
    "expressions.js",
    "transforms.js",
    "time.js",
    "xml.js",
    "dynamodb.js",
    "rds.js",
    "ai.js",
)
_POSITION = re.compile(r":(\d+):(\d+)\)?\s*$", re.MULTILINE)
_MOST_ZONES = 16
_NEEDS_ZONE = '{"neededZone":'
_INTERNAL_ERROR = '"InternalError"'
_SEED = struct.Struct("4I")


class CodeStoppedError(Exception):
    """The engine ended a handler: too slow, too much memory, or code that does not parse."""


class Handlers:
    """One code text, compiled."""

    def __init__(self, code: str) -> None:
        """Compile; raises CodeStoppedError, ModuleError and UnreadableCodeError."""
        text = as_function(code)
        self.code_lines = code.splitlines()
        self.broken = False
        self._context = _new_context()
        try:
            self._load = self._context.eval(text)
        except quickjs.JSException as failure:
            message, line, column = _parse_problem(failure)
            raise CodeStoppedError(f"SyntaxError: {message} (code.js:{line}:{column})") from None
        runtime = self._context.get("__runtime")
        self._evaluate = self._context.eval("(runtime) => runtime.evaluate")(runtime)
        self._add_zone = self._context.eval(
            "(runtime, name, rules) => { runtime.zones[name] = JSON.parse(rules); }"
        )
        self._runtime = runtime
        self._context.eval("delete globalThis.__runtime")
        self._context.set_time_limit(TIME_LIMIT_SECONDS)

    def evaluate(self, function: str, stash: str, arguments: str, rest: str, auth_type: str) -> str:
        """Evaluate one handler over JSON texts; its outcome as JSON, as core.js describes it."""
        seed = list(_SEED.unpack(os.urandom(_SEED.size)))
        now = time.time_ns() // 1_000_000
        settings = f'{{"now":{now},"seed":{seed},"authType":{json.dumps(auth_type)}}}'
        for _ in range(_MOST_ZONES):
            outcome = self._call(function, stash, arguments, rest, settings)
            if not outcome.startswith(_NEEDS_ZONE):
                return outcome
            zone = json.loads(outcome)["neededZone"]
            # Calls into Python are not possible under a time limit: give it and begin again. The
            # same time and seed make the same evaluation.
            self._add_zone(self._runtime, zone, json.dumps(zone_changes(zone)))
        raise CodeStoppedError("The code uses too many time zones")

    def _call(self, *texts: str) -> str:
        try:
            answer: str = self._evaluate(self._load, *texts)
        except quickjs.JSException as failure:
            self.broken = True
            raise CodeStoppedError(_limit_message(_first_line(failure))) from None
        if _INTERNAL_ERROR in answer:
            # Perhaps: a value may hold the same text.
            told = json.loads(answer).get("failure", {})
            if told.get("name") == "InternalError":
                self.broken = True
                raise CodeStoppedError(_limit_message(told["message"]))
        return answer


def handlers_of(code: str) -> Handlers:
    """The compiled handlers of a code text, warm where this thread has used it lately."""
    warm: OrderedDict[str, Handlers] | None = getattr(_threads, "warm", None)
    if warm is None:
        warm = _threads.warm = OrderedDict()
    found = warm.get(code)
    if found is not None and not found.broken:
        warm.move_to_end(code)
        return found
    found = warm[code] = Handlers(code)
    warm.move_to_end(code)
    if len(warm) > WARM_CONTEXTS:
        warm.popitem(last=False)
    return found


def syntax_problem(text: str) -> tuple[str, int, int] | None:
    """What does not parse in a function's text: the message, the user's line and column."""
    context = quickjs.Context()
    try:
        context.eval(text)
    except quickjs.JSException as failure:
        return _parse_problem(failure)
    return None


def _parse_problem(failure: Exception) -> tuple[str, int, int]:
    position = _POSITION.search(str(failure))
    line, column = (int(position[1]), int(position[2])) if position else (PREFIX_LINES + 1, 1)
    message = _first_line(failure).removeprefix("SyntaxError: ")
    return message, max(1, line - PREFIX_LINES), column


_threads = threading.local()


def _new_context() -> Any:
    context = quickjs.Context()
    context.set_memory_limit(MEMORY_LIMIT_BYTES)
    context.set_max_stack_size(STACK_LIMIT_BYTES)
    context.eval(_runtime_text())
    return context


@cache
def _runtime_text() -> str:
    folder = files(__package__).joinpath("runtime")

    def text(name: str) -> str:
        return folder.joinpath(name).read_text("utf-8")

    # Each file in a block of its own: their names stay apart.
    blocks = "\n".join(f"{{\n{text(name)}\n}}" for name in _EAGER_FILES)
    sources = json.dumps({name: text(name) for name in _LAZY_FILES})
    shared = (
        f"const $ = {{ modules: Object.create(null), sources: {sources}, "
        f"firstRuntimeLine: {_FIRST_RUNTIME_LINE} }}"
    )
    newlines = "\n" * _FIRST_RUNTIME_LINE
    return f'{newlines}(() => {{ "use strict"; {shared};\n{blocks}\nglobalThis.__runtime = $; }})()'


def _first_line(failure: Exception) -> str:
    return str(failure).split("\n", 1)[0].strip()


def _limit_message(text: str) -> str:
    if "interrupted" in text:
        return f"Code took longer than {TIME_LIMIT_SECONDS:g} s to run"
    if "out of memory" in text:
        return f"Code needs more than {MEMORY_LIMIT_BYTES // 2**20} MB of memory"
    if "stack" in text.lower():
        return "Code calls itself too deeply"
    return text
