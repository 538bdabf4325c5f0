"""Runs the operation at the cursor as one caller or two, and keeps what came back with its tab."""

from __future__ import annotations

import json
import sqlite3
from asyncio import CancelledError, to_thread
from time import time
from typing import TYPE_CHECKING

from screens.playground.tab_state import Outcome, Sheet
from workbench.model.user_problem import UserProblem
from workbench.playground.api import PlaygroundApi
from workbench.playground.authorizing import NotAuthorizedError
from workbench.playground.documents import runnable
from workbench.playground.history import Run
from workbench.playground.requests import Request
from workbench.playground.run_as import (
    USER_POOLS,
    As,
    RunAs,
    UnknownCallerError,
    default_run_as,
    first_with_rules,
    parse_run_as,
)
from workbench.playground.variables import read_variables

if TYPE_CHECKING:
    from screens.playground.result_pane import ResultPane
    from screens.playground.screen import PlaygroundScreen


class Running:
    """The requests of one screen."""

    def __init__(self, screen: PlaygroundScreen) -> None:
        self._screen = screen

    def caller(self) -> RunAs:
        """Who runs the operations of the tab in front."""
        api = self._screen.api
        if api is not None and not api.endpoint.is_appsync:
            return RunAs(As.PLAIN)
        written = self._screen.sheet.run_as
        if written:
            try:
                return parse_run_as(written)
            except UnknownCallerError:
                # A file edited by hand; the default is what a new tab would have.
                self._screen.sheet.run_as = ""
        return default_run_as(api.endpoint) if api else RunAs(As.API_KEY)

    async def choose_first(self, api: PlaygroundApi) -> None:
        """Where the default would be asked no rules: let tabs without a caller run as somebody else."""
        sheets = [each for each in self._screen.desk.sheets.all if not each.run_as]
        if not sheets or default_run_as(api.endpoint).kind is not As.ADMIN:
            return
        try:
            users = await api.users() if USER_POOLS in api.endpoint.modes else ()
        except (NotAuthorizedError, UserProblem):
            users = ()
        chosen = first_with_rules(api.endpoint, users)
        if chosen is not None and api is self._screen.api:
            for each in sheets:
                each.run_as = each.run_as or chosen.label
            self._screen.desk.show_names()
            self._screen.desk.save_soon()

    def run(self, callers: list[RunAs], changes: dict[str, object] | None = None) -> None:
        """Run the operation at the cursor, with some variables changed."""
        screen = self._screen
        screen.desk.keep()
        sheet, api = screen.sheet, screen.api
        operation = screen.checking.operation()
        if api is None:
            self._refuse(screen.connection.problem or "Not connected yet: the API is being opened.")
            return
        if operation is None:
            self._refuse("There is no operation at the cursor.")
            return
        loaded = screen.connection.schema
        read = read_variables(sheet.variables, operation.text, loaded.schema if loaded else None)
        if read.problems and not read.values and sheet.variables.strip() not in ("", "{}"):
            self._refuse(f"Variables: {read.problems[0].message}")
            return
        known = set(operation.variables)
        values = {name: value for name, value in read.values.items() if name in known}
        request = Request(runnable(sheet.text, operation), {**values, **(changes or {})})
        screen.streams.end(sheet)
        self.cancel(sheet)
        sheet.last = (callers[0], request)
        if operation.kind == "subscription":
            if len(callers) > 1:
                screen.shell.say("A stream has one caller: open another tab for the other")
            screen.streams.open(sheet, api, callers[0], request)
            return
        sheet.problem, sheet.stream = "", None
        sheet.outcomes = [Outcome(caller, operation, request) for caller in callers]
        for outcome, pane in zip(sheet.outcomes, self._panes, strict=False):
            outcome.worker = screen.begin(
                self._execute(sheet, api, outcome), group=f"run-{sheet.id}"
            )
            pane.show_running(outcome.caller.label)
        screen.desk.show_panes()
        screen.desk.show_names()

    def cancel(self, sheet: Sheet) -> None:
        """Give up the requests of a tab that are not answered."""
        for outcome in sheet.outcomes:
            if outcome.worker is not None:
                outcome.worker.cancel()
                outcome.worker = None
                outcome.problem = "Stopped; the server may have run it all the same."

    @property
    def _panes(self) -> tuple[ResultPane, ResultPane]:
        return self._screen.result_pane, self._screen.other_pane

    def _refuse(self, words: str) -> None:
        """Say why nothing is run; what was run before stays to be read, and a stream goes on."""
        self._screen.sheet.problem = words
        self._screen.desk.show_outcome()

    def _show(self, sheet: Sheet, outcome: Outcome) -> None:
        screen = self._screen
        if sheet is screen.sheet and outcome in sheet.outcomes:
            at = sheet.outcomes.index(outcome)
            self._panes[at].show_outcome(outcome)
            if at == 0:
                screen.checking.mark_errors(outcome)
        screen.desk.show_names()

    async def _execute(self, sheet: Sheet, api: PlaygroundApi, outcome: Outcome) -> None:
        caller, request = outcome.caller, outcome.request
        try:
            result = await api.run(caller, request)
        except (NotAuthorizedError, UserProblem) as problem:
            outcome.problem = f"{caller.label}: {problem}"
            outcome.worker = None
            self._show(sheet, outcome)
            return
        except CancelledError:
            outcome.worker = None
            raise
        outcome.result, outcome.worker = result, None
        self._show(sheet, outcome)
        await self._remember(outcome)
        trace = await api.trace(result)
        outcome.trace = trace.document
        if sheet is self._screen.sheet and outcome in sheet.outcomes:
            self._panes[sheet.outcomes.index(outcome)].show_trace(trace.document)

    async def _remember(self, outcome: Outcome) -> None:
        assert outcome.result is not None
        result, operation, request = outcome.result, outcome.operation, outcome.request
        run = Run(
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
        try:
            await to_thread(self._screen.history.add, run)
        except (sqlite3.Error, OSError) as error:
            self._screen.shell.say(f"The run is not remembered: {error}", "warning")
