"""The playground's screen: hands keys to the workspace, and asks by dialogs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Self

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType

from screens.editing.code_editor import CODE_CLASSES
from screens.editing.external_editor import edit_externally
from screens.messages import OpenPane, OpenPlayground
from screens.pane import PaneContext, PaneScreen
from screens.playground.address_picker import ask_address
from screens.playground.keys import SCREEN_BINDINGS
from screens.playground.pickers import ask_caller, ask_export, ask_field, ask_run, ask_saved
from screens.playground.result_pane import ResultPane
from screens.playground.saving import ask_and_save, save_tab
from screens.playground.workspace import Workspace
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from workbench.playground.api import PlaygroundApi
from workbench.playground.formatter import NotFormattedProblem
from workbench.playground.history import History
from workbench.playground.run_as import parse_run_as


class PlaygroundScreen(PaneScreen, inherit_bindings=False):
    """Stays alive behind the sandbox's screen, so that its streams go on."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (100, "-wide"),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = set(CODE_CLASSES)
    BINDINGS: ClassVar[list[BindingType]] = SCREEN_BINDINGS

    def __init__(
        self, open_api: Callable[[], PlaygroundApi], folder: Path, root: Path, title: str
    ) -> None:
        """``folder`` keeps the tabs, the history and addresses; ``root`` is the project's."""
        super().__init__(id="playground")
        self._folder = folder
        self._root = root
        self._history = History(folder)
        self.workspace = Workspace(open_api, folder, title, self._history)

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """The playground of the selected environment's API."""
        info = context.sandbox.info
        return cls(context.open_api, info.sandbox_dir, info.root, context.title)

    def compose(self) -> ComposeResult:
        """The workspace below the banner of another environment, and the keys."""
        yield EnvironmentBanner()
        yield self.workspace
        yield KeyBar()

    def opened_by(self, message: OpenPane) -> None:
        """Take the caller that another pane has chosen."""
        if isinstance(message, OpenPlayground) and message.caller:
            self.workspace.run_as(message.caller)

    def deployed(self) -> None:
        """Open the API again: it may be another, with another schema and other callers."""
        if self.workspace.connection.address is None:
            self.workspace.connection.reconnect()

    def sign_ins_changed(self) -> None:
        """A user has changed: read the saved sign-ins again."""
        if self.workspace.connection.api is not None:
            self.workspace.connection.api.forget_callers()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        allowed = self.workspace.key_state(self.focused).allows(action)
        return super().check_action(action, parameters) if allowed is None else allowed

    # -- tabs and running -------------------------------------------------------------------------

    def action_step_tab(self, step: int) -> None:
        """Go to a neighbouring tab."""
        self.workspace.step_tab(step)

    def action_new_tab(self) -> None:
        """Open another tab."""
        self.workspace.new_tab()

    def action_close_tab(self) -> None:
        """Close the tab in front; its stream ends."""
        self.workspace.close_tab()

    def action_run(self) -> None:
        """Run the operation at the cursor; the focus goes to the result, whatever it is."""
        self.set_focus(self.workspace.results.first)
        self.workspace.run([self.workspace.caller], {})

    def action_stop(self) -> None:
        """End the stream of this tab, or cancel its requests."""
        self.workspace.stop()

    def action_reload(self) -> None:
        """Read the schema again."""
        self.workspace.connection.reconnect()

    def action_format(self) -> None:
        """Format the operations of the tab."""
        try:
            self.workspace.editors.format()
        except NotFormattedProblem as problem:
            self.shell.say(f"Could not format: {problem}", "warning")

    def action_edit_outside(self) -> None:
        """Edit the text that has the focus, or the operation, in the user's own editor."""
        editors = self.workspace.editors
        if editors.variables.has_focus:
            edit_externally(self.shell, editors.variables, "json")
        else:
            edit_externally(self.shell, editors.operation, "graphql")

    # -- dialogs ----------------------------------------------------------------------------------

    @work(group="dialog")
    async def action_caller(self) -> None:
        """Choose who runs the operations of this tab."""
        if self.workspace.connection.api is not None:
            ask, api = self.app.push_screen_wait, self.workspace.connection.api
            chosen = await ask_caller(ask, self.shell, api, "Run as", self.workspace.caller)
            if chosen is not None:
                self.workspace.run_as(chosen)

    @work(group="dialog")
    async def action_compare(self) -> None:
        """Run as this caller and as another, side by side."""
        if self.workspace.connection.api is not None:
            ask, api, caller = (
                self.app.push_screen_wait,
                self.workspace.connection.api,
                self.workspace.caller,
            )
            title = f"Compare {caller.label} with"
            chosen = await ask_caller(ask, self.shell, api, title, caller)
            if chosen is not None:
                self.workspace.run([caller, parse_run_as(chosen)], {})

    @work(group="dialog")
    async def action_address(self) -> None:
        """Connect to another API, or back to the sandbox's own."""
        ask, address = self.app.push_screen_wait, self.workspace.connection.address
        chosen = await ask_address(ask, self.shell, self._folder, address)
        if chosen is not None:
            for tab in self.workspace.tabs.all:
                tab.broken = False
            self.workspace.connection.go_to(chosen[0])

    @work(group="dialog")
    async def action_schema(self) -> None:
        """Search the schema; write an operation for what is picked."""
        if self.workspace.connection.schema is not None:
            schema = self.workspace.connection.schema.schema
            self.workspace.open(await ask_field(self.app.push_screen_wait, schema))

    @work(group="dialog")
    async def action_history(self) -> None:
        """Search the earlier runs, and open one again."""
        self.workspace.open(await ask_run(self.app.push_screen_wait, self.shell, self._history))

    @work(group="dialog")
    async def action_open(self) -> None:
        """Open a saved operation."""
        self.workspace.open(await ask_saved(self.app.push_screen_wait, self.shell, self._root))

    @work(group="dialog")
    async def action_save(self) -> None:
        """Save the text of this tab in the project's graphql/ folder."""
        self.workspace.keep()
        await save_tab(self.shell, self._root, self.workspace.tabs.active)
        self.workspace.tab_changed()

    @on(ResultPane.ExportAsked)
    @work(group="dialog")
    async def _export(self, event: ResultPane.ExportAsked) -> None:
        if self.workspace.connection.api is not None:
            ask, endpoint = self.app.push_screen_wait, self.workspace.connection.api.endpoint
            found = await ask_export(ask, endpoint, event.caller, event.request, event.result)
            if found is not None:
                self.shell.copy(found[1], found[0])

    @on(ResultPane.SaveAsked)
    @work(group="dialog")
    async def _save_result(self, event: ResultPane.SaveAsked) -> None:
        await ask_and_save(self.app.push_screen_wait, self.shell, self._root, event.content)

    # -- focus ------------------------------------------------------------------------------------

    def action_other(self) -> None:
        """Go to the next part of the screen."""
        self.workspace.focus_next_part()

    def action_leave_text(self) -> None:
        """Leave the text for the result; a search ends, an editor keeps its text."""
        self.workspace.leave_text()

    def action_back(self) -> None:
        """Back to the sandbox; a search in the result ends first."""
        if not self.workspace.end_search():
            self.workspace.keep()
            self.workspace.tab_changed()
            self.leave()
