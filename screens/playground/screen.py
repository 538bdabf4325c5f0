"""The playground's screen: tabs, the two editors, the result, and what each key asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any, ClassVar, Self

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.css.query import NoMatches
from textual.widgets import Input, TextArea
from textual.worker import Worker

from screens.messages import OpenPane, OpenPlayground
from screens.pane import PaneContext, PaneScreen
from screens.playground.bindings import SCREEN_BINDINGS
from screens.playground.code_editor import CodeEditor
from screens.playground.connection import Connection
from screens.playground.operation_runner import Running
from screens.playground.pickers import (
    ask_caller,
    ask_export,
    ask_field,
    ask_place,
    ask_run,
    ask_saved,
)
from screens.playground.proposal_list import ProposalList
from screens.playground.result_pane import ResultPane
from screens.playground.save_result import ask_and_save
from screens.playground.schema_checks import Checking
from screens.playground.streams import Streams
from screens.playground.tab_state import Sheet
from screens.playground.tab_strip import TabStrip
from screens.playground.tabs import Desk
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from workbench.playground.api import PlaygroundApi
from workbench.playground.highlighting import GRAPHQL, JSON
from workbench.playground.history import History
from workbench.playground.run_as import parse_run_as
from workbench.playground.saved_operations import NotSavedError, save

_PARTS = ("#tab-strip", "#query", "#variables", "#result", "#result-other")


class PlaygroundScreen(PaneScreen, inherit_bindings=False):
    """Stays alive behind the sandbox's screen, so that its streams go on."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (100, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = SCREEN_BINDINGS

    def __init__(
        self, open_api: Callable[[], PlaygroundApi], folder: Path, root: Path, title: str
    ) -> None:
        super().__init__(id="playground")
        self._root = root
        self._searched_pane: ResultPane | None = None
        self._state: tuple[object, ...] = ()
        self.desk = Desk(self, folder)
        self.history = History(folder)
        self.connection = Connection(self, open_api, title)
        self.checking = Checking(self)
        self.running = Running(self)
        self.streams = Streams(self)

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """The playground of the selected environment's API."""
        info = context.sandbox.info
        return cls(context.open_api, info.sandbox_dir, info.root, context.title)

    def compose(self) -> ComposeResult:
        """Tabs, editors on the left (wide) or above (narrow), results, keys."""
        yield EnvironmentBanner()
        yield TabStrip()
        with Horizontal(id="play-columns"):
            with Vertical(id="play-left"):
                query = CodeEditor(GRAPHQL, self.checking.complete_query, id="query", numbers=True)
                query.border_title = "Operation"
                query.add_class("pane")
                yield query
                variables = CodeEditor(JSON, self.checking.complete_variables, id="variables")
                variables.border_title = "Variables"
                variables.add_class("pane")
                yield variables
            with Horizontal(id="play-results"):
                yield ResultPane(id="result")
                yield ResultPane(id="result-other")
        yield Input(id="result-search", placeholder="search in the result")
        yield ProposalList()
        yield KeyBar()

    async def on_mount(self) -> None:
        """Bring back what was open, and connect."""
        self.other_pane.display = False
        self.result_pane.who_may = self.other_pane.who_may = self.checking.who_may
        self.query_one("#result-search").display = False
        warning = await asyncio.to_thread(self.desk.sheets.load)
        if warning:
            self.shell.say(warning, "warning")
        self.desk.show()
        self.query_editor.focus()
        self.connection.connect()

    # -- parts ------------------------------------------------------------------------------------

    @property
    def query_editor(self) -> CodeEditor:
        """The editor of the operations."""
        return self.query_one("#query", CodeEditor)

    @property
    def variables_editor(self) -> CodeEditor:
        """The editor of their variables."""
        return self.query_one("#variables", CodeEditor)

    @property
    def result_pane(self) -> ResultPane:
        """The result, or the stream."""
        return self.query_one("#result", ResultPane)

    @property
    def other_pane(self) -> ResultPane:
        """The second caller's result, where two are compared."""
        return self.query_one("#result-other", ResultPane)

    @property
    def sheet(self) -> Sheet:
        """The tab in front."""
        return self.desk.sheet

    @property
    def api(self) -> PlaygroundApi | None:
        """The API, once it is open."""
        return self.connection.api

    def deployed(self) -> None:
        """A deployment has ended: the API may be another, its schema and callers too."""
        if self.connection.address is None:
            self.connection.anew()

    def opened_by(self, message: OpenPane) -> None:
        """Take the caller that another pane has chosen."""
        if isinstance(message, OpenPlayground) and message.caller:
            self.run_as(message.caller)

    def sign_ins_changed(self) -> None:
        """A user has changed: read the saved sign-ins again."""
        if self.api is not None:
            self.api.forget_callers()

    def run_as(self, caller: str) -> None:
        """Let the tab in front run as this caller."""
        self.sheet.run_as = caller
        if self.is_mounted:
            self.desk.show_names()
            self.desk.save_soon()

    def begin(
        self, work: Coroutine[Any, Any, None], *, group: str, exclusive: bool = False
    ) -> Worker[None]:
        """Start something that goes on beside the keys, until the screen goes away."""

        async def while_here() -> None:
            try:
                await work
            except NoMatches:
                # The parts of a screen that goes away are gone before its workers are cancelled.
                if all(self.query(part) for part in _PARTS):
                    raise

        return self.run_worker(while_here(), group=group, exclusive=exclusive)

    # -- tabs -------------------------------------------------------------------------------------

    @on(TabStrip.Chosen)
    def _tab_chosen(self, event: TabStrip.Chosen) -> None:
        self.desk.go_to(event.tab)

    def action_new_tab(self) -> None:
        """Open another tab."""
        self.desk.add()
        self.query_editor.focus()

    def action_close_tab(self) -> None:
        """Close the tab in front; its stream ends."""
        self.action_stop()
        self.desk.close()

    def action_step_tab(self, step: int) -> None:
        """Go to a neighbouring tab."""
        self.desk.step(step)

    # -- editing ----------------------------------------------------------------------------------

    @on(TextArea.Changed)
    def _changed(self) -> None:
        self.desk.keep()
        self.checking.check()
        self.desk.save_soon()
        self.desk.show_names()

    @on(TextArea.SelectionChanged, "#query")
    def _moved(self) -> None:
        self.checking.tell()

    def action_prettify(self) -> None:
        """Lay the operation out anew."""
        self.checking.prettify()

    def action_edit_outside(self) -> None:
        """Edit the text that has the focus, or the operation, in the user's own editor."""
        from screens.playground.external_editor import edit_outside

        editor = self.focused if isinstance(self.focused, CodeEditor) else self.query_editor
        edit_outside(self.shell, editor, "json" if editor is self.variables_editor else "graphql")

    @on(ResultPane.EditAsked)
    def _edit_asked(self) -> None:
        self.query_editor.focus()

    @on(CodeEditor.Proposed)
    def _proposed(self, event: CodeEditor.Proposed) -> None:
        editor, proposals = event.editor, event.proposals
        only = (
            len(proposals) == 1
            and proposals[0].insert.strip(": ")
            == editor.text[proposals[0].start : proposals[0].end]
        )
        if only or not editor.has_focus:
            proposals = ()
        offset = editor.cursor_screen_offset
        self.query_one(ProposalList).show_proposals(proposals, offset, self.size)
        editor.offers = bool(proposals)

    @on(CodeEditor.KeyForProposals)
    def _proposal_key(self, event: CodeEditor.KeyForProposals) -> None:
        listed = self.query_one(ProposalList)
        editor = self.focused
        if not isinstance(editor, CodeEditor):
            return
        if event.key in ("up", "down"):
            listed.cursor += 1 if event.key == "down" else -1
            return
        if event.key in ("enter", "tab"):
            self._take_proposal(editor, listed)
        else:
            self._close_proposals(editor, listed)

    @on(ProposalList.Clicked)
    def _proposal_clicked(self, event: ProposalList.Clicked) -> None:
        if isinstance(self.focused, CodeEditor):
            self._take_proposal(self.focused, event.view)

    def _take_proposal(self, editor: CodeEditor, listed: ProposalList) -> None:
        if listed.chosen is not None:
            editor.take(listed.chosen)
        self._close_proposals(editor, listed)

    def _close_proposals(self, editor: CodeEditor, listed: ProposalList) -> None:
        listed.hide()
        editor.offers = False

    # -- running ----------------------------------------------------------------------------------

    def action_run(self) -> None:
        """Run the operation at the cursor; the keys are for the result then, whatever it is."""
        self.set_focus(self.result_pane)
        self.running.run([self.running.caller()])

    def action_stop(self) -> None:
        """End the stream of this tab, or give up its request."""
        self.streams.end(self.sheet)
        if self.sheet.is_running:
            self.running.cancel(self.sheet)
            self.desk.show_outcome()

    @on(ResultPane.NextPageAsked)
    def _next_page(self, event: ResultPane.NextPageAsked) -> None:
        operation = self.checking.operation()
        if operation is None or "nextToken" not in operation.variables:
            self.shell.say("Declare $nextToken: String in the operation and pass it on", "warning")
            return
        callers = [each.caller for each in self.sheet.outcomes] or [self.running.caller()]
        self.running.run(callers[:1], {"nextToken": event.token})

    @on(ResultPane.ErrorChosen)
    def _error_chosen(self, event: ResultPane.ErrorChosen) -> None:
        self.checking.go_to_error(event.outcome, event.number)

    # -- dialogs ----------------------------------------------------------------------------------

    @work(group="dialog")
    async def action_caller(self) -> None:
        """Choose who runs the operations of this tab."""
        chosen = await ask_caller(self, "Run as", self.running.caller())
        if chosen is not None:
            self.sheet.run_as = chosen
            self.desk.show_names()
            self.desk.save_soon()

    @work(group="dialog")
    async def action_compare(self) -> None:
        """Run as this caller and as another, side by side."""
        now = self.running.caller()
        chosen = await ask_caller(self, f"Compare {now.label} with", now)
        if chosen is not None:
            self.running.run([now, parse_run_as(chosen)])

    @work(group="dialog")
    async def action_place(self) -> None:
        """Go to another API, or back to the sandbox's own."""
        chosen = await ask_place(self)
        if chosen is not None:
            self.connection.go_to(chosen[0])

    @work(group="dialog")
    async def action_schema(self) -> None:
        """Search the schema; write an operation for what is picked."""
        schema = self.connection.schema
        if schema is None:
            self.shell.say("The schema is not here yet", "warning")
            return
        for written in await ask_field(self, schema.schema):
            variables = written.variables if written.variables != "{}" else ""
            self.desk.open_text(written.text, variables)

    @work(group="dialog")
    async def action_history(self) -> None:
        """Search what was run, and open it again."""
        run = await ask_run(self, self.history)
        if run is not None:
            self.desk.open_text(run.query, run.variables if run.variables != "{}" else "")
            self.sheet.run_as = run.run_as if run.run_as not in ("lambda", "plain") else ""
            self.desk.show_names()

    @work(group="dialog")
    async def action_open(self) -> None:
        """Open a saved operation."""
        found = await ask_saved(self, self._root)
        if found is not None:
            self.desk.open_text(found[1], file=found[0])

    @work(group="dialog")
    async def action_save(self) -> None:
        """Save the text of this tab in the project's graphql/ folder."""
        self.desk.keep()
        sheet = self.sheet
        name = sheet.file or f"{sheet.title}.graphql"
        try:
            path = await asyncio.to_thread(
                save, self._root, name, sheet.text, replace=bool(sheet.file)
            )
        except NotSavedError as problem:
            self.shell.say(str(problem), "error")
            return
        sheet.file = name
        self.shell.say(f"Saved {path.relative_to(self._root)}")
        self.desk.show_names()
        self.desk.save_soon()

    @on(ResultPane.ExportAsked)
    @work(group="dialog")
    async def _export(self, event: ResultPane.ExportAsked) -> None:
        found = await ask_export(self, event.pane.outcome)
        if found is not None:
            self.shell.copy(found[1], found[0])

    @on(ResultPane.SaveAsked)
    @work(group="dialog")
    async def _save_result(self, event: ResultPane.SaveAsked) -> None:
        await ask_and_save(self, self._root, event.text, event.kind)

    # -- search -----------------------------------------------------------------------------------

    @on(ResultPane.SearchAsked)
    def _search(self, event: ResultPane.SearchAsked) -> None:
        self._searched_pane = event.pane
        line = self.query_one("#result-search", Input)
        line.display = True
        line.focus()

    @on(Input.Changed, "#result-search")
    def _searched(self, event: Input.Changed) -> None:
        if self._searched_pane is not None:
            self._searched_pane.search(event.value)

    @on(Input.Submitted, "#result-search")
    def _search_done(self) -> None:
        self.query_one("#result-search").display = False
        (self._searched_pane or self.result_pane).focus()

    # -- the rest ---------------------------------------------------------------------------------

    def action_other(self) -> None:
        """Go to the next part of the screen."""
        order = (self.query_editor, self.variables_editor, self.result_pane, self.other_pane)
        parts = [each for each in order if each.display]
        at = next((index for index, each in enumerate(parts) if each.has_focus), -1)
        parts[(at + 1) % len(parts)].focus()

    def on_descendant_focus(self) -> None:
        """The narrow layout gives more room to the editors or to the results."""
        self.set_class(isinstance(self.focused, ResultPane), "-at-result")
        self.refresh_bindings()

    def on_resize(self) -> None:
        """Findings are told elsewhere in the narrow layout."""
        self.call_after_refresh(self.checking.tell)

    def action_leave_text(self) -> None:
        """Out of the text that is typed: the search line goes, an editor keeps its text."""
        search = self.query_one("#result-search", Input)
        if search.display:
            search.value = ""
            self._search_done()
        else:
            self.set_focus(self.result_pane)

    def action_back(self) -> None:
        """Back to the sandbox; a search in the result ends first."""
        search = self.query_one("#result-search", Input)
        if search.value:
            search.value = ""
            return
        self.desk.keep()
        self.desk.save_soon()
        self.leave()

    async def on_unmount(self) -> None:
        """Keep what is written, and end all connections."""
        self.desk.save_now()
        await self.connection.close()

    def state_changed(self) -> None:
        """Tell the keys that work now, where they are others."""
        sheet = self.sheet
        state = (
            self.api is not None,
            self.connection.schema is not None,
            sheet.is_live,
            sheet.is_running,
            bool(sheet.text.strip()),
            len(self.desk.sheets.all),
        )
        if state != self._state:
            self._state = state
            self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        in_text = isinstance(self.focused, CodeEditor | Input)
        if action == "leave_text":
            return in_text
        if action == "back":
            return not in_text
        if action == "edit_outside":
            return self.shell.can_edit
        if action == "stop":
            return self.sheet.is_live or self.sheet.is_running
        if action == "schema":
            return self.connection.schema is not None
        if action in ("caller", "compare"):
            return self.api is not None
        if action in ("prettify", "save"):
            return bool(self.sheet.text.strip())
        if action == "step_tab":
            return len(self.desk.sheets.all) > 1
        return super().check_action(action, parameters)
