"""Invokes a function: an event to edit, beside what the invocation came to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any, ClassVar, Final

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.screen import Screen
from textual.widgets import Static, TextArea

from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.form_screen import Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.editing.code_editor import CODE_CLASSES, CodeEditor
from screens.editing.external_editor import edit_externally
from screens.editing.proposing import ProposingEditors
from screens.functions.event_pickers import ask_past, ask_ready, ask_saved_event
from screens.functions.outcome_rows import outcome_rows, pretty, summary_rows
from screens.ports import UsesShell
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row
from screens.widgets.text_styles import MUTED, STRONG, TEXT
from screens.widgets.wrapped_rows import WrappedRows
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.event_completion import complete_event
from workbench.functions.event_files import events_of
from workbench.functions.invoke import (
    EventProblem,
    How,
    Outcome,
    Summary,
    checked_event,
    invoke,
    invoke_many,
)
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions
from workbench.functions.past_invocations import past_invocations
from workbench.functions.sample_events.ready_events import ReadyEvent, ready_events
from workbench.functions.starts import Start
from workbench.model.user_problem import UserProblem
from workbench.playground.highlighting import JSON
from workbench.wording import plural

_HOWS: Final[dict[str, tuple[str, str]]] = {
    "sync": ("Wait for the result", "as an API or a resolver does"),
    "async": ("Queue the event", "as a bucket or a schedule does; the log shows what comes of it"),
    "dry": ("Only ask whether you may", "nothing runs"),
    "many": ("Many times in parallel", "with a summary of errors and times"),
}
_MOST: Final = 10_000
_KNOWN: Final = 20
"""Past events that the editor completes from."""


class InvokeScreen(UsesShell, Screen[None], inherit_bindings=False):
    """Stays until Esc; what is typed here is not lost by an invocation that fails."""

    COMPONENT_CLASSES: ClassVar[set[str]] = set(CODE_CLASSES)
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (110, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        key("invoke.run", "f5,ctrl+enter,ctrl+j", "run", "Invoke", "Invoke with this event"),
        key("invoke.how", "f2", "how", "How", "Wait, queue, only ask, or many times in parallel",
            priority=True),
        key("invoke.ready", "f3", "ready", "Ready events",
            "Choose an event as the function's sources send it", priority=True),
        key("invoke.past", "f4", "past", "History", "Take the event of a past invocation",
            priority=True),
        key("invoke.other", "f6", "other", "Next part", "Go to the result, or to the event",
            priority=True),
        key("invoke.format", "f8", "format", "Format", "Indent the event"),
        key("invoke.editor", "ctrl+e", "edit_outside", "Editor",
            "Edit the event in your own editor ($VISUAL, $EDITOR)", priority=True),
        key("invoke.open", "ctrl+o", "open", "Open", "Open a saved event"),
        key("invoke.save", "ctrl+s", "save", "Save", "Save the event in function-events/"),
        key("invoke.back", "escape", "back", "Back", "Go to the result; again: to the functions"),
    ]  # fmt: skip

    def __init__(
        self,
        opened: OpenedFunctions,
        function: BackendFunction,
        starts: Sequence[Start],
        event: str = "",
    ) -> None:
        """``event`` is what to begin with; else the first ready event."""
        super().__init__(id="invoke")
        self._opened = opened
        self._function = function
        self._starts = starts
        self._first = event
        self._how: How = "sync"
        self._ready: Sequence[ReadyEvent] = ()
        self._known: Sequence[Any] = ()
        """Events of this function, as JSON: ready and past ones."""
        self._saved_as = ""
        self._is_running = False
        self._confirmed = not opened.is_production

    def compose(self) -> ComposeResult:
        """The event beside the result."""
        yield EnvironmentBanner()
        yield Static("", id="invoke-bar", markup=False)
        with Horizontal(id="invoke-columns"):
            editor = CodeEditor(JSON, "Event", id="event", numbers=True)
            editor.complete = lambda text, offset: complete_event(text, offset, self._known)
            with ProposingEditors(editor, id="event-editor") as editors:
                yield editor
                yield editors.proposals
            result = WrappedRows(id="invoke-result", classes="pane", filters=True)
            result.border_title = "Result"
            yield result
        yield KeyBar()

    def on_mount(self) -> None:
        """Begin with an event that fits."""
        self.editor.focus()
        self._show_bar()
        self.result.show_wrapped(
            [
                Row((("F5", STRONG), (" invokes ", TEXT), (self._function.name, STRONG))),
                Row(
                    (("F3 makes an event from what the project has, F4 takes a past one.", MUTED),)
                ),
            ]
        )
        if self._first:
            self.editor.text = pretty(self._first)
        self._make_ready()

    @property
    def editor(self) -> CodeEditor:
        """The event."""
        return self.query_one(CodeEditor)

    @property
    def result(self) -> WrappedRows:
        """What the last invocation came to."""
        return self.query_one("#invoke-result", WrappedRows)

    def _show_bar(self) -> None:
        parts = [f"Invoke {self._function.name}", _HOWS[self._how][0].lower()]
        if self._saved_as:
            parts.append(f"event {self._saved_as}")
        if self._is_running:
            parts.append("running …")
        self.query_one("#invoke-bar", Static).update(" · ".join(parts))

    # -- the event --------------------------------------------------------------------------------

    @work(group="ready", exclusive=True)
    async def _make_ready(self) -> None:
        self._ready = await asyncio.to_thread(self._read_ready)
        if not self.editor.text and self.is_mounted:
            self.editor.text = self._ready[0].text

    def _read_ready(self) -> Sequence[ReadyEvent]:
        """Ready events; they and past ones are what the editor completes from."""
        live = self._opened.live()
        ready = ready_events(self._opened, live, self._function, self._starts)
        try:
            past = past_invocations(self._opened, self._function, limit=_KNOWN)
        except FunctionsProblem:  # a help only: F4 says why there is no history
            past = ()
        texts = (*(each.text for each in ready), *(each.event for each in past if not each.is_cut))
        self._known = [json.loads(text) for text in texts if text]
        return ready

    @on(TextArea.Changed)
    def _edited(self) -> None:
        """Underline where the event is no JSON."""
        text = self.editor.text
        try:
            checked_event(text)
        except EventProblem as problem:
            lines = text.split("\n")
            at = sum(len(line) + 1 for line in lines[: max(0, problem.line - 1)])
            offset = at + max(0, problem.column - 1)
            self.editor.mark([(offset, offset + 1)] if problem.line else [])
            self.editor.show_problem(problem.what)
        else:
            self.editor.mark([])
            self.editor.show_problem("")

    def action_format(self) -> None:
        """Indent the event."""
        self._put(pretty(self.editor.text))

    def action_edit_outside(self) -> None:
        """Edit the event in the user's own editor."""
        edit_externally(self.shell, self.editor, "json")

    def _put(self, text: str) -> None:
        """Take another event; the change can be undone."""
        if text != self.editor.text:
            self.editor.replace(text, (0, 0), self.editor.document.end)
            self.editor.move_cursor((0, 0))
        self.editor.focus()

    @work(group="dialog")
    async def action_ready(self) -> None:
        """Choose a ready event."""
        if not self._ready:
            self._ready = await asyncio.to_thread(self._read_ready)
        text = await ask_ready(self.app.push_screen_wait, self._ready)
        if text is not None:
            self._saved_as = ""
            self._put(text)
            self._show_bar()

    @work(group="dialog")
    async def action_past(self) -> None:
        """Take a past invocation's event."""
        past = await ask_past(self.app.push_screen_wait, self.shell, self._opened, self._function)
        if past is not None:
            self._saved_as = ""
            self._put(pretty(past.event))
            self._show_bar()

    @work(group="dialog")
    async def action_open(self) -> None:
        """Open a saved event."""
        found = await ask_saved_event(
            self.app.push_screen_wait, self.shell, self._opened, self._function
        )
        if found is not None:
            self._saved_as, text = found
            self._put(text)
            self._show_bar()

    @work(group="dialog")
    async def action_save(self) -> None:
        """Save the event in the project."""
        folder = events_of(self._opened.root, self._function.name)
        name = self._saved_as
        if not name:
            form = FormScreen(
                "Save the event",
                [FormField("name", f"Name, in {folder.folder}/", "event")],
                lambda filled: "" if filled["name"].strip() else "Give it a name.",
                label="Save",
            )
            filled = await self.app.push_screen_wait(form)
            if filled is None:
                return
            name = filled["name"].strip()
        text, replace = self.editor.text, bool(self._saved_as)
        path = await asyncio.to_thread(folder.save, name, text, replace=replace)
        self._saved_as = path.name
        self._show_bar()
        self.shell.say(f"Saved {path.relative_to(self._opened.root)}")

    # -- invoking ---------------------------------------------------------------------------------

    @work(group="dialog")
    async def action_how(self) -> None:
        """Choose how it is invoked; many times asks for how many."""
        rows = [
            Row(((words, STRONG), (f"  {about}", MUTED)), name)
            for name, (words, about) in _HOWS.items()
        ]
        picker = PickerScreen("How to invoke", lambda text: matching(rows, text))
        chosen = await self.app.push_screen_wait(picker)
        if chosen == "many":
            await self._ask_many()
        elif chosen in ("sync", "async", "dry"):
            self._how = chosen  # type: ignore[assignment]
            self._show_bar()

    async def _ask_many(self) -> None:
        form = FormScreen(
            "Invoke many times",
            [
                FormField("count", "How many times", "100"),
                FormField("parallel", "At the same time", "10"),
            ],
            _many_problem,
            label="Invoke",
        )
        filled = await self.app.push_screen_wait(form)
        if filled is not None:
            self._run_many(int(filled["count"]), int(filled["parallel"]))

    def action_run(self) -> None:
        """Invoke with the event."""
        self._run()

    async def _may_run(self) -> bool:
        """Production is asked for once."""
        if not self._confirmed:
            rows = [
                Row(((f"{self._function.name} runs with the data of production.", TEXT),)),
                Row((("It may change data and send messages.", MUTED),)),
            ]
            screen = ConfirmScreen(
                f"Invoke in production ({self._opened.name})?", rows, "Invoke", "Do not invoke"
            )
            self._confirmed = await self.app.push_screen_wait(screen) is True
        return self._confirmed

    @work(group="invoke")
    async def _run(self) -> None:
        if self._is_running or not await self._may_run():
            return
        event, how = self.editor.text, self._how
        self._begin()
        try:
            outcome: Outcome | UserProblem = await asyncio.to_thread(
                invoke, self._opened, self._function, event, how
            )
        except UserProblem as problem:
            outcome = problem
        if isinstance(outcome, Outcome):
            self._end(outcome_rows(outcome))
        else:
            self._end(problem_rows(outcome))

    @work(group="invoke")
    async def _run_many(self, count: int, parallel: int) -> None:
        if self._is_running or not await self._may_run():
            return
        event = self.editor.text
        try:
            checked_event(event)
        except EventProblem as problem:
            self.result.show_wrapped(problem_rows(problem))
            return
        self._begin(f"{plural(count, 'invocation')}, {parallel} at a time …")
        summary: Summary = await asyncio.to_thread(
            invoke_many, self._opened, self._function, [event] * count, parallel=parallel,
            cancelled=lambda: not self.is_attached,
        )  # fmt: skip
        self._end(summary_rows(summary))

    def _begin(self, words: str = "") -> None:
        self._is_running = True
        self._show_bar()
        self.result.show_wrapped([Row(((words or f"Running {self._function.name} …", MUTED),))])

    def _end(self, rows: Sequence[Row]) -> None:
        self._is_running = False
        if not self.is_attached:
            return
        self._show_bar()
        self.result.show_wrapped(rows)
        self.result.action_first()

    # -- moving -----------------------------------------------------------------------------------

    def action_other(self) -> None:
        """Go to the other part."""
        (self.result if self.editor.has_focus else self.editor).focus()

    def action_back(self) -> None:
        """From the text to the result, then back to the functions."""
        if self.editor.has_focus:
            self.result.focus()
        else:
            self.app.pop_screen()


def _many_problem(filled: Filled) -> str:
    for name, most in (("count", _MOST), ("parallel", 1000)):
        text = filled[name].strip()
        if not text.isdigit() or not 1 <= int(text) <= most:
            return f"Write a number from 1 to {most:,}."
    return ""
