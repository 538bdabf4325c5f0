"""The main screen: takes the engine's events and shows them in panes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.timer import Timer

from screens.messages import ChooseTarget
from screens.ports import OpenedSandbox, UsesShell
from screens.sandbox.function_choice import choose_functions
from screens.sandbox.header import HeaderBar
from screens.sandbox.log_buffer import LogBuffer
from screens.sandbox.log_lines import narrate
from screens.sandbox.log_pane import LogView
from screens.sandbox.open_question import OpenQuestion
from screens.sandbox.pane_columns import PaneColumns
from screens.sandbox.pane_tabs import PaneTabs
from screens.sandbox.panes import DeploymentPane, DiffPane, HistoryPane, ProblemsPane
from screens.sandbox.problem_rows import OFFER_KEY, diagnostic_at
from screens.sandbox.resources_pane import ResourcesPane
from screens.sandbox.session_end import SessionEnd
from screens.sandbox.view_state import DeploymentState, Part, SandboxState, recorded_state
from screens.saved_log import save_log
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import RowList
from workbench.model.deployment import LiveResource
from workbench.model.events import (
    AnyEvent,
    LocalCloudReported,
    LogLine,
    LoopState,
    ResourcesListed,
    SignedIn,
)
from workbench.model.user_problem import UserProblem

if TYPE_CHECKING:
    from workbench.aws.target import AwsTarget
    from workbench.branches.selected_environment import SelectedEnvironment

TICK_SECONDS = 0.2


class SandboxScreen(UsesShell, Screen[None], inherit_bindings=False):
    """One sandbox: header, panes, keys."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (120, "-wide"),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        key("sandbox.offer", OFFER_KEY, "offer", "Fix", "Apply the suggested fix"),
        key("sandbox.redeploy", "r", "redeploy", "Deploy", "Deploy again"),
        key("sandbox.edit", "e", "edit", "Edit", "Open the error's file in $EDITOR"),
        key("sandbox.zoom", "z", "zoom", "Zoom", "Show one pane on the whole screen", show=False),
        key("sandbox.unzoom", "escape", "unzoom", "All panes", "Show all panes again", show=False),
        key("sandbox.target", "T", "target", "Target", "Choose another target", show=False),
        key(
            "sandbox.recreate",
            "R",
            "recreate",
            "Recreate",
            "Delete the sandbox, deploy it again",
            show=False,
        ),
    ]

    def __init__(
        self,
        opened: OpenedSandbox,
        *,
        clock: Callable[[], float],
        question: OpenQuestion,
        install_packages: Callable[[Path], None],
    ) -> None:
        super().__init__()  # no id: one may follow another before the first is gone
        self.opened = opened
        self.state = SandboxState(loop_since=clock())
        self._clock = clock
        self._question = question
        self._install_packages = install_packages
        self._tick: Timer | None = None
        self._session_end = SessionEnd(self, lambda: self.query_one(HeaderBar).show(clock()))
        self._columns = PaneColumns(LogBuffer(), opened.info.edited_file)

    # -- layout -----------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Header, pane names (narrow), panes, keys."""
        yield EnvironmentBanner()
        yield HeaderBar(self.opened.info, self.state)
        yield PaneTabs()
        yield self._columns
        yield KeyBar()

    def on_mount(self) -> None:
        """Show what is known, then what the journal has."""
        self.refresh_parts(set(Part))
        self.query_one(DiffPane).focus()
        self._load_past()

    @on(PaneColumns.Focused)
    def _pane_focused(self, event: PaneColumns.Focused) -> None:
        self.query_one(PaneTabs).shown = event.pane

    def focused_pane(self) -> str | None:
        """The id of the pane that has the focus."""
        return self._columns.focused_pane()

    # -- events in --------------------------------------------------------------------------------

    def receive(
        self, events: Sequence[AnyEvent], lines: Sequence[LogLine], dropped: int = 0
    ) -> None:
        """Take in one frame of events and repaint each changed part once."""
        parts: set[Part] = set()
        told: list[LogLine] = []
        for event in events:
            if not self._is_old_news(event):
                told.extend(narrate(event))
            parts |= self.state.apply(event)
        if lines or told:
            self.query_one(LogView).take(_in_order(lines, told), dropped)
        self.refresh_parts(parts)

    def _is_old_news(self, event: AnyEvent) -> bool:
        """Whether each pane that connects to the target has said the same before."""
        state = self.state
        before = state.signed_in if isinstance(event, SignedIn) else state.local_cloud
        return (
            isinstance(event, LocalCloudReported | SignedIn)
            and before is not None
            and replace(event, at=before.at, deployment=before.deployment) == before
        )

    def refresh_parts(self, parts: set[Part]) -> None:
        """Repaint what changed."""
        if not self.is_mounted:
            return
        now = self._clock()
        state = self.state
        if Part.HEADER in parts:
            self.query_one(HeaderBar).show(now)
            self._keep_ticking()
            self._session_end.follow(self.state.signed_in, now)
        if Part.STAGES in parts:
            self.query_one(DeploymentPane).show_state(state, now)
        if Part.DIFF in parts:
            self.query_one(DiffPane).show_state(state)
        if Part.RESOURCES in parts and self.shell.environment is None:
            self.query_one(ResourcesPane).show_state(state)
        if Part.HISTORY in parts:
            self.query_one(HistoryPane).show_state(state)
        if Part.PROBLEMS in parts:
            self.query_one(ProblemsPane).show_state(state, OFFER_KEY)
            self.refresh_bindings()
        if Part.QUESTION in parts:
            self._question.changed()
            self.refresh_bindings()

    def _keep_ticking(self) -> None:
        """A timer exists only while something runs: idle costs nothing, not even a wake-up."""
        if self.state.is_active and self._tick is None:
            self._tick = self.set_interval(TICK_SECONDS, self._on_tick, name="elapsed")
        elif not self.state.is_active and self._tick is not None:
            self._tick.stop()
            self._tick = None

    @property
    def is_ticking(self) -> bool:
        """Whether the elapsed time is being counted."""
        return self._tick is not None

    def _on_tick(self) -> None:
        now = self._clock()
        self.query_one(HeaderBar).show(now)
        pane = self.query_one(DeploymentPane)
        if pane.size.height:
            pane.show_state(self.state, now)

    @work(thread=True, group="past")
    def _load_past(self) -> None:
        past = self.opened.past
        deployments = [recorded_state(record) for record in past.deployments()]
        resources = past.resources()
        self.app.call_from_thread(self._show_past, deployments, resources)

    def _show_past(
        self, deployments: Iterable[DeploymentState], resources: ResourcesListed | None
    ) -> None:
        """Add what the journal knew; what this session has heard already is newer."""
        for state in deployments:
            self.state.history.setdefault(state.number, state)
        if resources is not None and not self.state.resources:
            self.state.apply(resources)
        self.refresh_parts({Part.HISTORY, Part.RESOURCES})

    # -- another environment ----------------------------------------------------------------------

    def show_own_resources(self) -> None:
        """Show the sandbox's resources (again)."""
        self.refresh_parts({Part.RESOURCES})
        self.refresh_bindings()

    @work(group="environment", exclusive=True)
    async def show_resources_of(
        self, selected: SelectedEnvironment, read: Callable[[], Collection[LiveResource]]
    ) -> None:
        """Show another environment's resources instead; ``read`` blocks."""
        pane = self.query_one(ResourcesPane)
        pane.show_resources((), selected.stack, selected.name)
        self.refresh_bindings()
        try:
            found = await asyncio.to_thread(read)
        except UserProblem as problem:
            self.shell.say(str(problem), "error")
            return
        if self.shell.environment == selected:
            pane.show_resources(found, selected.stack, selected.name)

    # -- actions ----------------------------------------------------------------------------------

    def show_pane(self, pane: str) -> None:
        """Focus a pane; in the narrow layout this shows its page."""
        self._columns.focus_pane(pane)

    @property
    def has_problems(self) -> bool:
        """Whether the pane of problems is shown."""
        return bool(self.is_mounted and self.query_one(ProblemsPane).display)

    def action_zoom(self) -> None:
        """Show only the focused pane between the header and the keys, or all again."""
        self._columns.toggle_zoom()

    def action_unzoom(self) -> None:
        """Show all panes again."""
        self._columns.unzoom()

    def action_redeploy(self) -> None:
        """Deploy again now."""
        self.opened.controls.redeploy()

    def action_recreate(self) -> None:
        """Delete and deploy again; the engine asks first."""
        self._question.want()
        self.opened.controls.recreate()

    def action_target(self) -> None:
        """End this sandbox's loop and ask again where the project should run."""
        self.post_message(ChooseTarget())

    def action_edit(self) -> None:
        """Open the file of the marked error, else of the first one."""
        row = self.query_one(ProblemsPane).current
        found = diagnostic_at(self.state, row.key if row is not None else "")
        if found is not None:
            file = self.opened.info.root / found.file
            self.shell.edit(file, found.line, found.column)

    def action_offer(self) -> None:
        """Apply the fix that the failure suggests."""
        failure = self.state.failure
        offer = failure.offer if failure is not None else ""
        if offer == "recreate":
            self.action_recreate()
        elif offer in ("retry", "start-local-cloud"):
            # The engine's next deployment starts a local cloud that does not run.
            self.opened.controls.redeploy()
        elif offer == "install":
            self._install()
        elif offer == "target":
            self.action_target()
        elif offer == "login":
            self.sign_in()

    def sign_in(self) -> None:
        """Sign in to AWS; then what waits for it is deployed."""
        if self.opened.info.aws is not None:
            self._sign_in(self.opened.info.aws)

    @work(group="sign-in", exclusive=True)
    async def _sign_in(self, target: AwsTarget) -> None:
        from screens.dialogs.aws_sign_in import sign_in_to_aws

        failure = self.state.failure
        waits = failure is not None and failure.offer == "login"
        ask = self.app.push_screen_wait
        if not await sign_in_to_aws(target, ask, self.shell, renew=not waits):
            return
        who = await asyncio.to_thread(_signed_in, target)
        self.shell.say(f"Signed in: {who.text}")
        self.receive([who], [])
        if waits:
            self.opened.controls.redeploy()

    @on(PaneTabs.Chosen)
    def _tab_chosen(self, event: PaneTabs.Chosen) -> None:
        self.show_pane(event.pane)

    @on(RowList.Opened, "#problems")
    def _problem_opened(self) -> None:
        self.action_edit()

    @on(RowList.Opened, "#history")
    def _deployment_opened(self, event: RowList.Opened) -> None:
        from screens.sandbox.deployment_screen import DeploymentScreen

        number = int(event.row.key.removeprefix("deployment:"))
        self.app.push_screen(DeploymentScreen(number, self.opened.past, self.state))

    @on(ResourcesPane.DetailsAsked)
    def _resource_opened(self, event: ResourcesPane.DetailsAsked) -> None:
        from screens.sandbox.resource_screen import ResourceScreen

        place = self.shell.environment
        state = self.state if place is None else SandboxState(stack_name=place.stack)
        self.app.push_screen(ResourceScreen(event.resource, state))

    @on(ResourcesPane.ConsoleAsked)
    def _console_asked(self, event: ResourcesPane.ConsoleAsked) -> None:
        self.shell.open_in_browser(event.url)

    @on(LogView.FunctionsAsked)
    @work(group="dialog")
    async def _functions_asked(self, event: LogView.FunctionsAsked) -> None:
        names: tuple[str, ...] | None = ()
        if event.on:
            names = await choose_functions(self.app.push_screen_wait, self.opened.open_functions)
        if names is None:
            self.query_one(LogView).show_functions(on=False)
            return
        self.opened.controls.stream_function_logs(event.on, names)
        if event.on and self.state.is_attached:
            self.shell.say("The functions' logs come when this terminal deploys", "warning")

    @on(LogView.SaveAsked)
    def _save_asked(self, event: LogView.SaveAsked) -> None:
        self._save_log(event.text)

    @work(thread=True, group="save")
    def _save_log(self, text: str) -> None:
        try:
            path = save_log(self.opened.info.sandbox_dir / "logs", text)
        except OSError as error:
            words = f"Not saved: {error.strerror} ({error.filename})"
            self.app.call_from_thread(self.shell.say, words, "error")
        else:
            self.app.call_from_thread(self.shell.say, f"Saved {path}")

    @work(thread=True, group="install")
    def _install(self) -> None:
        """Install the npm packages; the log pane shows the progress."""
        say = self.shell.say
        self.app.call_from_thread(say, "Installing the packages; the log shows the progress")
        self._install_packages(self.opened.info.root)
        self.app.call_from_thread(say, "The packages are installed")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now; another terminal's sandbox can only be watched."""
        attached = self.state.is_attached
        if action in ("redeploy", "recreate"):
            return not attached and self.state.loop is not LoopState.STOPPED
        if action == "offer":
            failure = self.state.failure
            return not attached and failure is not None and bool(failure.offer)
        if action == "edit":
            return (
                not attached and diagnostic_at(self.state, "") is not None and self.shell.can_edit
            )
        if action == "unzoom":
            return self._columns.is_zoomed
        if action == "target":
            return self.state.loop is not LoopState.DEPLOYING
        return super().check_action(action, parameters)


def _signed_in(target: AwsTarget) -> SignedIn:
    """Who is signed in now; blocks."""
    from workbench.aws.clients import Clients
    from workbench.aws.credentials import identify
    from workbench.startup import signed_in

    return signed_in(target, identify(Clients(target)))


def _in_order(lines: Sequence[LogLine], told: Sequence[LogLine]) -> Sequence[LogLine]:
    """Both by time; a flood of lines alone is not sorted."""
    if not told:
        return lines
    return sorted((*lines, *told), key=lambda line: line.at) if lines else told
