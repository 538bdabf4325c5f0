"""Evaluates mapping templates, handlers and evaluation calls for one event loop.

JavaScript always runs in a worker: no limit of its engine holds in native code. A mapping template
runs right here, where it takes some ten microseconds, as long as that is sure to be short: after
some milliseconds of CPU, or before a native call of unknown length, it is given up and evaluated
again in a worker, with the context as it was.
"""

from __future__ import annotations

import marshal
import pickle
import threading
from collections.abc import Callable, Hashable
from typing import Any, Literal

from workbench.localcloud.appsync.evaluation import (
    Context,
    Effects,
    Evaluation,
    Facts,
    TemplateError,
)
from workbench.localcloud.appsync.javascript.engine import TIME_LIMIT_SECONDS
from workbench.localcloud.appsync.javascript.handler import CODE_ERROR, handler_texts, take_outcome
from workbench.localcloud.appsync.vtl.brief import Overrun, brief_stretch
from workbench.localcloud.appsync.vtl.mapping import evaluate_mapping, what_may_change
from workbench.localcloud.appsync.workers import frames
from workbench.localcloud.appsync.workers.jobs import Mapped
from workbench.localcloud.appsync.workers.pool import Pool, WorkerEndedError


class Evaluator:
    """Belongs to one event loop."""

    def __init__(self) -> None:
        self._pool = Pool()
        # Only there a signal can end a template.
        self._here = threading.current_thread() is threading.main_thread()

    def warm_up(self) -> None:
        """Start the workers ahead of the first handler."""
        self._pool.warm_up()

    def close(self) -> None:
        """End the workers."""
        self._pool.close()

    async def evaluate_handler(  # noqa: PLR0917 - what an evaluation takes
        self,
        code: str,
        function: Literal["request", "response"],
        context: Context,
        effects: Effects,
        facts: Facts,
        owner: Hashable = None,
    ) -> Evaluation:
        """As :func:`workbench.localcloud.appsync.javascript.handler.evaluate_handler`."""
        texts = handler_texts(context)
        try:
            reply = await self._pool.run_code(owner, code, function, *texts, facts.auth_type)
        except WorkerEndedError as ended:
            raise TemplateError(_ended("Code", ended), CODE_ERROR) from None
        said = reply[1:].decode("utf-8", "surrogatepass")
        if reply[:1] == frames.FAILED:
            raise TemplateError(said, CODE_ERROR)
        return take_outcome(said, code, function, context, effects)

    async def evaluate_mapping(
        self, text: str, context: Context, effects: Effects, facts: Facts, owner: Hashable = None
    ) -> Evaluation:
        """As :func:`workbench.localcloud.appsync.vtl.mapping.evaluate_mapping`."""
        if not self._here:
            pickled = _pickled(context)
            return await self._mapping_elsewhere(text, pickled, context, effects, facts, owner)
        before = _snapshot(text, context)
        counts = (len(effects.errors), len(effects.invalidations), len(effects.logs))
        try:
            with brief_stretch:
                return evaluate_mapping(text, context, effects, facts)
        except Overrun:
            del effects.errors[counts[0] :]
            del effects.invalidations[counts[1] :]
            del effects.logs[counts[2] :]
        return await self._mapping_elsewhere(text, before(), context, effects, facts, owner)

    async def call(self, path: str, body: bytes | str) -> tuple[int, dict[str, Any]]:
        """Status and answer of EvaluateCode and EvaluateMappingTemplate."""
        try:
            reply = await self._pool.run("evaluate", frames.CALL, path, body)
        except WorkerEndedError as ended:
            reply = frames.FAILED + _ended("Code", ended).encode()
        if reply[:1] == frames.FAILED:
            error = {"message": reply[1:].decode(), "codeErrors": []}
            return 200, {"error": error, "logs": [], "stash": "{}", "outErrors": "[]"}
        answer: tuple[int, dict[str, Any]] = pickle.loads(reply[1:])
        return answer

    async def _mapping_elsewhere(  # noqa: PLR0917 - what an evaluation takes
        self,
        text: str,
        pickled: bytes,
        context: Context,
        effects: Effects,
        facts: Facts,
        owner: Hashable,
    ) -> Evaluation:
        try:
            reply = await self._pool.run(owner, frames.MAPPING, text, pickled, facts.auth_type)
        except WorkerEndedError as ended:
            _take_context(context, pickle.loads(pickled))
            raise TemplateError(_ended("Template", ended)) from None
        if reply[:1] == frames.FAILED:
            _take_context(context, pickle.loads(pickled))
            raise TemplateError(reply[1:].decode())
        found: Mapped = pickle.loads(reply[1:])
        _take_context(context, found.context)
        effects.add(found.effects)
        if found.error is not None:
            raise found.error
        assert found.evaluation is not None
        return found.evaluation


def _snapshot(text: str, context: Context) -> Callable[[], bytes]:
    """What gives the context as it is now, pickled: 2 µs for most, 20 with a hundred rows."""
    if not what_may_change(text):
        return lambda: _pickled(context)
    try:
        content = marshal.dumps(context)
    except ValueError:
        pickled = _pickled(context)
        return lambda: pickled
    return lambda: _pickled(marshal.loads(content))


def _pickled(context: Context) -> bytes:
    try:
        return pickle.dumps(context, protocol=5)
    except (pickle.PicklingError, RecursionError, TypeError, AttributeError) as problem:
        kind = type(problem).__name__
        raise TemplateError(f"The context can't be handed to a template ({kind})") from None


def _take_context(context: Context, found: Context) -> None:
    context.clear()
    context.update(found)


def _ended(what: str, ended: WorkerEndedError) -> str:
    if ended.slow:
        return f"{what} took longer than {TIME_LIMIT_SECONDS:g} s to run"
    return f"{what} ended its process: it needs too much memory"
