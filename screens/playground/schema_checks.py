"""What is wrong with the operation and its variables, as one types; and what fits at the cursor."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic, sleep
from typing import TYPE_CHECKING

from screens.playground.code_editor import CodeEditor
from screens.playground.tab_state import Outcome
from screens.widgets.titles import as_title
from workbench.playground.completion import Proposal, complete
from workbench.playground.denials import who_may
from workbench.playground.documents import Definition, operation_at
from workbench.playground.error_offsets import error_offset
from workbench.playground.formatter import NotPrettifiedError, prettify
from workbench.playground.lint import Finding, lint
from workbench.playground.variables import VariableProblem, complete_variables, read_variables

if TYPE_CHECKING:
    from screens.playground.screen import PlaygroundScreen

LINT_SECONDS = 0.15
WORK_SECONDS = 0.004
REST_SECONDS = 0.002


class Checking:
    """Follows the two editors of one screen."""

    def __init__(self, screen: PlaygroundScreen) -> None:
        self._screen = screen
        self._findings: tuple[Finding, ...] = ()
        self._lines: list[int] = []
        self._problem = ""
        self._edges: dict[str, tuple[str, str, str]] = {}

    # -- proposals --------------------------------------------------------------------------------

    def complete_query(self, text: str, offset: int) -> tuple[Proposal, ...]:
        """What fits at a place of the operation."""
        schema = self._screen.connection.schema
        return complete(text, offset, schema.schema) if schema else ()

    def complete_variables(self, text: str, offset: int) -> tuple[Proposal, ...]:
        """What fits at a place of the variables."""
        operation, schema = self.operation(), self._screen.connection.schema
        if schema is None or operation is None:
            return ()
        return complete_variables(text, offset, operation.text, schema.schema)

    def operation(self) -> Definition | None:
        """The operation at the cursor."""
        query = self._screen.query_editor
        return operation_at(query.text, query.offset_at_cursor)

    # -- findings ---------------------------------------------------------------------------------

    def check(self) -> None:
        """Lint in a thread, once the typing rests; the latest text wins."""
        self._screen.begin(self._check(), exclusive=True, group="check")

    async def _check(self) -> None:
        await asyncio.sleep(LINT_SECONDS)
        screen = self._screen
        sheet = screen.desk.sheet
        loaded = screen.connection.schema
        schema = loaded.schema if loaded else None
        text, variables = sheet.text, sheet.variables
        operation = self.operation()
        findings = await asyncio.to_thread(lint, text, schema, _Turns(lambda: text == sheet.text))
        problems: tuple[VariableProblem, ...] = ()
        if operation is not None:
            read = await asyncio.to_thread(read_variables, variables, operation.text, schema)
            problems = read.problems
        if sheet is not screen.desk.sheet or text != sheet.text:
            return
        self._findings = findings
        places = [screen.query_editor.place_of(each.start) for each in findings]
        self._lines = [row for row, _ in places]
        if sheet.broken and not findings and schema is not None:
            sheet.broken = False
            screen.desk.show_names()
        screen.query_editor.mark([(each.start, each.end) for each in findings])
        editor = screen.variables_editor
        editor.mark([(each.start, each.end) for each in problems if variables.strip()])
        self._problem = problems[0].message if problems else ""
        self.tell()

    def tell(self) -> None:
        """Say in the editors' edges what is wrong: at the cursor's line, else the first."""
        screen = self._screen
        query = screen.query_editor
        row = query.cursor_location[0]
        words = ""
        if self._findings:
            at = self._lines.index(row) if row in self._lines else 0
            words = f"line {self._lines[at] + 1}: {self._findings[at].message}"
        self._tell_in(query, "Operation", words)
        self._tell_in(screen.variables_editor, "Variables", self._problem)

    def _tell_in(self, editor: CodeEditor, name: str, words: str) -> None:
        told = " ".join(words.split())
        # The narrow layout has no lower edges.
        is_narrow = self._screen.has_class("-narrow")
        edges = (name, told if is_narrow else "", "" if is_narrow else told)
        if self._edges.get(name) != edges:
            self._edges[name] = edges
            editor.border_title = as_title(name, error=edges[1])
            editor.border_subtitle = as_title("", error=edges[2])

    def mark_errors(self, outcome: Outcome) -> None:
        """Underline the places in the operation that a result's errors point at."""
        if outcome.result is None or not outcome.result.errors:
            return
        query = self._screen.query_editor
        marks = [(each.start, each.end) for each in self._findings]
        for error in outcome.result.errors:
            start = error_offset(query.text, outcome.request.query, error)
            if start is not None:
                marks.append((start, _word_end(query.text, start)))
        query.mark(marks)

    def go_to_error(self, outcome: Outcome, number: int) -> None:
        """Move the cursor to the place that an error points at."""
        if outcome.result is None or number >= len(outcome.result.errors):
            return
        query = self._screen.query_editor
        error = outcome.result.errors[number]
        start = error_offset(query.text, outcome.request.query, error)
        if start is None:
            known = error.line or error.path
            words = "The operation was edited since" if known else "The error names no place"
            self._screen.shell.say(words, "warning")
            return
        query.focus()
        query.move_cursor(query.place_of(start), center=True)
        self.mark_errors(outcome)

    def who_may(self, name: str) -> tuple[str, ...]:
        """Which rules would let whom do what ``Type.field`` does."""
        loaded, api = self._screen.connection.schema, self._screen.api
        if loaded is None or api is None:
            return ()
        return who_may(name, loaded.schema, api.endpoint.models)

    def prettify(self) -> None:
        """Lay the operations of the tab out anew."""
        query = self._screen.query_editor
        try:
            pretty = prettify(query.text)
        except NotPrettifiedError as problem:
            self._screen.shell.say(f"Not laid out: {problem}", "warning")
            return
        if pretty != query.text:
            row = query.cursor_location[0]
            query.replace(pretty, (0, 0), query.document.end)
            query.move_cursor((min(row, query.document.line_count - 1), 0))


class _Turns:
    """Lets keys go before the checks, which are all in Python: asked often, rests now and then."""

    def __init__(self, still_wanted: Callable[[], bool]) -> None:
        self._still_wanted = still_wanted
        self._rested = monotonic()

    def __call__(self) -> bool:
        if monotonic() - self._rested > WORK_SECONDS:
            sleep(REST_SECONDS)
            self._rested = monotonic()
        return self._still_wanted()


def _word_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and (text[end].isalnum() or text[end] in "_$"):
        end += 1
    return max(end, start + 1)
