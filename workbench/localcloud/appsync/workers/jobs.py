"""Runs a job, in the worker's process."""

from __future__ import annotations

import json
import marshal
import pickle
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.localcloud.appsync.evaluate_calls import evaluate_request
from workbench.localcloud.appsync.evaluation import (
    Context,
    Effects,
    Evaluation,
    Facts,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.javascript.engine import WARM_CONTEXTS
from workbench.localcloud.appsync.javascript.handler import run_handler
from workbench.localcloud.appsync.vtl.mapping import evaluate_mapping
from workbench.localcloud.appsync.workers import frames


@dataclass(frozen=True, slots=True)
class Mapped:
    """A mapping template's result: a value or an error, the changed context, its effects."""

    evaluation: Evaluation | None
    error: FieldError | None
    context: Context
    effects: Effects


class Jobs:
    """Does one job after the other; remembers the codes it was given."""

    def __init__(self) -> None:
        self._codes: OrderedDict[int, str] = OrderedDict()

    def do(self, content: bytes) -> bytes:
        """The reply to a job."""
        parts = marshal.loads(content)
        try:
            if parts[0] == frames.HANDLER:
                reply = self._handler(*parts[1:])
            elif parts[0] == frames.MAPPING:
                reply = _mapping(*parts[1:])
            else:
                reply = _call(*parts[1:])
        except TemplateError as error:
            return frames.FAILED + error.message.encode("utf-8", "replace")
        except RecursionError:
            return frames.FAILED + b"The evaluation nests too deeply"
        except MemoryError:
            return frames.FAILED + b"The evaluation needs too much memory"
        except Exception as error:  # noqa: BLE001 - the field fails, the worker goes on
            return frames.FAILED + f"The evaluation failed ({type(error).__name__})".encode()
        if len(reply) > frames.MOST_REPLY_BYTES:
            return frames.FAILED + b"The result is larger than 5 MB"
        return frames.DONE + reply

    def _handler(self, key: int, code: str | None, *rest: str) -> bytes:
        if code is not None:
            self._codes[key] = code
            if len(self._codes) > 2 * WARM_CONTEXTS:
                self._codes.popitem(last=False)
        function, stash, arguments, others, auth_type = rest
        text = run_handler(self._codes[key], function, stash, arguments, others, auth_type)
        return text.encode("utf-8", "surrogatepass")


def _mapping(text: str, pickled: bytes, auth_type: str) -> bytes:
    context: Context = pickle.loads(pickled)
    effects = Effects()
    evaluation: Evaluation | None = None
    failure: FieldError | None = None
    try:
        evaluation = evaluate_mapping(text, context, effects, Facts(auth_type))
    except FieldError as error:
        failure = error
    return pickle.dumps(Mapped(evaluation, failure, context, effects), protocol=5)


def _call(path: str, body: bytes | str) -> bytes:
    try:
        content = json.loads(body or b"{}")
    except (ValueError, RecursionError):
        refusal = {"__type": "BadRequestException", "message": "The body is not valid JSON."}
        return pickle.dumps((400, refusal), protocol=5)
    given = content if isinstance(content, Mapping) else {}
    answer: tuple[int, dict[str, Any]] = evaluate_request(path, given)
    return pickle.dumps(answer, protocol=5)
