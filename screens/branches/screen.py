"""The branches pane: every environment, its last job, and what can be done with it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Static

from screens.branches.compare_screen import CompareScreen
from screens.branches.environment_rows import environment_row
from screens.branches.logs_screen import LogsScreen
from screens.engine import SandboxInfo
from screens.playground.picker_screen import PickerScreen, matching
from screens.sandbox.confirm_screen import ConfirmScreen
from screens.sandbox.words import plural
from screens.users.form_screen import FormField, FormScreen
from screens.widgets.environment_banner import EnvironmentBanner
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.tones import FAIL, MUTED, STRONG, TEXT
from workbench.branches.environments import Environment
from workbench.branches.opening import OpenedBranches
from workbench.branches.promote import plan_promotion, promote
from workbench.branches.workplace import workplace_of
from workbench.project.models import ProjectProblem

if TYPE_CHECKING:
    from screens.app import WorkbenchApp

_WHILE_JOBS_RUN = 1.0


class BranchesScreen(Screen[None], inherit_bindings=False):
    """Reads again each second while a job runs, else only when asked."""

    app: WorkbenchApp

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "work_in", "Work in it", id="branches.work_in",
                tooltip="Turn playground, users and resources to this environment"),
        Binding("0", "own", "Own sandbox", id="branches.own",
                tooltip="Back from another environment to your own sandbox"),
        Binding("n", "connect", "Connect", id="branches.connect",
                tooltip="Make the Git branch an environment, and deploy it"),
        Binding("d", "deploy", "Deploy", id="branches.deploy", tooltip="Deploy its last commit"),
        Binding("enter,l", "logs", "Logs", id="branches.logs", tooltip="The last job's logs"),
        Binding("c", "compare", "Compare", id="branches.compare",
                tooltip="What another environment has more, less or else"),
        Binding("p", "promote", "Promote", id="branches.promote",
                tooltip="Merge it into another branch, and deploy that"),
        Binding("D", "delete", "Delete", id="branches.delete",
                tooltip="Delete the environment with all its data; the Git branch stays"),
        Binding("r", "reload", "Reload", id="branches.reload", tooltip="Read everything again"),
        Binding("escape", "back", "Sandbox", id="branches.back", tooltip="Back to the sandbox"),
    ]  # fmt: skip

    def __init__(self, open_branches: Callable[[], OpenedBranches], info: SandboxInfo) -> None:
        super().__init__(id="branches")
        self._open = open_branches
        self._info = info
        self._title = info.target
        self._opened: OpenedBranches | None = None
        self.environments: dict[str, Environment] = {}

    def compose(self) -> ComposeResult:
        """The environments."""
        yield EnvironmentBanner()
        yield Static(f" {self._title}", id="branches-bar", markup=False)
        with Vertical(classes="pane") as pane:
            pane.border_title = "Environments"
            yield RowList(empty=((("Reading the environments …", MUTED),),), id="branches-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Read the environments."""
        self.query_one(RowList).focus()
        self.action_reload()

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
            except (ProjectProblem, OSError) as problem:
                self._opened = None
                self.query_one(RowList).show_rows([Row((("✗ ", FAIL), (str(problem), TEXT)))])
                return
            self.environments = {f"{each.kind}:{each.name}": each for each in found}
            self.query_one(RowList).show_rows([environment_row(each) for each in found])
            deployed = sum(each.stack is not None for each in found)
            words = f"{plural(len(found), 'environment')}, {deployed} deployed"
            self.query_one("#branches-bar", Static).update(f" {self._title} · {words}")
            self.refresh_bindings()
            if not any(each.job and not each.job.has_ended for each in found):
                return
            await asyncio.sleep(_WHILE_JOBS_RUN)

    @property
    def current(self) -> Environment | None:
        """The environment under the cursor."""
        row = self.query_one(RowList).current
        return self.environments.get(row.key) if row is not None else None

    # -- actions ----------------------------------------------------------------------------------

    @work(group="act")
    async def action_connect(self) -> None:
        """Connect the Git branch under the cursor, and deploy it."""
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return

        def connect() -> str:
            app = opened.app_to_connect()
            opened.hosting.connect(app, each.name, production=False, auto_build=True)
            return opened.hosting.start(app, each.name).id

        await self._start(each.name, connect)

    @work(group="act")
    async def action_deploy(self) -> None:
        """Deploy the branch's last commit."""
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        hosting = opened.hosting
        await self._start(each.name, lambda: hosting.start(hosting.known_app(), each.name).id)

    async def _start(self, branch: str, start: Callable[[], str]) -> None:
        try:
            job = await asyncio.to_thread(start)
        except ProjectProblem as problem:
            self.app.say(str(problem), "error")
            return
        if self._opened is not None:
            self.app.push_screen(LogsScreen(self._opened, branch, job))

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        if self.check_action("logs", ()):
            self.action_logs()

    def action_logs(self) -> None:
        """The last job's logs."""
        each = self.current
        if each is not None and each.job is not None and self._opened is not None:
            self.app.push_screen(LogsScreen(self._opened, each.name, each.job.id))

    @work(group="act")
    async def action_compare(self) -> None:
        """Choose another environment, and see what this one has more."""
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        own = "sandbox" if each.kind == "sandbox" else each.name
        others = [
            "sandbox" if other.kind == "sandbox" else other.name
            for other in self.environments.values()
            if other.stack is not None and other is not each
        ]
        chosen = await self._ask(f"Compare {own} with", others)
        if chosen is not None:
            self.app.push_screen(CompareScreen(opened, chosen, own))

    @work(group="act")
    async def action_promote(self) -> None:
        """Choose a target, see the commits, merge and deploy."""
        each, opened = self.current, self._opened
        if each is None or opened is None:
            return
        names = [
            other.name
            for other in self.environments.values()
            if other.kind == "branch" and other.git is not None and other is not each
        ]
        target = await self._ask(f"Promote {each.name} into", names)
        if target is None:
            return
        root = opened.project.root
        try:
            plan = await asyncio.to_thread(plan_promotion, root, each.name, target)
            if not plan.commits:
                self.app.say(f"{target} has all of {each.name} already")
                return
            how = "moves forward" if plan.is_fast_forward else "is merged"
            rows = [Row(((f"{target} {how} by {plural(len(plan.commits), 'commit')}:", TEXT),))]
            rows += [
                Row(((f"  {commit.short} ", MUTED), (commit.subject, STRONG)))
                for commit in plan.commits
            ]
            hosted = self.environments[f"branch:{target}"].hosted
            words = (
                "Then it is deployed." if hosted else "It is not connected: nothing is deployed."
            )
            rows += [Row(()), Row(((words, MUTED),))]
            dialog = ConfirmScreen(
                f"Promote {each.name} into {target}?",
                rows,
                "Promote",
                "No",
                belongs_to_engine=False,
            )
            if await self.app.push_screen_wait(dialog) is not True:
                return
            await asyncio.to_thread(promote, root, plan)
        except ProjectProblem as problem:
            self.app.say(str(problem), "error")
            return
        self.app.say(f"{target} has {each.name} now")
        if hosted is not None:
            hosting = opened.hosting
            await self._start(target, lambda: hosting.start(hosting.known_app(), target).id)
        else:
            self.action_reload()

    @work(group="act")
    async def action_delete(self) -> None:
        """Delete the environment; a production branch's name must be typed."""
        each, opened = self.current, self._opened
        if each is None or each.hosted is None or opened is None:
            return
        title = f"Delete the environment of {each.name}, with its users and all data?"
        if each.hosted.is_production:
            form = FormScreen(
                title,
                (FormField("word", f"This is production. Type {each.name} to delete", ""),),
                lambda filled: (
                    "" if filled["word"] == each.name else f"Type {each.name}, or close."
                ),
            )
            if await self.app.push_screen_wait(form) is None:
                return
        else:
            lost = each.stack.name if each.stack else "its jobs and their logs"
            rows = [Row((("− ", FAIL), (lost, STRONG))), Row((("The Git branch stays.", MUTED),))]
            dialog = ConfirmScreen(title, rows, "Delete", "No, keep", belongs_to_engine=False)
            if await self.app.push_screen_wait(dialog) is not True:
                return
        hosting = opened.hosting
        try:
            await asyncio.to_thread(lambda: hosting.delete(hosting.known_app(), each.name))
        except ProjectProblem as problem:
            self.app.say(str(problem), "error")
            return
        self.app.say(f"The environment of {each.name} is being deleted")
        self.action_reload()

    async def _ask(self, title: str, names: list[str]) -> str | None:
        rows = [Row(((name, STRONG),), name) for name in names]
        picker = PickerScreen(title, lambda text: matching(rows, text), hint="search")
        return await self.app.push_screen_wait(picker)

    def action_work_in(self) -> None:
        """Turn the whole workbench to the environment under the cursor."""
        each = self.current
        place = workplace_of(each) if each is not None else None
        if place is None or self._opened is None:
            return
        is_own = place.stack == self._info.stack_name
        self.app.panes.turn_to(None if is_own else place, self._opened)
        self._place_changed()

    def action_own(self) -> None:
        """Back to one's own sandbox."""
        self.app.panes.turn_to(None)
        self._place_changed()

    def _place_changed(self) -> None:
        place = self.app.place
        self.app.say(f"You work in {place.name} now" if place else "You work in your sandbox again")
        self.refresh_bindings()

    def action_back(self) -> None:
        """Back to the sandbox."""
        self.app.panes.leave_branches()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "own":
            return self.app.place is not None
        if action not in ("work_in", "connect", "deploy", "logs", "compare", "promote", "delete"):
            return super().check_action(action, parameters)
        each = self.current if self.is_mounted else None
        if each is None:
            return False
        match action:
            case "connect":
                return each.kind == "branch" and each.git is not None and each.hosted is None
            case "deploy" | "delete":
                return each.hosted is not None
            case "logs":
                return each.job is not None
            case "compare" | "work_in":
                return each.stack is not None
            case _:
                return each.kind == "branch" and each.git is not None
