"""The playground's screen: puts its parts together, and takes the messages of one to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Self

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widgets import Input

from screens.messages import OpenPane, OpenPlayground
from screens.pane import PaneContext, PaneScreen
from screens.playground.address_picker import ask_address
from screens.playground.code_editor import CodeEditor
from screens.playground.connection import Connection
from screens.playground.external_editor import edit_externally
from screens.playground.keys import SCREEN_BINDINGS, KeyState
from screens.playground.operation_editors import OperationEditors
from screens.playground.operation_runner import NotRunnableError, Operation, OperationRunner
from screens.playground.pickers import ask_caller, ask_export, ask_field, ask_run, ask_saved
from screens.playground.result_pane import ResultPane
from screens.playground.results import Results, ResultSearch
from screens.playground.saving import ask_and_save, save_tab
from screens.playground.schema_change import mark_broken_tabs
from screens.playground.streams import Streams
from screens.playground.tab_strip import TabStrip
from screens.playground.tabs import TabContent, Tabs, TabStorage
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from workbench.playground.api import PlaygroundApi
from workbench.playground.formatter import NotFormattedProblem
from workbench.playground.history import History
from workbench.playground.run_as import As, RunAs, caller_of, parse_run_as
from workbench.playground.schema_source import LoadedSchema


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
        """``folder`` keeps the tabs, the history and addresses; ``root`` is the project's."""
        super().__init__(id="playground")
        self._folder = folder
        self._root = root
        self._shown_keys: KeyState | None = None
        self._is_loaded = False
        self._first_caller = ""
        """The caller that another pane has chosen before the tabs were loaded."""
        self._history = History(folder)
        streams = Streams(self.run_worker, self.post_message)
        self._runner = OperationRunner(self._history, streams, self.run_worker, self.post_message)
        self.tabs = Tabs()
        self._storage = TabStorage(folder, self.tabs, self.run_worker, self._warn)
        self.connection = Connection(open_api, title, self.run_worker, self.post_message)
        self._strip = TabStrip()
        self.editors = OperationEditors()
        self.results = Results(self.connection.who_may)
        self._search = ResultSearch()

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """The playground of the selected environment's API."""
        info = context.sandbox.info
        return cls(context.open_api, info.sandbox_dir, info.root, context.title)

    def compose(self) -> ComposeResult:
        """Tabs, editors on the left (wide) or above (narrow), results, keys."""
        yield EnvironmentBanner()
        yield self._strip
        with Horizontal(id="play-columns"):
            yield self.editors
            yield self.results
        yield self._search
        yield KeyBar()

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

    # -- as the app sees it -----------------------------------------------------------------------

    def opened_by(self, message: OpenPane) -> None:
        """Take the caller that another pane has chosen."""
        if not isinstance(message, OpenPlayground) or not message.caller:
            return
        if self._is_loaded:
            self._run_as(message.caller)
        else:
            self._first_caller = message.caller

    def deployed(self) -> None:
        """Open the API again: it may be another, with another schema and other callers."""
        if self.connection.address is None:
            self.connection.reconnect()

    def sign_ins_changed(self) -> None:
        """A user has changed: read the saved sign-ins again."""
        if self.connection.api is not None:
            self.connection.api.forget_callers()

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
        caller = self._caller()
        no_rules = " (no rules)" if caller.kind is As.ADMIN else ""
        self._strip.show_tabs(
            self.tabs.all,
            self.tabs.active,
            f"as {caller.label}{no_rules} ",
            f"· {self.connection.status} · {self.connection.title} ",
        )
        self._refresh_keys()

    def _key_state(self) -> KeyState:
        tab = self.tabs.active
        return KeyState(
            in_text=isinstance(self.focused, CodeEditor | Input),
            can_edit=self.shell.can_edit,
            is_connected=self.connection.api is not None,
            has_schema=self.connection.schema is not None,
            is_running=tab.is_live or tab.is_running,
            has_text=bool(tab.text) and not tab.text.isspace(),
            tabs=len(self.tabs.all),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        allowed = self._key_state().allows(action)
        return super().check_action(action, parameters) if allowed is None else allowed

    def _refresh_keys(self) -> None:
        """Show the keys that work now, if they are others than before."""
        state = self._key_state()
        if state != self._shown_keys:
            self._shown_keys = state
            self.refresh_bindings()

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
        self._keep()
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

    def _keep(self) -> None:
        """Take what the editors hold into the tab in front."""
        tab, editors = self.tabs.active, self.editors
        tab.text, tab.cursor = editors.operation.text, editors.operation.offset_at_cursor
        tab.variables = editors.variables.text

    def _tab_changed(self) -> None:
        self._show_tab()
        self._storage.save_soon()

    @on(TabStrip.Chosen)
    def _tab_chosen(self, event: TabStrip.Chosen) -> None:
        self._keep()
        self.tabs.go_to(event.tab)
        self._tab_changed()

    def action_step_tab(self, step: int) -> None:
        """Go to a neighbouring tab."""
        self._keep()
        self.tabs.step(step)
        self._tab_changed()

    def action_new_tab(self) -> None:
        """Open another tab."""
        self._keep()
        self.tabs.add()
        self._tab_changed()
        self.editors.operation.focus()

    def action_close_tab(self) -> None:
        """Close the tab in front; its stream ends."""
        self.action_stop()
        self.tabs.close()
        self._tab_changed()

    def _open(self, content: TabContent | None) -> None:
        if content is not None:
            self._keep()
            self.tabs.open(content)
            self._tab_changed()
            self.editors.operation.focus()

    # -- editing ----------------------------------------------------------------------------------

    @on(OperationEditors.Changed)
    def _edited(self) -> None:
        self._keep()
        self._storage.save_soon()
        self._show_strip()

    @on(OperationEditors.Checked)
    def _checked(self, event: OperationEditors.Checked) -> None:
        tab = self.tabs.active
        if tab.broken and event.is_clean and tab.text == event.text:
            tab.broken = False
            self._show_strip()

    def action_format(self) -> None:
        """Format the operations of the tab."""
        try:
            self.editors.format()
        except NotFormattedProblem as problem:
            self._warn(f"Could not format: {problem}")

    def action_edit_outside(self) -> None:
        """Edit the text that has the focus, or the operation, in the user's own editor."""
        editors = self.editors
        if editors.variables.has_focus:
            edit_externally(self.shell, editors.variables, "json")
        else:
            edit_externally(self.shell, editors.operation, "graphql")

    @on(ResultPane.EditAsked)
    def _edit_asked(self) -> None:
        self.editors.operation.focus()

    # -- running ----------------------------------------------------------------------------------

    def _caller(self) -> RunAs:
        """Who runs the operations of the tab in front."""
        api = self.connection.api
        return caller_of(self.tabs.active.run_as, api.endpoint if api is not None else None)

    def _run_as(self, caller: str) -> None:
        self.tabs.active.run_as = caller
        self._show_strip()
        self._storage.save_soon()

    def action_run(self) -> None:
        """Run the operation at the cursor; the focus goes to the result, whatever it is."""
        self.set_focus(self.results.first)
        self._run([self._caller()], {})

    def _run(self, callers: Sequence[RunAs], changes: Mapping[str, object]) -> None:
        """Run the operation at the cursor, or say why not; then the last result stays."""
        self._keep()
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

    def action_stop(self) -> None:
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
        callers = [each.caller for each in self.tabs.active.outcomes] or [self._caller()]
        self._run(callers[:1], {"nextToken": event.token})

    @on(ResultPane.ErrorChosen)
    def _error_chosen(self, event: ResultPane.ErrorChosen) -> None:
        problem = self.editors.checks.go_to_error(event.outcome, event.number)
        if problem:
            self._warn(problem)

    # -- dialogs ----------------------------------------------------------------------------------

    @work(group="dialog")
    async def action_caller(self) -> None:
        """Choose who runs the operations of this tab."""
        if self.connection.api is not None:
            ask, api = self.app.push_screen_wait, self.connection.api
            chosen = await ask_caller(ask, self.shell, api, "Run as", self._caller())
            if chosen is not None:
                self._run_as(chosen)

    @work(group="dialog")
    async def action_compare(self) -> None:
        """Run as this caller and as another, side by side."""
        if self.connection.api is not None:
            ask, api, caller = self.app.push_screen_wait, self.connection.api, self._caller()
            title = f"Compare {caller.label} with"
            chosen = await ask_caller(ask, self.shell, api, title, caller)
            if chosen is not None:
                self._run([caller, parse_run_as(chosen)], {})

    @work(group="dialog")
    async def action_address(self) -> None:
        """Connect to another API, or back to the sandbox's own."""
        ask, address = self.app.push_screen_wait, self.connection.address
        chosen = await ask_address(ask, self.shell, self._folder, address)
        if chosen is not None:
            for tab in self.tabs.all:
                tab.broken = False
            self.connection.go_to(chosen[0])

    def action_reload(self) -> None:
        """Read the schema again."""
        self.connection.reconnect()

    @work(group="dialog")
    async def action_schema(self) -> None:
        """Search the schema; write an operation for what is picked."""
        if self.connection.schema is not None:
            schema = self.connection.schema.schema
            self._open(await ask_field(self.app.push_screen_wait, schema))

    @work(group="dialog")
    async def action_history(self) -> None:
        """Search the earlier runs, and open one again."""
        self._open(await ask_run(self.app.push_screen_wait, self.shell, self._history))

    @work(group="dialog")
    async def action_open(self) -> None:
        """Open a saved operation."""
        self._open(await ask_saved(self.app.push_screen_wait, self.shell, self._root))

    @work(group="dialog")
    async def action_save(self) -> None:
        """Save the text of this tab in the project's graphql/ folder."""
        self._keep()
        await save_tab(self.shell, self._root, self.tabs.active)
        self._show_strip()
        self._storage.save_soon()

    @on(ResultPane.ExportAsked)
    @work(group="dialog")
    async def _export(self, event: ResultPane.ExportAsked) -> None:
        if self.connection.api is not None:
            ask, endpoint = self.app.push_screen_wait, self.connection.api.endpoint
            found = await ask_export(ask, endpoint, event.caller, event.request, event.result)
            if found is not None:
                self.shell.copy(found[1], found[0])

    @on(ResultPane.SaveAsked)
    @work(group="dialog")
    async def _save_result(self, event: ResultPane.SaveAsked) -> None:
        await ask_and_save(self.app.push_screen_wait, self.shell, self._root, event.content)

    # -- focus and keys ---------------------------------------------------------------------------

    @on(ResultPane.SearchAsked)
    def _search_asked(self, event: ResultPane.SearchAsked) -> None:
        self._search.begin(event.pane)

    def action_other(self) -> None:
        """Go to the next part of the screen."""
        editors, results = self.editors, self.results
        order = (editors.operation, editors.variables, results.first, results.second)
        parts = [each for each in order if each.display]
        at = next((index for index, each in enumerate(parts) if each.has_focus), -1)
        parts[(at + 1) % len(parts)].focus()

    def on_descendant_focus(self) -> None:
        """The narrow layout gives more room to the editors or to the results."""
        self.set_class(isinstance(self.focused, ResultPane), "-at-result")
        self.refresh_bindings()

    def action_leave_text(self) -> None:
        """Leave the text for the result; a search ends, an editor keeps its text."""
        if self._search.display:
            self._search.value = ""
            self._search.end()
        else:
            self.set_focus(self.results.first)

    def action_back(self) -> None:
        """Back to the sandbox; a search in the result ends first."""
        if self._search.value:
            self._search.value = ""
            return
        self._keep()
        self._storage.save_soon()
        self.leave()
