"""The branches pane: every environment, its last job, and what can be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import ClassVar, Self

from rich.cells import cell_len
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from screens.branches.actions import Doing
from screens.branches.bindings import SCREEN_BINDINGS
from screens.branches.environment_rows import (
    deletion_rows,
    environment_row,
    inventory_rows,
    job_words,
    shown_name,
)
from screens.branches.logs_screen import LogsScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.messages import SelectEnvironment
from screens.pane import PaneContext, PaneScreen
from screens.ports import SandboxInfo
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import FAIL, MUTED, TEXT
from workbench.branches.context import OpenedBranches
from workbench.branches.deletions import read_deletions
from workbench.branches.environments import Environment
from workbench.branches.inventory import take_inventory
from workbench.branches.selected_environment import read_resources, workplace_of
from workbench.git.working_tree import find_repository
from workbench.model.user_problem import UserProblem
from workbench.terminal_text import safe_line
from workbench.watch.git_refs import ref_changes
from workbench.wording import plural

_WHILE_JOBS_RUN = 1.0
_UNTIL_A_JOB_STARTS = 0.5
_WIDEST_NAME = 26


class BranchesScreen(PaneScreen, inherit_bindings=False):
    """Reads again each second while a job runs; else at a new commit, and when asked."""

    BINDINGS: ClassVar[list[BindingType]] = SCREEN_BINDINGS

    def __init__(
        self,
        open_branches: Callable[[], OpenedBranches],
        info: SandboxInfo,
        redeploy: Callable[[], None],
    ) -> None:
        super().__init__(id="branches")
        self._open = open_branches
        self._info = info
        self._redeploy = redeploy
        self._opened: OpenedBranches | None = None
        self._doing = Doing(self)
        self.environments: dict[str, Environment] = {}
        self.marked: set[str] = set()
        self.leaving: set[str] = set()
        """The stacks that are being deleted."""

    @classmethod
    def of(cls, context: PaneContext) -> Self:
        """The project's environments, whichever is selected."""
        sandbox = context.sandbox
        return cls(sandbox.open_branches, sandbox.info, sandbox.controls.redeploy)

    def compose(self) -> ComposeResult:
        """The environments."""
        yield EnvironmentBanner()
        yield Static(f" {self._info.target}", id="branches-bar", markup=False)
        with Vertical(classes="pane") as pane:
            pane.border_title = "Environments"
            yield RowList(
                empty=((("Reading the environments …", MUTED),),),
                id="branches-rows",
                keys_by_row=True,
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the environments."""
        self.query_one(RowList).focus()
        self._follow_refs()

    def on_screen_resume(self) -> None:
        """What was done in a dialog, or in another pane, is seen."""
        self.action_reload()

    @work(group="load", exclusive=True)
    async def action_reload(self) -> None:
        """Read everything again, and on while a job runs."""
        while self.is_current:
            try:
                if self._opened is None:
                    self._opened = await asyncio.to_thread(self._open)
                found = await asyncio.to_thread(self._opened.environments)
            except (UserProblem, OSError) as problem:
                self._opened = None
                self.query_one(RowList).show_rows([Row((("✗ ", FAIL), (str(problem), TEXT)))])
                return
            self.environments = {each.key: each for each in found}
            self.marked &= self.environments.keys()
            self._show()
            self.leaving &= {each.stack.name for each in found if each.stack is not None}
            is_running = any(each.job and not each.job.has_ended for each in found)
            if not is_running and not self.leaving:
                return
            await asyncio.sleep(_WHILE_JOBS_RUN)

    @work(group="refs", exclusive=True)
    async def _follow_refs(self) -> None:
        """A new commit or branch is seen without a key, and its job, which starts a moment later."""
        repository = find_repository(self._info.root)
        if repository is None:
            return
        try:
            async with aclosing(ref_changes([repository.common])) as changes:
                await anext(changes)  # the watch has begun
                async for _ in changes:
                    await asyncio.sleep(_UNTIL_A_JOB_STARTS)
                    self.action_reload()
        except OSError as problem:
            self.shell.say(
                f"New commits are not noticed ({problem}). Press r to refresh.", "warning"
            )

    def _show(self) -> None:
        place = self.shell.environment
        own = self._info.stack_name
        names = [cell_len(safe_line(shown_name(each, own))) for each in self.environments.values()]
        width = min(_WIDEST_NAME, max(names, default=0))
        jobs = [cell_len(job_words(each.job)) for each in self.environments.values() if each.job]
        self.query_one(RowList).show_rows(
            [
                environment_row(
                    each,
                    name_width=width,
                    job_width=max(jobs, default=0),
                    own_stack=own,
                    place_stack=place.stack if place else "",
                    is_marked=each.key in self.marked,
                    is_leaving=each.stack is not None and each.stack.name in self.leaving,
                )
                for each in self.environments.values()
            ]
        )
        deployed = sum(each.stack is not None for each in self.environments.values())
        words = f"{plural(len(self.environments), 'environment')}, {deployed} deployed"
        if self.marked:
            words += f", {len(self.marked)} marked"
        self.query_one("#branches-bar", Static).update(f" {self._info.target} · {words}")
        self.refresh_bindings()

    @property
    def current(self) -> Environment | None:
        """The environment under the cursor."""
        row = self.query_one(RowList).current
        return self.environments.get(row.key) if row is not None else None

    # -- looking ----------------------------------------------------------------------------------

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        if self.check_action("logs", ()):
            self.action_logs()
        elif self.check_action("details", ()):
            self.action_details()

    def action_logs(self) -> None:
        """The last job's logs."""
        each = self.current
        if each is not None and each.job is not None and self._opened is not None:
            self.app.push_screen(LogsScreen(self._opened, each.name, each.job.id))

    def action_history(self) -> None:
        """All jobs of the branch."""
        from screens.branches.history_screen import HistoryScreen

        each = self.current
        if each is not None and self._opened is not None:
            self.app.push_screen(HistoryScreen(self._opened, each.name))

    def action_details(self) -> None:
        """The environment's stack and what of it costs."""
        each, opened = self.current, self._opened
        place = workplace_of(each) if each is not None else None
        if each is not None and place is not None and opened is not None:
            self.app.push_screen(
                RowsScreen(
                    each.name,
                    read=lambda: inventory_rows(
                        each, take_inventory(read_resources(opened, place))
                    ),
                )
            )

    @work(group="act")
    async def action_compare(self) -> None:
        """Choose another environment, and see what this one has more."""
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        own = _side(each)
        others = {
            _side(other): _side(other)
            for other in self.environments.values()
            if other is not each and self._can_compare(other)
        }
        chosen = await self._doing.pick(f"Compare {own} with", others)
        if chosen is not None:
            from screens.branches.compare_screen import CompareScreen

            self.app.push_screen(CompareScreen(opened, chosen, own))

    def _can_compare(self, each: Environment) -> bool:
        if each.stack is None:
            return False
        return each.kind != "sandbox" or each.stack.name == self._info.stack_name

    def action_settings(self) -> None:
        """Variables and secrets."""
        from screens.branches.variables_screen import VariablesScreen

        each, opened = self.current, self._opened
        if each is not None and opened is not None:
            branch = "" if each.kind == "sandbox" else each.name
            environments = tuple(self.environments.values())
            self.app.push_screen(VariablesScreen(opened, branch, environments, self._redeploy))

    def action_domains(self) -> None:
        """The app's custom domains."""
        from screens.branches.domains_screen import DomainsScreen

        if self._opened is not None:
            names = [each.name for each in self.environments.values() if each.hosted is not None]
            self.app.push_screen(DomainsScreen(self._opened, names))

    def action_deleted(self) -> None:
        """Which environments were deleted, when and by whom."""
        opened = self._opened
        if opened is not None:
            self.app.push_screen(
                RowsScreen(
                    "Deleted environments",
                    read=lambda: deletion_rows(read_deletions(opened.project)),
                )
            )

    # -- doing ------------------------------------------------------------------------------------

    @work(group="act")
    async def action_connect(self) -> None:
        """Connect the Git branch under the cursor, and deploy it."""
        if self.current is not None and self._opened is not None:
            await self._doing.connect(self._opened, self.current)

    @work(group="act")
    async def action_deploy(self) -> None:
        """Deploy the branch's last commit."""
        await self._start("")

    @work(group="act")
    async def action_retry(self) -> None:
        """Run the branch's last job again."""
        if self.current is not None and self.current.job is not None:
            await self._start(self.current.job.id)

    async def _start(self, retry: str) -> None:
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        hosting = opened.hosting

        def start() -> str:
            app = hosting.known_app()
            if each.hosted is not None and each.hosted.preview_of and not retry:
                return opened.start_preview(app, each.hosted).id
            return hosting.start(app, each.name, retry=retry).id

        await self._doing.start(opened, each.name, start)

    @work(group="act")
    async def action_stop(self) -> None:
        """Ask the branch's running job to end."""
        each, opened = self.current, self._opened
        if each is None or each.job is None or opened is None:
            return
        hosting, job = opened.hosting, each.job.id
        try:
            await asyncio.to_thread(lambda: hosting.stop(hosting.known_app(), each.name, job))
        except UserProblem as problem:
            self.shell.say(str(problem), "error")
        self.action_reload()

    @work(group="act")
    async def action_preview(self) -> None:
        """Make a preview of the branch."""
        if self.current is not None and self._opened is not None:
            await self._doing.preview(self._opened, self.current)

    @work(group="act")
    async def action_automatic(self) -> None:
        """Say which new branches become environments."""
        if self._opened is not None:
            await self._doing.automatic(self._opened)

    @work(group="act")
    async def action_promote(self) -> None:
        """Merge the branch into another one, and deploy that."""
        if self.current is not None and self._opened is not None:
            await self._doing.promote(self._opened, self.current)

    def action_mark(self) -> None:
        """Mark a sandbox, or take the mark away."""
        each = self.current
        if each is not None:
            self.marked ^= {each.key}
            self._show()

    @work(group="act")
    async def action_delete(self) -> None:
        """Delete the marked sandboxes, else the environment under the cursor."""
        chosen = [each for key, each in self.environments.items() if key in self.marked]
        if not chosen and self.current is not None:
            chosen = [self.current]
        if chosen and self._opened is not None:
            await self._doing.delete(self._opened, chosen)

    # -- which environment ------------------------------------------------------------------------

    def action_work_in(self) -> None:
        """Turn the whole workbench to the environment under the cursor."""
        each = self.current
        place = workplace_of(each) if each is not None else None
        if place is None or self._opened is None:
            return
        is_own = place.stack == self._info.stack_name
        self.post_message(SelectEnvironment(None if is_own else place, self._opened))

    def action_own(self) -> None:
        """Back to one's own sandbox."""
        self.post_message(SelectEnvironment(None))

    def environment_changed(self) -> None:
        """Say so, and mark the environment."""
        if not self.is_current:
            return
        place = self.shell.environment
        self.shell.say(
            f"You work in {place.name} now" if place else "You work in your sandbox again"
        )
        self._show()

    def action_back(self) -> None:
        """Back to the sandbox."""
        self.leave()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "own":
            return self.shell.environment is not None
        if action in ("domains", "automatic", "deleted"):
            return self._opened is not None
        if action not in _OF_ONE:
            return super().check_action(action, parameters)
        each = self.current if self.is_mounted else None
        if each is None:
            return False
        is_own = each.stack is not None and each.stack.name == self._info.stack_name
        match action:
            case "connect":
                return each.kind == "branch" and each.git is not None and each.hosted is None
            case "deploy" | "history":
                return each.hosted is not None
            case "delete":
                return bool(self.marked) or each.hosted is not None or _is_others(each, is_own)
            case "mark":
                return _is_others(each, is_own)
            case "stop":
                return each.job is not None and not each.job.has_ended
            case "retry":
                return each.job is not None and each.job.has_ended
            case "logs":
                return each.job is not None
            case "settings":
                return each.hosted is not None or is_own
            case "compare":
                return self._can_compare(each)
            case "work_in" | "details":
                return each.stack is not None
            case "preview" | "promote":
                return each.kind == "branch" and each.git is not None
            case _:
                return False


_OF_ONE = (
    "work_in", "connect", "deploy", "stop", "retry", "logs", "history", "compare", "promote",
    "preview", "settings", "details", "mark", "delete",
)  # fmt: skip


def _side(each: Environment) -> str:
    return "sandbox" if each.kind == "sandbox" else each.name


def _is_others(each: Environment, is_own: bool) -> bool:
    """A sandbox that is not the one this app runs: that one is recreated, or deleted by command."""
    return each.kind == "sandbox" and each.stack is not None and not is_own
