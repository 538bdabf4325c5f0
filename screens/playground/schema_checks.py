"""Checks the operation and its variables against the schema while they are typed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from time import monotonic, sleep

from graphql import GraphQLSchema

from screens.editing.code_editor import CodeEditor
from screens.playground.callbacks import StartWorker
from screens.playground.tab_state import Outcome
from workbench.playground.completion import Proposal, complete
from workbench.playground.documents import Definition, operation_at
from workbench.playground.error_offsets import error_offset
from workbench.playground.lint import Finding, lint
from workbench.playground.variables import VariableProblem, complete_variables, read_variables

LINT_SECONDS = 0.15
WORK_SECONDS = 0.004
REST_SECONDS = 0.002


class SchemaChecks:
    """Completes, underlines and explains what two editors hold; ``schema`` is None until loaded."""

    def __init__(
        self,
        operation: CodeEditor,
        variables: CodeEditor,
        start: StartWorker,
        checked: Callable[[str, bool], object],
    ) -> None:
        """``checked(text, is_clean)`` is called when a text was checked."""
        self._operation = operation
        self._variables = variables
        self._start = start
        self._checked = checked
        self._findings: tuple[Finding, ...] = ()
        self._lines: list[int] = []
        self._problem = ""
        self.schema: GraphQLSchema | None = None
        operation.complete = self._complete_operation
        variables.complete = self._complete_variables

    def _complete_operation(self, text: str, offset: int) -> tuple[Proposal, ...]:
        return complete(text, offset, self.schema) if self.schema else ()

    def _complete_variables(self, text: str, offset: int) -> tuple[Proposal, ...]:
        operation = self.operation_at_cursor()
        if self.schema is None or operation is None:
            return ()
        return complete_variables(text, offset, operation.text, self.schema)

    def operation_at_cursor(self) -> Definition | None:
        """The operation that the cursor is in."""
        return operation_at(self._operation.text, self._operation.offset_at_cursor)

    # -- findings ---------------------------------------------------------------------------------

    def restart(self) -> None:
        """Forget the findings, for another text, and check it."""
        self._findings, self._lines, self._problem = (), [], ""
        self._operation.mark([])
        self._variables.mark([])
        self.show_problems()
        self.check()

    def check(self) -> None:
        """Check in a thread, once the typing pauses; the latest text wins."""
        self._start(self._check(), exclusive=True, group="check")

    async def _check(self) -> None:
        await asyncio.sleep(LINT_SECONDS)
        editor, schema = self._operation, self.schema
        text, variables = editor.text, self._variables.text
        operation = self.operation_at_cursor()
        pace = _Pace(lambda: text == editor.text)
        try:
            findings = await asyncio.to_thread(lint, text, schema, pace)
        finally:
            pace.ended = True
        problems: tuple[VariableProblem, ...] = ()
        if operation is not None:
            read = await asyncio.to_thread(read_variables, variables, operation.text, schema)
            problems = read.problems
        if text != editor.text:
            return
        self._findings = findings
        self._lines = [editor.location_of(each.start)[0] for each in findings]
        editor.mark([(each.start, each.end) for each in findings])
        self._variables.mark([(each.start, each.end) for each in problems if variables.strip()])
        self._problem = problems[0].message if problems else ""
        self.show_problems()
        self._checked(text, schema is not None and not findings)

    def show_problems(self) -> None:
        """Show a problem in the editors' borders: the one at the cursor's line, else the first."""
        problem = ""
        if self._findings:
            row = self._operation.cursor_location[0]
            at = self._lines.index(row) if row in self._lines else 0
            problem = f"line {self._lines[at] + 1}: {self._findings[at].message}"
        self._operation.show_problem(problem)
        self._variables.show_problem(self._problem)

    def mark_errors(self, outcome: Outcome) -> None:
        """Underline the parts of the operation that a result's errors point to."""
        if outcome.result is None or not outcome.result.errors:
            return
        text = self._operation.text
        marks = [(each.start, each.end) for each in self._findings]
        for error in outcome.result.errors:
            start = error_offset(text, outcome.request.query, error)
            if start is not None:
                marks.append((start, _word_end(text, start)))
        self._operation.mark(marks)

    def go_to_error(self, outcome: Outcome, number: int) -> str:
        """Move the cursor to what an error points to; returns why it cannot, or nothing."""
        if outcome.result is None or number >= len(outcome.result.errors):
            return ""
        editor, error = self._operation, outcome.result.errors[number]
        start = error_offset(editor.text, outcome.request.query, error)
        if start is None:
            if error.line or error.path:
                return "The operation has changed since this run"
            return "The error has no location"
        editor.focus()
        editor.move_cursor(editor.location_of(start), center=True)
        self.mark_errors(outcome)
        return ""


class _Pace:
    """Lets keys in between checks, which are all in Python; ``lint`` calls it before each."""

    def __init__(self, still_wanted: Callable[[], bool]) -> None:
        self._still_wanted = still_wanted
        self._rested = monotonic()
        self.ended = False
        """A thread cannot be cancelled: this makes it stop."""

    def __call__(self) -> bool:
        if monotonic() - self._rested > WORK_SECONDS:
            sleep(REST_SECONDS)
            self._rested = monotonic()
        return not self.ended and self._still_wanted()


def _word_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and (text[end].isalnum() or text[end] in "_$"):
        end += 1
    return max(end, start + 1)
