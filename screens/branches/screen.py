"""The branches pane: composes the list of environments, and routes keys to actions and dialogs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import ClassVar, Self

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from screens.branches.bindings import SCREEN_BINDINGS
from screens.branches.dialogs import (
    automatic_form,
    choose_promotion,
    compare_picker,
    confirm_deletion,
    kind_picker,
    preview_form,
    side_name,
)
from screens.branches.environment_list import EnvironmentList
from screens.branches.environment_rows import deletion_rows, environment_rows, inventory_rows
from screens.branches.logs_screen import LogsScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.messages import SelectEnvironment
from screens.pane import PaneContext, PaneScreen
from screens.ports import SandboxInfo
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED
from workbench.branches.actions import (
    StartedJob,
    connect_branch,
    delete_environment,
    deploy,
    deploy_promoted,
    retry_job,
    stop_job,
)
from workbench.branches.context import OpenedBranches
from workbench.branches.deletions import read_deletions
from workbench.branches.environments import Environment
from workbench.branches.inventory import take_inventory
from workbench.branches.promote import promote
from workbench.branches.selected_environment import read_resources, selection_of
from workbench.git.git_folder import find_repository
from workbench.model.user_problem import UserProblem
from workbench.watch.git_refs import ref_changes

_WHILE_JOBS_RUN, _WHILE_JOBS_RUN_ON_AWS = 1.0, 5.0
"""Seconds between two reads, which are a request for each connected branch."""
_UNTIL_A_JOB_STARTS = 0.5
_OF_ONE = (
    "work_in", "connect", "deploy", "stop", "retry", "logs", "history", "compare", "promote",
    "preview", "settings", "details", "mark", "delete",
)  # fmt: skip


class BranchesScreen(PaneScreen, inherit_bindings=False):
    """Refreshes by itself while a job runs; else at a new commit, and when asked.

    What Git or Amplify refuses leaves an action as UserProblem: the app shows it.
    """

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
        self.environments = EnvironmentList(info.stack_name)

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
                empty=((("Loading the environments …", MUTED),),),
                id="branches-rows",
                keys_by_row=True,
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Load the environments, and follow the repository."""
        self.query_one(RowList).focus()
        self._follow_refs()

    def on_screen_resume(self) -> None:
        """Show what was done in a dialog, or in another pane."""
        self.action_reload()

    # -- loading ----------------------------------------------------------------------------------

    @work(group="load", exclusive=True)
    async def action_reload(self) -> None:
        """Load the environments again, and on while one changes."""
        while self.is_current:
            try:
                if self._opened is None:
                    self._opened = await asyncio.to_thread(self._open)
                found = await asyncio.to_thread(self._opened.environments)
            except UserProblem as problem:
                self._opened = None
                self.query_one(RowList).show_rows(problem_rows(problem))
                return
            self.environments.replace(found)
            self._show()
            if not self.environments.is_changing:
                return
            is_local = self._opened.clients.is_local
            await asyncio.sleep(_WHILE_JOBS_RUN if is_local else _WHILE_JOBS_RUN_ON_AWS)

    @work(group="refs", exclusive=True)
    async def _follow_refs(self) -> None:
        """Show a new commit or branch without a key, and its job, which starts a moment later."""
        repository = find_repository(self._info.root)
        if repository is None:
            return
        try:
            async with aclosing(ref_changes([repository.common])) as changes:
                await anext(changes)  # the watch has begun
                async for _ in changes:
                    await asyncio.sleep(_UNTIL_A_JOB_STARTS)
                    self.action_reload()
        except OSError as error:
            why = error.strerror or error
            self.shell.say(f"Cannot watch this repository ({why}). Press r to refresh.", "warning")

    def _show(self) -> None:
        selected = self.shell.environment
        rows = environment_rows(self.environments, selected.stack if selected else "")
        self.query_one(RowList).show_rows(rows)
        text = f" {self._info.target} · {self.environments.summary()}"
        self.query_one("#branches-bar", Static).update(text)
        self.refresh_bindings()

    @property
    def current(self) -> Environment | None:
        """The environment under the cursor."""
        row = self.query_one(RowList).current
        return self.environments.of(row.key) if row is not None else None

    # -- looking ----------------------------------------------------------------------------------

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        if self.check_action("logs", ()):
            self.action_logs()
        elif self.check_action("details", ()):
            self.action_details()

    def action_logs(self) -> None:
        """Show the last job's logs."""
        each = self.current
        if each is not None and each.job is not None and self._opened is not None:
            self.app.push_screen(LogsScreen(self._opened, each.name, each.job.id))

    def action_history(self) -> None:
        """Show all jobs of the branch."""
        from screens.branches.history_screen import HistoryScreen

        each = self.current
        if each is not None and self._opened is not None:
            self.app.push_screen(HistoryScreen(self._opened, each.name))

    def action_details(self) -> None:
        """Show the environment's stack, and what is billed."""
        each, opened = self.current, self._opened
        selected = selection_of(each) if each is not None else None
        if each is None or selected is None or opened is None:
            return

        def read() -> list[Row]:
            return inventory_rows(each, take_inventory(read_resources(opened, selected)))

        self.app.push_screen(RowsScreen(each.name, read=read))

    @work(group="act")
    async def action_compare(self) -> None:
        """Choose another environment, and compare this one with it."""
        from screens.branches.compare_screen import CompareScreen

        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        chosen = await self.app.push_screen_wait(compare_picker(each, self.environments))
        if chosen is not None:
            self.app.push_screen(CompareScreen(opened, chosen, side_name(each)))

    def action_settings(self) -> None:
        """Show variables and secrets."""
        from screens.branches.variables_screen import VariablesScreen

        each, opened = self.current, self._opened
        if each is not None and opened is not None:
            branch = "" if each.kind == "sandbox" else each.name
            environments = self.environments.all
            self.app.push_screen(VariablesScreen(opened, branch, environments, self._redeploy))

    def action_domains(self) -> None:
        """Show the app's custom domains."""
        from screens.branches.domains_screen import DomainsScreen

        if self._opened is not None:
            names = self.environments.connected_names()
            self.app.push_screen(DomainsScreen(self._opened, names))

    def action_deleted(self) -> None:
        """Show which environments were deleted, when and by whom."""
        opened = self._opened
        if opened is not None:
            self.app.push_screen(
                RowsScreen(
                    "Deleted environments",
                    read=lambda: deletion_rows(read_deletions(opened.project)),
                )
            )

    # -- jobs -------------------------------------------------------------------------------------

    async def _start(self, opened: OpenedBranches, start: Callable[[], StartedJob]) -> None:
        """Start a job in a thread, and follow its logs."""
        self._follow(opened, await asyncio.to_thread(start))

    def _follow(self, opened: OpenedBranches, job: StartedJob) -> None:
        self.app.push_screen(LogsScreen(opened, job.branch, job.job_id))

    @work(group="act")
    async def action_connect(self) -> None:
        """Connect the Git branch under the cursor, and deploy it."""
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        kind = await self.app.push_screen_wait(kind_picker(each.name))
        if kind is not None:
            production = kind == "production"
            await self._start(
                opened, lambda: connect_branch(opened, each.name, production=production)
            )

    @work(group="act")
    async def action_deploy(self) -> None:
        """Deploy the branch's last commit."""
        each, opened = self.current, self._opened
        if each is not None and opened is not None:
            await self._start(opened, lambda: deploy(opened, each))

    @work(group="act")
    async def action_retry(self) -> None:
        """Run the branch's last job again."""
        each, opened = self.current, self._opened
        if each is not None and each.job is not None and opened is not None:
            job = each.job.id
            await self._start(opened, lambda: retry_job(opened, each.name, job))

    @work(group="act")
    async def action_stop(self) -> None:
        """Ask the branch's running job to end."""
        each, opened = self.current, self._opened
        if each is not None and each.job is not None and opened is not None:
            await asyncio.to_thread(stop_job, opened, each.name, each.job.id)
            self.action_reload()

    @work(group="act")
    async def action_preview(self) -> None:
        """Create a temporary environment for the branch."""
        each, opened = self.current, self._opened
        if each is not None and opened is not None:
            job = await self.app.push_screen_wait(preview_form(opened, each.name))
            if job is not None:
                self._follow(opened, job)

    @work(group="act")
    async def action_automatic(self) -> None:
        """Choose which new branches become environments."""
        opened = self._opened
        if opened is None:
            return
        app = await asyncio.to_thread(opened.app_to_connect)
        chosen = await self.app.push_screen_wait(automatic_form(opened, app))
        if chosen is not None:
            patterns = " ".join(chosen.patterns)
            which = f"New branches that match {patterns}" if patterns else "No new branches"
            self.shell.say(f"{which} become environments automatically")

    @work(group="act")
    async def action_promote(self) -> None:
        """Merge the branch into another one, and deploy that."""
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        ask = self.app.push_screen_wait
        accepted = await choose_promotion(ask, opened, each, self.environments)
        if accepted is None:
            return
        plan = accepted.promotion
        commit = await asyncio.to_thread(promote, opened.project.root, plan)
        self.shell.say(f"Promoted {plan.source} into {plan.target}")
        if accepted.is_deployed:
            await self._start(opened, lambda: deploy_promoted(opened, plan.target, commit.id))
        else:
            self.action_reload()

    # -- deleting ---------------------------------------------------------------------------------

    def action_mark(self) -> None:
        """Mark a sandbox, or remove the mark."""
        each = self.current
        if each is not None:
            self.environments.toggle_mark(each)
            self._show()

    @work(group="act")
    async def action_delete(self) -> None:
        """Delete the marked sandboxes, else the environment under the cursor."""
        chosen, opened = self.environments.chosen(self.current), self._opened
        if not chosen or opened is None:
            return
        confirmed = await confirm_deletion(self.app.push_screen_wait, opened, chosen)
        if confirmed is None:
            return
        for each in chosen:
            stack = each.stack.name if each.stack is not None else ""
            self.environments.deleting.add(stack)
            self.action_reload()
            lost = confirmed.losses[each.key]
            try:
                await asyncio.to_thread(delete_environment, opened, each, lost, confirmed.how)
            except UserProblem as problem:
                self.environments.deleting.discard(stack)
                self.shell.show_problem(problem)
            else:
                self.shell.say(f"Deleted {each.name}; H shows the record")
        selected = self.shell.environment
        if selected is not None and any(selection_of(each) == selected for each in chosen):
            self.post_message(SelectEnvironment(None))
        self.environments.marked.clear()
        self.action_reload()

    # -- which environment ------------------------------------------------------------------------

    def action_work_in(self) -> None:
        """Switch the workbench to the environment under the cursor."""
        each = self.current
        selected = selection_of(each) if each is not None else None
        if each is not None and selected is not None and self._opened is not None:
            is_own = self.environments.is_own(each)
            self.post_message(SelectEnvironment(None if is_own else selected, self._opened))

    def action_own(self) -> None:
        """Switch back to the user's own sandbox."""
        self.post_message(SelectEnvironment(None))

    def environment_changed(self) -> None:
        """Say which environment is selected, and mark it."""
        if self.is_current:
            selected = self.shell.environment
            self.shell.say(f"Switched to {selected.name if selected else 'your sandbox'}")
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
        if action in _OF_ONE:
            each = self.current if self.is_mounted else None
            return each is not None and self.environments.allows(action, each)
        return super().check_action(action, parameters)
