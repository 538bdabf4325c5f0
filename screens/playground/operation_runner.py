"""Runs operations as one caller or two, and keeps what comes back with their tab."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from time import time

from graphql import GraphQLSchema
from textual.message import Message

from screens.playground.callbacks import Cancellable, Post, StartWorker
from screens.playground.streams import Streams
from screens.playground.tab_state import Outcome, TabState
from workbench.model.user_problem import UserProblem
from workbench.playground.api import PlaygroundApi
from workbench.playground.documents import Definition, runnable
from workbench.playground.history import History, Run
from workbench.playground.requests import Request
from workbench.playground.run_as import RunAs
from workbench.playground.variables import read_variables


class NotRunnableError(Exception):
    """The operation cannot be sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What to run, and where to send it; ``changes`` are values for some of its variables."""

    api: PlaygroundApi
    definition: Definition
    schema: GraphQLSchema | None = None
    changes: Mapping[str, object] = field(default_factory=dict)

    def request(self, text: str, variables: str) -> Request:
        """The request, with the fragments of a tab's text and the variables that it declares.

        Raises NotRunnableError if the variables cannot be read.
        """
        definition = self.definition
        read = read_variables(variables, definition.text, self.schema)
        if read.problems and not read.values and variables.strip() not in ("", "{}"):
            raise NotRunnableError(f"Variables: {read.problems[0].message}")
        known = {name: value for name, value in read.values.items() if name in definition.variables}
        return Request(runnable(text, definition), {**known, **self.changes})


class OperationRunner:
    """The requests on their way, and the subscriptions, of all tabs."""

    class Changed(Message):
        """A run has a result, a problem or a trace now."""

        def __init__(self, tab: TabState, outcome: Outcome) -> None:
            super().__init__()
            self.tab = tab
            self.outcome = outcome

    class NotInHistory(Message):
        """A run could not be saved in the history."""

        def __init__(self, reason: str) -> None:
            super().__init__()
            self.reason = reason

    def __init__(self, history: History, streams: Streams, start: StartWorker, post: Post) -> None:
        self._history = history
        self._streams = streams
        self._start = start
        self._post = post
        self._numbers = count(1)
        self._workers: dict[int, Cancellable] = {}

    def run(self, tab: TabState, operation: Operation, callers: Sequence[RunAs]) -> None:
        """Run an operation as each caller, a subscription as the first; ends what ran in the tab.

        Raises NotRunnableError; what ran before goes on then.
        """
        request = operation.request(tab.text, tab.variables)
        self.stop(tab)
        if operation.definition.kind == "subscription":
            self._streams.open(tab, operation.api, callers[0], request)
            return
        tab.show_outcomes(
            tuple(
                Outcome(next(self._numbers), caller, operation.definition, request)
                for caller in callers
            )
        )
        for outcome in tab.outcomes:
            self._workers[outcome.run] = self._start(
                self._send(tab, operation.api, outcome), group=f"run-{tab.id}"
            )

    def stop(self, tab: TabState) -> None:
        """End a tab's subscription, and stop waiting for its unanswered requests."""
        self._streams.end(tab)
        for outcome in tab.outcomes:
            worker = self._workers.pop(outcome.run, None)
            if outcome.is_waiting:
                problem = "Stopped. The server may still have run it."
                tab.update(replace(outcome, problem=problem))
                if worker is not None:
                    worker.cancel()

    async def _send(self, tab: TabState, api: PlaygroundApi, outcome: Outcome) -> None:
        try:
            with api.in_use():
                await self._follow(tab, api, outcome)
        finally:
            self._workers.pop(outcome.run, None)

    async def _follow(self, tab: TabState, api: PlaygroundApi, outcome: Outcome) -> None:
        try:
            result = await api.run(outcome.caller, outcome.request)
        except UserProblem as problem:
            self._update(tab, replace(outcome, problem=f"{outcome.caller.label}: {problem}"))
            return
        outcome = replace(outcome, result=result)
        self._update(tab, outcome)
        try:
            await asyncio.to_thread(self._history.add, _as_run(outcome))
        except (sqlite3.Error, OSError) as error:
            self._post(self.NotInHistory(str(error)))
        trace = await api.trace(result)
        self._update(tab, replace(outcome, trace=trace.document))

    def _update(self, tab: TabState, outcome: Outcome) -> None:
        if tab.update(outcome):
            self._post(self.Changed(tab, outcome))


def _as_run(outcome: Outcome) -> Run:
    result, operation, request = outcome.result, outcome.operation, outcome.request
    assert result is not None
    return Run(
        time(),
        operation.title,
        operation.kind,
        request.query,
        json.dumps(request.variables, indent=2, ensure_ascii=False),
        outcome.caller.label,
        result.status,
        len(result.errors),
        result.seconds,
    )
