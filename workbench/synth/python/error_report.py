"""Reports an error in the user's Python: where, what, and how to fix it."""

from __future__ import annotations

import builtins
import difflib
import linecache
import re
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.backend.definitions.source_location import DefinitionError, DefinitionErrors
from workbench.synth.container_bundling import container_problem
from workbench.synth.python.environment import environment_in, install_command

_TRACE_LINES = 40


def report_of(error: BaseException, amplify: Path) -> dict[str, Any]:
    """Return the report of an error: ``problems`` with place and fix, ``stack`` for the log."""
    stack = "".join(traceback.format_exception(error)).splitlines()
    return {
        "name": type(error).__name__,
        "message": str(error),
        "stack": "\n".join(stack[-_TRACE_LINES:]),
        "problems": [dict(each) for each in _problems(error, amplify)],
    }


def _problems(error: BaseException, amplify: Path) -> list[Mapping[str, Any]]:
    if isinstance(error, DefinitionErrors):
        return [problem for each in error.errors for problem in _problems(each, amplify)]
    file, line = _place(error, amplify)
    if isinstance(error, DefinitionError):
        if error.place.file:
            file, line = error.place.file, error.place.line
        return [_problem("DefinitionError", error.what, file, line, error.fix)]
    if isinstance(error, SyntaxError):
        return [
            {
                **_problem(
                    type(error).__name__,
                    f"{error.msg}.",
                    error.filename or file,
                    error.lineno or line,
                    "Fix the syntax error and save.",
                ),
                "column": error.offset or 0,
            }
        ]
    if isinstance(error, ModuleNotFoundError):
        hint = _missing_module_hint(error.name or "", amplify)
        return [_problem("ModuleNotFound", f"There is no module {error.name}.", file, line, hint)]
    if isinstance(error, SystemExit):
        return [
            _problem(
                "ProcessExit",
                "The backend ended the process, so nothing was deployed.",
                file,
                line,
                "Raise an error instead.",
            )
        ]
    bundling = container_problem(str(error))
    if bundling is not None:
        return [_problem("ContainerBundling", bundling[0], file, line, bundling[1])]
    problem = _problem(type(error).__name__, _told(error), file, line, did_you_mean(error))
    return [{**problem, "column": _column(error, amplify)}]


def _problem(code: str, message: str, file: str, line: int, hint: str) -> dict[str, Any]:
    return {"code": code, "message": message, "file": file, "line": line, "hint": hint}


def _place(error: BaseException, amplify: Path) -> tuple[str, int]:
    """Return the innermost line of the user's files in the error's traceback."""
    found = ("", 0)
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(f"{amplify}/"):
            found = (frame.filename, frame.lineno or 0)
    return found


def _column(error: BaseException, amplify: Path) -> int:
    """Return the column in the user's line, from 1; for an unknown name, the name's column."""
    found = 0
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(f"{amplify}/") and frame.colno is not None:
            found = frame.colno + 1
            name = getattr(error, "name", None)
            if isinstance(error, NameError | AttributeError) and name and frame.line:
                # `frame.line` is stripped, so search the whole line from the expression on.
                whole = linecache.getline(frame.filename, frame.lineno or 0)
                at = re.search(rf"\b{re.escape(name)}\b", whole[frame.colno :])
                found += at.start() if at else 0
    return found


def did_you_mean(error: BaseException) -> str:
    """Return Python's suggestion for an unknown name: ``Did you mean str?``."""
    name = getattr(error, "name", None)
    if not isinstance(name, str) or not name:
        return ""
    names: set[str] = set()
    if isinstance(error, NameError):
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        if trace is not None:
            frame = trace.tb_frame
            names = {*frame.f_locals, *frame.f_globals, *dir(builtins)}
    elif isinstance(error, AttributeError) and error.obj is not None:
        names = {each for each in dir(error.obj) if not each.startswith("_")}
    close = difflib.get_close_matches(name, names - {name}, 1, 0.7)
    return f"Did you mean {close[0]}?" if close else ""


def _missing_module_hint(name: str, amplify: Path) -> str:
    first = name.split(".", maxsplit=1)[0]
    if (amplify / first).exists() or (amplify / f"{first}.py").exists():
        return "Check the import: modules are named from the amplify folder, as in data.resource."
    root = amplify.parent
    return f"Run `{install_command(root, environment_in(root), first)}`."


def _told(error: BaseException) -> str:
    """Return the message's first lines, without the CDK's stack."""
    lines = []
    for line in str(error).splitlines():
        if line.lstrip().startswith("at ") or line.startswith(
            ("Object creation stack", "Relates to")
        ):
            break
        lines.append(line)
    text = "\n".join(lines).strip()
    name = type(error).__name__
    if name in ("JSIIError", "JavaScriptError", "RuntimeError") and text:
        return text
    return f"{name}: {text}" if text else name
