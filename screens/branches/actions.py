"""What the branches pane does: each asks what is to be asked, does it in a thread, says how it went."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from screens.branches.logs_screen import LogsScreen
from screens.branches.promote_screen import PromoteScreen
from screens.dialogs.destroy_screen import DestroyScreen, word_to_type
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.dialogs.rows_screen import RowsScreen
from screens.messages import SelectEnvironment
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, STRONG
from workbench.branches.context import OpenedBranches
from workbench.branches.deletions import Deletion, now_text, recorded, who
from workbench.branches.environments import Environment
from workbench.branches.promote import Promotion, plan_promotion, promote
from workbench.branches.selected_environment import delete_sandbox, read_contents, workplace_of
from workbench.deploy.assembly.readable_path import readable_path
from workbench.loop.promotion_preview import preview_promotion
from workbench.model.user_problem import UserProblem
from workbench.project.models import ProjectProblem

if TYPE_CHECKING:
    from screens.branches.screen import BranchesScreen


class Doing:
    """The actions of one pane."""

    def __init__(self, screen: BranchesScreen) -> None:
        self._screen = screen

    # -- jobs -------------------------------------------------------------------------------------

    async def connect(self, opened: OpenedBranches, each: Environment) -> None:
        """Ask whether it is production, connect the Git branch, deploy it."""
        kinds = {
            "no": "for development",
            "yes": "production: marked red, and said so before it is deleted",
        }
        kind = await self.pick(f"Connect {each.name}", kinds)
        if kind is None:
            return

        def connect() -> str:
            app = opened.app_to_connect()
            opened.hosting.connect(app, each.name, production=kind == "yes", auto_build=True)
            return opened.hosting.start(app, each.name).id

        await self.start(opened, each.name, connect)

    async def preview(self, opened: OpenedBranches, each: Environment) -> None:
        """Ask how long, make a preview of the branch, deploy it."""

        def check(filled: Filled) -> str | FieldProblem:
            try:
                hours = float(filled["hours"])
            except ValueError:
                return FieldProblem("Write the hours as a number.", "hours")
            if 0 < hours <= 24 * 365:
                return ""
            return FieldProblem("More than 0 hours, and at most a year.", "hours")

        form = FormScreen(
            f"Preview {each.name}",
            (FormField("hours", "Hours until it goes by itself", "24"),),
            check,
            "It goes with its Git branch, too.",
            label="Make preview",
        )
        filled = await self._screen.app.push_screen_wait(form)
        if filled is None:
            return
        made = ""

        def preview() -> str:
            nonlocal made
            app = opened.app_to_preview()
            branch = opened.hosting.preview(app, each.name, float(filled["hours"]))
            made = branch.name
            return opened.start_preview(app, branch).id

        await self.start(opened, lambda: made, preview)

    async def start(
        self, opened: OpenedBranches, branch: str | Callable[[], str], start: Callable[[], str]
    ) -> None:
        """Start a job and follow its logs."""
        try:
            job = await asyncio.to_thread(start)
        except UserProblem as problem:
            self._screen.shell.say(str(problem), "error")
            return
        name = branch if isinstance(branch, str) else branch()
        self._screen.app.push_screen(LogsScreen(opened, name, job))

    async def automatic(self, opened: OpenedBranches) -> None:
        """Ask which new branches are connected by themselves, and whether gone ones go."""
        screen = self._screen
        try:
            app = await asyncio.to_thread(opened.app_to_connect)
        except UserProblem as problem:
            screen.shell.say(str(problem), "error")
            return
        fields = (
            FormField("patterns", "New branches that fit one of", " ".join(app.patterns),
                      "feature/* fix/*"),
            FormField("gone", "Delete environments whose Git branch is gone",
                      "true" if app.removes_gone else "", kind="tick"),
        )  # fmt: skip
        about = "They are connected and deployed by themselves. Empty: none."
        form = FormScreen("Branches by themselves", fields, lambda _: "", about, label="Save")
        filled = await screen.app.push_screen_wait(form)
        if filled is None:
            return
        patterns = tuple(filled["patterns"].split())
        gone = filled["gone"] == "true"
        if await self._do(lambda: opened.hosting.set_automatic(app, patterns, removes_gone=gone)):
            words = f"New branches that fit {' '.join(patterns)}" if patterns else "No new branch"
            screen.shell.say(f"{words} become environments by themselves")

    # -- promoting --------------------------------------------------------------------------------

    async def promote(self, opened: OpenedBranches, each: Environment) -> None:
        """Choose a target, see commits and changes, merge and deploy."""
        screen = self._screen
        names = {
            other.name: other.name
            for other in screen.environments.values()
            if other.kind == "branch" and other.git is not None and other is not each
        }
        target = await self.pick(f"Promote {each.name} into", names)
        if target is None:
            return
        root = opened.project.root
        try:
            plan = await asyncio.to_thread(plan_promotion, root, each.name, target)
        except UserProblem as problem:
            screen.shell.say(str(problem), "error")
            return
        if not plan.commits:
            rows = [
                Row(((f"{target} has all commits of {each.name} already.", STRONG),)),
                Row((("Nothing is merged, nothing is deployed.", MUTED),)),
            ]
            screen.app.push_screen(RowsScreen(f"Promote {each.name} into {target}", rows))
            return
        hosted = any(
            other.hosted is not None
            for other in screen.environments.values()
            if other.kind == "branch" and other.name == target
        )
        look = (lambda: preview_promotion(opened, plan)) if hosted else None
        if await screen.app.push_screen_wait(PromoteScreen(plan, look)):
            await self._promote(opened, plan, is_deployed=hosted)

    async def _promote(self, opened: OpenedBranches, plan: Promotion, *, is_deployed: bool) -> None:
        screen = self._screen
        try:
            commit = await asyncio.to_thread(promote, opened.project.root, plan)
        except UserProblem as problem:
            screen.shell.say(str(problem), "error")
            return
        screen.shell.say(f"{plan.target} has {plan.source} now")
        if not is_deployed:
            screen.action_reload()
            return
        hosting = opened.hosting
        await self.start(
            opened,
            plan.target,
            lambda: hosting.start_for(hosting.known_app(), plan.target, commit.id).id,
        )

    # -- deleting ---------------------------------------------------------------------------------

    async def delete(self, opened: OpenedBranches, chosen: Sequence[Environment]) -> None:
        """Name what is lost, ask for the name to be typed, delete, and record who did it."""
        screen = self._screen
        names = ", ".join(each.name for each in chosen)
        try:
            of_each = await asyncio.to_thread(_lost, opened, chosen)
        except UserProblem as problem:
            screen.shell.say(str(problem), "error")
            return
        names_of = {each.key: each.name for each in chosen}
        several = len(chosen) > 1
        lost = [f"{names_of[key]}: {line}" if several else line for key, line in of_each]
        title = f"Delete {names}, with users and all data?"
        production = any(each.hosted and each.hosted.is_production for each in chosen)
        rows = [Row((("This is production.", FAIL),)), Row(())] if production else []
        rows += [Row((("− ", FAIL), (line, STRONG))) for line in lost]
        if any(each.kind == "branch" for each in chosen):
            rows.append(Row((("The Git branch stays.", MUTED),)))
        if production or len(chosen) == 1:
            word = word_to_type(names, "delete")
        else:
            word = f"delete {len(chosen)}"
        decision = await screen.app.push_screen_wait(
            DestroyScreen(title, rows, word, "delete it", later="Close")
        )
        if decision is None or not decision.allowed:
            return
        by = await asyncio.to_thread(who, opened.project.root)
        for each in chosen:
            stack = each.stack.name if each.stack is not None else ""
            screen.leaving.add(stack)
            screen.action_reload()
            told = Deletion(
                now_text(),
                each.name,
                each.kind,
                stack,
                opened.session.target.label,
                by,
                decision.how,
                tuple(line for name, line in of_each if name == each.key),
            )

            def delete(each: Environment = each, told: Deletion = told) -> None:
                with recorded(opened.project, told):
                    _delete(opened, each)

            if await self._do(delete):
                screen.shell.say(f"Deleted {each.name}; H has the record")
            else:
                screen.leaving.discard(stack)
        place = screen.shell.environment
        if place is not None and any(workplace_of(each) == place for each in chosen):
            screen.post_message(SelectEnvironment(None))
        screen.marked.clear()
        screen.action_reload()

    # -- asking and doing -------------------------------------------------------------------------

    async def pick(self, title: str, words: dict[str, str]) -> str | None:
        """Let one of several be chosen; its key."""
        rows = [Row(((text, STRONG),), key) for key, text in words.items()]
        picker = PickerScreen(title, lambda text: matching(rows, text), hint="search")
        return await self._screen.app.push_screen_wait(picker)

    async def _do(self, act: Callable[[], object]) -> bool:
        try:
            await asyncio.to_thread(act)
        except UserProblem as problem:
            self._screen.shell.say(str(problem), "error")
            return False
        return True


def _lost(opened: OpenedBranches, chosen: Sequence[Environment]) -> Sequence[tuple[str, str]]:
    """What goes with which environment (by its key), a line each: what holds data first."""
    lines = []
    for each in chosen:
        place = workplace_of(each)
        if place is None:
            lines.append((each.key, "its jobs and their logs"))
            continue
        lines += [
            (each.key, f"{readable_path(loss.construct_path)}: {loss.contents or loss.type}")
            for loss in read_contents(opened, place)
        ]
        lines.append((each.key, place.stack))
    return lines


def _delete(opened: OpenedBranches, each: Environment) -> None:
    if each.hosted is not None:
        opened.hosting.delete(opened.hosting.known_app(), each.name)
        return
    place = workplace_of(each)
    if place is None:
        return
    remaining = delete_sandbox(opened, place)
    if remaining:
        raise ProjectProblem(f"{each.name} is deleted; still there: {', '.join(remaining)}.", "")
