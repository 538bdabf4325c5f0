"""History of a branch: its jobs with a chart of their steps, and what changed between two."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.branches.job_rows import between_rows, history_rows
from screens.branches.logs_screen import LogsScreen
from screens.dialogs.rows_screen import RowsScreen
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import MUTED
from screens.widgets.titles import as_title
from workbench.branches.context import OpenedBranches
from workbench.branches.history import between, read_history
from workbench.branches.hosting_models import Job
from workbench.model.user_problem import UserProblem


class HistoryScreen(ModalScreen[None]):
    """Newest first; another job is compared with the marked one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("jobs.logs", "enter,l", "logs", "Logs", "The job's logs"),
        key("jobs.between", "c", "between", "What changed",
            "Commits and files since the marked job, or the one before"),
        key("jobs.mark", "space", "mark", "Mark", "Mark the job, to compare another one with it"),
        key("jobs.close", "escape,h", "close", "Close", "Back to the branches"),
    ]  # fmt: skip

    def __init__(self, opened: OpenedBranches, branch: str) -> None:
        super().__init__(id="jobs")
        self._opened = opened
        self._branch = branch
        self._jobs: tuple[Job, ...] = ()
        self._marked = ""

    def compose(self) -> ComposeResult:
        """The jobs."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"{self._branch} · jobs")
            yield RowList(
                empty=((("Loading the jobs …", MUTED),),), id="jobs-rows", keys_by_row=True
            )
        yield KeyBar()

    def on_mount(self) -> None:
        """Load the jobs."""
        self.query_one(RowList).focus()
        self._load()

    @work(group="load", exclusive=True)
    async def _load(self) -> None:
        try:
            self._jobs = await asyncio.to_thread(read_history, self._opened, self._branch)
        except UserProblem as problem:
            self.query_one(RowList).show_rows(problem_rows(problem))
            return
        self._show()

    def _show(self) -> None:
        rows = history_rows(self._jobs, self._marked)
        self.query_one(RowList).show_rows(rows or [Row((("No jobs yet.", MUTED),))])
        self.refresh_bindings()

    @property
    def current(self) -> Job | None:
        """The job under the cursor."""
        row = self.query_one(RowList).current
        job_id = row.key if row is not None else ""
        return next((job for job in self._jobs if job.id == job_id), None)

    @on(RowList.Opened)
    def _row_opened(self) -> None:
        self.action_logs()

    def action_logs(self) -> None:
        """The job's logs."""
        job = self.current
        if job is not None:
            self.app.push_screen(LogsScreen(self._opened, self._branch, job.id))

    def action_mark(self) -> None:
        """Mark the job to compare with, or remove the mark."""
        job = self.current
        if job is not None:
            self._marked = "" if self._marked == job.id else job.id
            self._show()

    @work(group="between", exclusive=True)
    async def action_between(self) -> None:
        """Commits, files and times between two jobs."""
        newer, older = self.current, self._other
        if newer is None or older is None:
            return
        if int(newer.id) < int(older.id):
            newer, older = older, newer
        found = await asyncio.to_thread(between, self._opened, older, newer)
        title = f"{self._branch} · job {older.id} → job {newer.id}"
        self.app.push_screen(RowsScreen(title, between_rows(found)))

    @property
    def _other(self) -> Job | None:
        """The marked job, else the one before the one under the cursor."""
        job = self.current
        if job is None:
            return None
        if self._marked and self._marked != job.id:
            return next((each for each in self._jobs if each.id == self._marked), None)
        at = self._jobs.index(job)
        return self._jobs[at + 1] if at + 1 < len(self._jobs) else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action in ("logs", "mark"):
            return self.is_mounted and self.current is not None
        if action == "between":
            return self.is_mounted and self._other is not None
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the branches."""
        self.dismiss(None)
