"""Confirmation of a promotion: its commits, and what its deployment would change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from screens.widgets.key_bar import KeyBar
from screens.widgets.keys import key
from screens.widgets.row_list import Row, RowList
from screens.widgets.text_styles import ACCENT, FAIL, MUTED, OK, STRONG, TEXT, WARN
from screens.widgets.titles import as_title
from workbench.branches.promote import Promotion
from workbench.loop.dry_run import ComingChanges
from workbench.model.deployment import Effect, ResourceChange
from workbench.model.user_problem import UserProblem
from workbench.wording import plural

_SIGNS = {
    Effect.DESTROY: ("− destroys", FAIL),
    Effect.REPLACE: ("± replaces", FAIL),
    Effect.UPDATE: ("~ updates", WARN),
    Effect.CREATE: ("+ creates", OK),
}


_FILES = 8
"""Files of the backend that are named."""


class PromoteScreen(ModalScreen[bool]):
    """True: promote. ``look`` evaluates the merged code; None if nothing will be deployed.

    It cannot be confirmed before the result is known.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        # With priority: in a list, the key copies the row.
        key("promote.yes", "y", "answer(True)", "Promote", "Merge with Git, and deploy",
            priority=True),
        key("promote.no", "n,escape", "answer(False)", "Cancel", "Change nothing"),
    ]  # fmt: skip

    def __init__(self, plan: Promotion, look: Callable[[], ComingChanges] | None) -> None:
        super().__init__(id="promote")
        self._plan = plan
        self._look = look
        self._is_known = look is None

    def compose(self) -> ComposeResult:
        """The commits above the changes."""
        with Vertical(id="dialog") as dialog:
            dialog.border_title = as_title(f"Promote {self._plan.source} into {self._plan.target}?")
            yield RowList(id="promote-rows")
        yield KeyBar()

    def on_mount(self) -> None:
        """Show the commits, then look at the changes."""
        view = self.query_one(RowList)
        view.focus()
        if self._look is None:
            words = f"{self._plan.target} is not connected: nothing is deployed."
            view.show_rows([*self._commits(), Row(()), Row(((words, MUTED),))])
            return
        if not self._plan.files:
            words = "No file changes, so no resource changes."
            view.show_rows([*self._commits(), Row(()), Row(((words, TEXT),))])
            self._is_known = True
            return
        words = "Evaluating the merged code to see what its deployment would change …"
        rows = [Row(((words, MUTED),)), Row((("y promotes as soon as that is known.", MUTED),))]
        view.show_rows([*self._commits(), Row(()), *rows])
        self._load(self._look)

    def _commits(self) -> list[Row]:
        plan = self._plan
        how = "moves forward by" if plan.is_fast_forward else "merges"
        rows = [Row(((f"{plan.target} {how} {plural(len(plan.commits), 'commit')}:", TEXT),))]
        rows += [
            Row(((f"  {each.short} ", MUTED), (each.subject, STRONG), (f"  {each.author}", MUTED)))
            for each in plan.commits
        ]
        if plan.files:
            backend = [name for name in plan.files if "amplify/" in f"/{name}"]
            words = f"{plural(len(plan.files), 'file')}, {len(backend)} of the backend"
            rows += [Row(()), Row(((words, TEXT),))]
            rows += [Row(((f"  {name}", MUTED),), copy=name) for name in backend[:_FILES]]
            if len(backend) > _FILES:
                rows.append(Row(((f"  … and {len(backend) - _FILES} more", MUTED),)))
        return rows

    @work(group="look")
    async def _load(self, look: Callable[[], ComingChanges]) -> None:
        try:
            found = await asyncio.to_thread(look)
        except UserProblem as problem:
            rows = [Row((("✗ ", FAIL), (str(problem), TEXT)))]
        else:
            rows = coming_rows(found)
            self._is_known = True
        self.query_one(RowList).show_rows([*self._commits(), Row(()), *rows])
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Confirm only when the changes are known."""
        if action == "answer" and parameters == (True,):
            return self._is_known
        return super().check_action(action, parameters)

    def action_answer(self, promoted: bool) -> None:
        """Close with the answer."""
        self.dismiss(promoted)


def coming_rows(found: ComingChanges) -> list[Row]:
    """What a deployment would do, the worst first."""
    if found.prepared is None:
        failure = found.failure
        words = f"{failure.title} {failure.reason}" if failure else "The code defines no backend."
        rows = [Row((("✗ The deployment would fail: ", FAIL), (words, TEXT)))]
        if failure is not None and failure.fix:
            rows.append(Row(((f"  {failure.fix}", MUTED),)))
        return rows
    diff, losses = found.prepared.diff, found.prepared.losses
    rows = []
    if losses:
        rows.append(Row((("Data that would be lost:", FAIL),)))
        for each in losses:
            what = f"  ! {each.construct_path}"
            about = f"  {each.contents or each.type}: {each.reason}"
            rows.append(Row(((what, STRONG), (about, TEXT)), copy=each.construct_path))
        rows.append(Row(()))
    if diff.warnings:
        rows.append(Row((("Stored rows that no longer fit:", WARN),)))
        rows += [Row((("  ! ", WARN), (each, TEXT)), copy=each) for each in diff.warnings]
        rows.append(Row(()))
    if not diff.changes:
        return [*rows, Row((("Deploys it; no resource changes.", TEXT),))]
    rows.append(Row((("Deploys it, which", TEXT),)))
    for effect, (words, tone) in _SIGNS.items():
        rows += [
            Row(((f"  {words:<11}", tone), *_change(each)), copy=each.construct_path)
            for each in diff.changes
            if each.effect is effect
        ]
    if updates := found.prepared.plan.updates:
        words = f"Indexes change one at a time, in {plural(len(updates), 'update')}:"
        rows += [Row(()), Row(((words, TEXT),))]
        rows += [
            Row(((f"  {number}. {each}", MUTED),), copy=each)
            for number, each in enumerate(updates, 1)
        ]
    return rows


def _change(each: ResourceChange) -> tuple[tuple[str, str], ...]:
    name = each.construct_path or each.logical_id
    return ((name, TEXT), (f"  {each.type.removeprefix('AWS::')}", ACCENT))
