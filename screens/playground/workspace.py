"""The playground's tabs with their editors and results: what is written, run and shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Input

from screens.editing.code_editor import CodeEditor
from screens.playground.connection import Connection
from screens.playground.keys import KeyState
from screens.playground.operation_editors import OperationEditors
from screens.playground.operation_runner import NotRunnableError, Operation, OperationRunner
from screens.playground.result_pane import ResultPane
from screens.playground.results import Results, ResultSearch
from screens.playground.schema_change import mark_broken_tabs
from screens.playground.streams import Streams
from screens.playground.tab_strip import TabStrip
from screens.playground.tabs import TabContent, Tabs, TabStorage
from screens.ports import UsesShell
from workbench.playground.api import PlaygroundApi
from workbench.playground.history import History
from workbench.playground.run_as import As, RunAs, caller_of
from workbench.playground.schema_source import LoadedSchema


class Workspace(UsesShell, Vertical):
    """Keeps the tab in front, its editors, its results and the connection in step."""

    def __init__(
        self, open_api: Callable[[], PlaygroundApi], folder: Path, title: str, history: History
    ) -> None:
        """``folder`` keeps the tabs; ``title`` says which API ``open_api`` opens."""
        super().__init__(id="play-workspace")
        self._shown_keys: KeyState | None = None
        self._is_loaded = False
        self._first_caller = ""
        """The caller that another pane has chosen before the tabs were loaded."""
        streams = Streams(self.run_worker, self.post_message)
        self._runner = OperationRunner(history, streams, self.run_worker, self.post_message)
        self.tabs = Tabs()
        self._storage = TabStorage(folder, self.tabs, self.run_worker, self._warn)
        self.connection = Connection(open_api, title, self.run_worker, self.post_message)
        self._strip = TabStrip()
        self.editors = OperationEditors()
        self.results = Results(self.connection.who_may)
        self._search = ResultSearch()

    def compose(self) -> ComposeResult:
        """Tabs, editors on the left (wide) or above (narrow), results."""
        yield self._strip
        with Horizontal(id="play-columns"):
            yield self.editors
            yield self.results
        yield self._search

    async def on_mount(self) -> None:
        """Bring back what was open, and connect."""
        await self._storage.load()
        self._is_loaded = True
        if self._first_caller:
            self.tabs.active.run_as = self._first_caller
        self._show_tab()
        self.editors.operation.focus()
        self.connection.connect()

    async def on_unmount(self) -> None:
        """Save what is written, and close all connections."""
        self._storage.save_now()
        await self.connection.close()

    def _warn(self, text: str) -> None:
        self.shell.say(text, "warning")

    # -- showing ----------------------------------------------------------------------------------

    def _show_tab(self) -> None:
        tab = self.tabs.active
        self.editors.show(tab.text, tab.variables, tab.cursor)
        self._show_results()

    def _show_results(self) -> None:
        tab = self.tabs.active
        self.results.show(tab)
        self.set_class(tab.compares, "-comparing")
        self._show_strip()

    def _show_strip(self) -> None:
        caller = self.caller
        no_rules = " (no rules)" if caller.kind is As.ADMIN else ""
        self._strip.show_tabs(
            self.tabs.all,
            self.tabs.active,
            f"as {caller.label}{no_rules} ",
            f"· {self.connection.status} · {self.connection.title} ",
        )
        self._refresh_keys()

    def key_state(self, focused: Widget | None) -> KeyState:
        """What decides which keys work, with the focus there."""
        tab = self.tabs.active
        return KeyState(
            in_text=isinstance(focused, CodeEditor | Input),
            can_edit=self.shell.can_edit,
            is_connected=self.connection.api is not None,
            has_schema=self.connection.schema is not None,
            is_running=tab.is_live or tab.is_running,
            has_text=bool(tab.text) and not tab.text.isspace(),
            tabs=len(self.tabs.all),
        )

    def _refresh_keys(self) -> None:
        """Show the keys that work now, if they are others than before."""
        state = self.key_state(self.screen.focused)
        if state != self._shown_keys:
            self._shown_keys = state
            self.screen.refresh_bindings()

    # -- the connection ---------------------------------------------------------------------------

    @on(Connection.Changed)
    def _connection_changed(self) -> None:
        self._show_strip()

    @on(Connection.Failed)
    def _connection_failed(self) -> None:
        tab = self.tabs.active
        if tab.stream is None and not tab.outcomes:
            self.results.first.show_problem(self.connection.problem)
        self.editors.use_schema(None)
        self._show_strip()

    @on(Connection.Opened)
    def _connection_opened(self) -> None:
        self._show_results()

    @on(Connection.SchemaLoaded)
    def _schema_loaded(self, event: Connection.SchemaLoaded) -> None:
        self.editors.use_schema(event.schema.schema)
        self._show_strip()
        if event.before is not None and event.before.revision != event.schema.revision:
            self.run_worker(self._tell_broken(event.before, event.schema), group="broken")

    @on(Connection.NoSchema)
    def _no_schema(self, event: Connection.NoSchema) -> None:
        self._show_strip()
        self.shell.say(event.reason, "error")

    @on(Connection.Ready)
    def _ready(self, event: Connection.Ready) -> None:
        self.run_worker(self._suggest_caller(event.api), group="caller", exclusive=True)

    async def _tell_broken(self, before: LoadedSchema, after: LoadedSchema) -> None:
        self.keep()
        messages = await mark_broken_tabs(list(self.tabs.all), before.schema, after.schema)
        self._show_strip()
        for text, severity in messages:
            self.shell.say(text, severity)

    async def _suggest_caller(self, api: PlaygroundApi) -> None:
        """Let tabs without a caller run as somebody whom the authorization rules apply to."""
        tabs = [each for each in self.tabs.all if not each.run_as]
        caller = await api.suggest_caller() if tabs else None
        if caller is None or api is not self.connection.api:
            return
        for each in tabs:
            each.run_as = each.run_as or caller.label
        self._show_strip()
        self._storage.save_soon()

    # -- tabs -------------------------------------------------------------------------------------

    def keep(self) -> None:
        """Take what the editors hold into the tab in front."""
        tab, editors = self.tabs.active, self.editors
        tab.text, tab.cursor = editors.operation.text, editors.operation.offset_at_cursor
        tab.variables = editors.variables.text

    def tab_changed(self) -> None:
        """Show and save what was changed of the tab in front, but for its texts."""
        self._show_strip()
        self._storage.save_soon()

    def _show_other(self) -> None:
        self._show_tab()
        self._storage.save_soon()

    @on(TabStrip.Chosen)
    def _tab_chosen(self, event: TabStrip.Chosen) -> None:
        self.keep()
        self.tabs.go_to(event.tab)
        self._show_other()

    def step_tab(self, step: int) -> None:
        """Go to a neighbouring tab."""
        self.keep()
        self.tabs.step(step)
        self._show_other()

    def new_tab(self) -> None:
        """Open another tab."""
        self.keep()
        self.tabs.add()
        self._show_other()
        self.editors.operation.focus()

    def close_tab(self) -> None:
        """Close the tab in front; its stream ends."""
        self.stop()
        self.tabs.close()
        self._show_other()

    def open(self, content: TabContent | None) -> None:
        """Open what was chosen, if anything was."""
        if content is not None:
            self.keep()
            self.tabs.open(content)
            self._show_other()
            self.editors.operation.focus()

    # -- editing ----------------------------------------------------------------------------------

    @on(OperationEditors.Changed)
    def _edited(self) -> None:
        self.keep()
        self._storage.save_soon()
        self._show_strip()

    @on(OperationEditors.Checked)
    def _checked(self, event: OperationEditors.Checked) -> None:
        tab = self.tabs.active
        if tab.broken and event.is_clean and tab.text == event.text:
            tab.broken = False
            self._show_strip()

    @on(ResultPane.EditAsked)
    def _edit_asked(self) -> None:
        self.editors.operation.focus()

    # -- running ----------------------------------------------------------------------------------

    @property
    def caller(self) -> RunAs:
        """Who runs the operations of the tab in front."""
        api = self.connection.api
        return caller_of(self.tabs.active.run_as, api.endpoint if api is not None else None)

    def run_as(self, caller: str) -> None:
        """Run the operations of the tab in front as this caller."""
        if self._is_loaded:
            self.tabs.active.run_as = caller
            self.tab_changed()
        else:
            self._first_caller = caller

    def run(self, callers: Sequence[RunAs], changes: Mapping[str, object]) -> None:
        """Run the operation at the cursor, or say why not; then the last result stays."""
        self.keep()
        tab = self.tabs.active
        try:
            self._runner.run(tab, self._operation(changes), callers)
        except NotRunnableError as problem:
            tab.problem = str(problem)
            self._show_results()
            return
        if tab.stream is not None and len(callers) > 1:
            self.shell.say("A subscription has one caller: use another tab for the other.")
        self.results.show_started(tab)
        self.set_class(tab.compares, "-comparing")
        self._show_strip()

    def _operation(self, changes: Mapping[str, object]) -> Operation:
        api, schema = self.connection.api, self.connection.schema
        if api is None:
            problem = self.connection.problem or "Not connected yet. Connecting …"
            raise NotRunnableError(problem)
        definition = self.editors.checks.operation_at_cursor()
        if definition is None:
            raise NotRunnableError("There is no operation at the cursor.")
        return Operation(api, definition, schema.schema if schema else None, changes)

    def stop(self) -> None:
        """End the stream of this tab, or cancel its requests."""
        tab = self.tabs.active
        if tab.is_live or tab.is_running:
            self._runner.stop(tab)
            self._show_results()

    @on(OperationRunner.Changed)
    def _run_changed(self, event: OperationRunner.Changed) -> None:
        tab, outcome = event.tab, event.outcome
        if tab is self.tabs.active:
            self.results.update(tab, outcome)
            if tab.outcomes and tab.outcomes[0].run == outcome.run and outcome.trace is None:
                self.editors.checks.mark_errors(outcome)
        self._show_strip()

    @on(OperationRunner.NotInHistory)
    def _not_in_history(self, event: OperationRunner.NotInHistory) -> None:
        self._warn(f"Could not save the run in the history: {event.reason}")

    @on(Streams.Changed)
    def _stream_changed(self, event: Streams.Changed) -> None:
        if event.tab is self.tabs.active:
            self.results.stream_changed(event.tab, event.stream)
        if event.stream.end:
            self._show_strip()

    @on(ResultPane.NextPageAsked)
    def _next_page(self, event: ResultPane.NextPageAsked) -> None:
        operation = self.editors.checks.operation_at_cursor()
        if operation is None or "nextToken" not in operation.variables:
            self._warn("Declare $nextToken: String in the operation, and pass it to the field")
            return
        callers = [each.caller for each in self.tabs.active.outcomes] or [self.caller]
        self.run(callers[:1], {"nextToken": event.token})

    @on(ResultPane.ErrorChosen)
    def _error_chosen(self, event: ResultPane.ErrorChosen) -> None:
        problem = self.editors.checks.go_to_error(event.outcome, event.number)
        if problem:
            self._warn(problem)

    # -- focus ------------------------------------------------------------------------------------

    @on(ResultPane.SearchAsked)
    def _search_asked(self, event: ResultPane.SearchAsked) -> None:
        self._search.begin(event.pane)

    def focus_next_part(self) -> None:
        """Go to the next part of the screen."""
        editors, results = self.editors, self.results
        order = (editors.operation, editors.variables, results.first, results.second)
        parts = [each for each in order if each.display]
        at = next((index for index, each in enumerate(parts) if each.has_focus), -1)
        parts[(at + 1) % len(parts)].focus()

    def on_descendant_focus(self) -> None:
        """The narrow layout gives more room to the editors or to the results."""
        self.set_class(isinstance(self.screen.focused, ResultPane), "-at-result")
        self.screen.refresh_bindings()

    def leave_text(self) -> None:
        """Leave the text for the result; a search ends, an editor keeps its text."""
        if self._search.display:
            self._search.value = ""
            self._search.end()
        else:
            self.screen.set_focus(self.results.first)

    def end_search(self) -> bool:
        """End the search in the result; False if there is none."""
        searched = bool(self._search.value)
        self._search.value = ""
        return searched
