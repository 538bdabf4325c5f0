"""A job's logs, step by step, as they come."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.branches.environment_rows import job_rows
from screens.widgets.key_bar import KeyBar
from screens.widgets.row_list import Row, RowList
from screens.widgets.tones import FAIL, MUTED, OK, TEXT
from workbench.branches.hosting import Job
from workbench.branches.opening import OpenedBranches
from workbench.project.models import ProjectProblem


class LogsScreen(ModalScreen[None]):
    """Follows the job until it ends; dismissed at any time, the job goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("x", "stop", "Stop", id="job.stop", tooltip="Ask the job to end"),
        Binding("escape,l", "close", "Close", id="job.close", tooltip="Back; the job goes on"),
    ]

    def __init__(self, opened: OpenedBranches, branch: str, job_id: str) -> None:
        super().__init__(id="job")
        self._opened = opened
        self._branch = branch
        self._job_id = job_id
        self._job: Job | None = None
        self._lines: list[tuple[str, str]] = []

    def compose(self) -> ComposeResult:
        """The steps above the lines."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = f"{self._branch} · job {self._job_id}"
            steps = RowList(id="job-steps")
            steps.can_focus = False
            yield steps
            yield RowList(empty=((("Waiting for its turn …", MUTED),),), id="job-lines")
        yield KeyBar()

    def on_mount(self) -> None:
        """Follow the job."""
        self.query_one("#job-lines").focus()
        self._follow()

    @work(group="follow", exclusive=True)
    async def _follow(self) -> None:
        hosting = self._opened.hosting
        told: dict[str, int] = {}
        while self.is_mounted:
            try:
                app = await asyncio.to_thread(hosting.known_app)
                job, lines = await asyncio.to_thread(
                    hosting.look, app, self._branch, self._job_id, told
                )
            except ProjectProblem as problem:
                self.query_one("#job-lines", RowList).show_rows(
                    [Row((("✗ ", FAIL), (str(problem), TEXT)))]
                )
                return
            self._job = job
            self._lines += lines
            self._show()
            if job.has_ended:
                return
            await asyncio.sleep(0.3)

    def _show(self) -> None:
        job = self._job
        if job is None or not self.is_mounted:
            return
        self.query_one("#job-steps", RowList).show_rows(job_rows(job))
        rows = [
            Row(((f"{step:<10}", MUTED), (line, TEXT)), str(at), copy=line)
            for at, (step, line) in enumerate(self._lines)
        ]
        if job.has_ended:
            tone = OK if job.status == "SUCCEED" else FAIL
            words = f"{job.status.lower()} after {job.seconds:.1f} s"
            rows.append(Row(((words, tone),), "end"))
        view = self.query_one("#job-lines", RowList)
        at_end = view.cursor >= view.row_count() - 1
        view.show_rows(rows)
        if at_end:
            view.action_last()
        self.query_one("#dialog", Vertical).border_subtitle = job.commit[:8]
        self.refresh_bindings()

    @work(group="stop")
    async def action_stop(self) -> None:
        """Ask the job to end."""
        hosting = self._opened.hosting
        try:
            app = await asyncio.to_thread(hosting.known_app)
            await asyncio.to_thread(hosting.stop, app, self._branch, self._job_id)
        except ProjectProblem as problem:
            self.notify(str(problem), severity="error", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what works now."""
        if action == "stop":
            return self._job is not None and not self._job.has_ended
        return super().check_action(action, parameters)

    def action_close(self) -> None:
        """Back to the branches."""
        self.dismiss(None)
