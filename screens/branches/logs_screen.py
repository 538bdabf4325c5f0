"""Logs of a job, live, with its steps."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from screens.branches.job_rows import job_rows
from screens.widgets.format import duration
from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.problem_rows import problem_rows
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import FAIL, MUTED, OK, TEXT
from screens.widgets.titles import as_title
from workbench.branches.actions import retry_job, stop_job
from workbench.branches.context import OpenedBranches
from workbench.branches.hosting_models import App, Job
from workbench.model.user_problem import UserProblem

_MOST_STEPS = 8
_ENDED = {"SUCCEED": "succeeded", "FAILED": "failed", "CANCELLED": "cancelled"}


class LogsScreen(ModalScreen[None]):
    """Follows the job until it ends; closing it does not stop the job."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key("job.search", "slash", "search", "Search", "Show only lines with a text"),
        key("job.stop", "x", "stop", "Stop", "Stop the job"),
        key("job.retry", "R", "retry", "Retry", "Run the job again"),
        key("job.close", "escape,l", "close", "Close", "Back; the job goes on"),
    ]

    def __init__(self, opened: OpenedBranches, branch: str, job_id: str) -> None:
        super().__init__(id="job")
        self._opened = opened
        self._branch = branch
        self._job_id = job_id
        self._job: Job | None = None
        self._lines: list[tuple[str, str]] = []
        self._wanted = ""

    def compose(self) -> ComposeResult:
        """The steps above the lines."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"{self._branch} · job {self._job_id}")
            steps = RowList(id="job-steps")
            steps.can_focus = False
            yield steps
            waiting = ((("Loading the log …", MUTED),),)
            yield RowList(empty=waiting, id="job-lines", filters=False)
            entry = Input(placeholder="show only lines with …", id="job-search", compact=True)
            entry.display = False
            yield entry
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the job."""
        self.query_one("#job-lines").focus()
        self._follow()

    @work(group="follow", exclusive=True)
    async def _follow(self) -> None:
        hosting = self._opened.hosting
        told: dict[str, int] = {}
        app: App | None = None
        while self.is_mounted:
            try:
                if app is None:
                    app = await asyncio.to_thread(hosting.known_app)
                job, lines = await asyncio.to_thread(
                    hosting.look, app, self._branch, self._job_id, told
                )
            except UserProblem as problem:
                self.query_one("#job-lines", RowList).show_rows(problem_rows(problem))
                return
            self._job = job
            self._lines += lines
            self._show()
            if job.has_ended:
                return
            await asyncio.sleep(hosting.poll_seconds)

    def _show(self) -> None:
        job = self._job
        if job is None or not self.is_mounted:
            return
        steps, found = self.query_one("#job-steps", RowList), job_rows(job)
        steps.show_rows(found)
        # The rows of a list that grows by itself would cover the last lines below it.
        steps.styles.height = min(_MOST_STEPS, len(found))
        rows = [
            Row(((f"{step:<10}", MUTED), (line, TEXT)), str(at), copy=line)
            for at, (step, line) in enumerate(self._lines)
            if self._wanted in line.casefold()
        ]
        if not rows and not self._wanted and not job.has_ended:
            words = "Queued …" if job.status == "PENDING" else "Starting …"
            rows.append(Row(((words, MUTED),)))
        if job.has_ended:
            tone = OK if job.status == "SUCCEED" else FAIL
            words = f"{_ENDED.get(job.status, job.status.lower())} after {duration(job.seconds)}"
            rows.append(Row(((words, tone),), "end"))
        view = self.query_one("#job-lines", RowList)
        at_end = view.cursor >= view.row_count() - 1
        view.show_rows(rows)
        if at_end:
            # After the layout: until then the list scrolls only as far as the old lines went.
            self.call_after_refresh(view.action_last)
        self.query_one("#dialog", Vertical).border_subtitle = as_title(job.commit[:8])
        self.refresh_bindings()

    def action_search(self) -> None:
        """Open the search line."""
        entry = self.query_one("#job-search", Input)
        entry.display = True
        entry.focus()

    @on(Input.Changed, "#job-search")
    def _searched(self, event: Input.Changed) -> None:
        self._wanted = event.value.casefold()
        self._show()

    @on(Input.Submitted, "#job-search")
    def _search_done(self) -> None:
        self.query_one("#job-lines").focus()

    @work(group="stop")
    async def action_retry(self) -> None:
        """Run the job again, and follow that."""
        job = await asyncio.to_thread(retry_job, self._opened, self._branch, self._job_id)
        self._job_id, self._job, self._lines = job.job_id, None, []
        title = f"{self._branch} · job {job.job_id}"
        self.query_one("#dialog", Vertical).border_title = as_title(title)
        self._follow()

    @work(group="stop")
    async def action_stop(self) -> None:
        """Ask the job to end."""
        await asyncio.to_thread(stop_job, self._opened, self._branch, self._job_id)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        is_typing = isinstance(self.focused, Input)
        if action == "stop":
            return not is_typing and self._job is not None and not self._job.has_ended
        if action == "retry":
            return not is_typing and self._job is not None and self._job.has_ended
        if action == "search":
            return not is_typing
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """End the search if there is one, else go back to the branches."""
        entry = self.query_one("#job-search", Input)
        if entry.display:
            entry.value, entry.display = "", False
            self.query_one("#job-lines").focus()
        else:
            self.dismiss(None)
