"""Dialogs of the branches pane: connect, preview, promote and delete."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from screens.branches.environment_list import EnvironmentList
from screens.branches.promote_screen import PromoteScreen
from screens.dialogs.ask import Ask
from screens.dialogs.destroy_screen import DestroyScreen, word_to_type
from screens.dialogs.form_screen import FieldProblem, Filled, FormField, FormScreen
from screens.dialogs.picker_screen import PickerScreen, matching
from screens.dialogs.rows_screen import RowsScreen
from screens.widgets.row_list import Row
from screens.widgets.text_styles import FAIL, MUTED, STRONG
from workbench.branches.actions import StartedJob, create_preview, read_losses
from workbench.branches.context import OpenedBranches
from workbench.branches.environments import Environment
from workbench.branches.hosting_models import App
from workbench.branches.promote import Promotion, plan_promotion
from workbench.loop.promotion_preview import preview_promotion


def choices(title: str, texts: Mapping[str, str]) -> PickerScreen:
    """Choose one of several; gives its key."""
    rows = [Row(((text, STRONG),), key) for key, text in texts.items()]
    return PickerScreen(title, lambda text: matching(rows, text), hint="search")


def kind_picker(branch: str) -> PickerScreen:
    """Choose whether a branch to connect is ``production`` or for ``development``."""
    kinds = {
        "development": "for development",
        "production": "production: shown in red, with a warning before it is deleted",
    }
    return choices(f"Connect {branch}", kinds)


def side_name(each: Environment) -> str:
    """The name of an environment in a comparison."""
    return "sandbox" if each.kind == "sandbox" else each.name


def compare_picker(each: Environment, environments: EnvironmentList) -> PickerScreen:
    """Choose another environment to compare with; gives its name in a comparison."""
    others = [side_name(other) for other in environments.comparable(each)]
    return choices(f"Compare {side_name(each)} with", {name: name for name in others})


def preview_form(opened: OpenedBranches, branch: str) -> FormScreen[StartedJob]:
    """Ask how long a preview should live, then create and deploy it."""

    def check(filled: Filled) -> str | FieldProblem:
        try:
            hours = float(filled["hours"])
        except ValueError:
            return FieldProblem("Type the hours as a number.", "hours")
        if 0 < hours <= 24 * 365:
            return ""
        return FieldProblem("More than 0 hours, and at most a year.", "hours")

    async def create(filled: Filled) -> StartedJob:
        return await asyncio.to_thread(create_preview, opened, branch, float(filled["hours"]))

    return FormScreen(
        f"Preview {branch}",
        (FormField("hours", "Delete it after (hours)", "24"),),
        check,
        "Deleting the Git branch deletes it, too.",
        label="Create preview",
        submit=create,
    )


@dataclass(frozen=True, slots=True)
class AutomaticBranches:
    """Which new branches become environments, and whether deleted ones lose theirs."""

    patterns: tuple[str, ...]
    removes_gone: bool


def automatic_form(opened: OpenedBranches, app: App) -> FormScreen[AutomaticBranches]:
    """Choose which new branches are connected and deployed automatically."""

    async def save(filled: Filled) -> AutomaticBranches:
        chosen = AutomaticBranches(tuple(filled["patterns"].split()), filled["gone"] == "true")
        await asyncio.to_thread(
            lambda: opened.hosting.set_automatic(
                app, chosen.patterns, removes_gone=chosen.removes_gone
            )
        )
        return chosen

    fields = (
        FormField(
            "patterns", "Patterns of new branches", " ".join(app.patterns), "feature/* fix/*"
        ),
        FormField("gone", "Delete environments whose Git branch is deleted",
                  "true" if app.removes_gone else "", kind="tick"),
    )  # fmt: skip
    about = "Branches that match are connected and deployed automatically. Empty: none."
    return FormScreen("Automatic branches", fields, lambda _: "", about, label="Save", submit=save)


@dataclass(frozen=True, slots=True)
class AcceptedPromotion:
    """A promotion that was confirmed; ``is_deployed``: the target is connected."""

    promotion: Promotion
    is_deployed: bool


async def choose_promotion(
    ask: Ask, opened: OpenedBranches, source: Environment, environments: EnvironmentList
) -> AcceptedPromotion | None:
    """Choose a target, and confirm commits and changes; raises GitProblem."""
    targets = {each.name: each for each in environments.promotion_targets(source)}
    names = {name: name for name in targets}
    target = await ask(choices(f"Promote {source.name} into", names))
    if target is None:
        return None
    plan = await asyncio.to_thread(plan_promotion, opened.project.root, source.name, target)
    if not plan.commits:
        rows = [
            Row(((f"{target} has all commits of {source.name} already.", STRONG),)),
            Row((("Nothing to merge or deploy.", MUTED),)),
        ]
        await ask(RowsScreen(f"Promote {source.name} into {target}", rows))
        return None
    is_deployed = targets[target].hosted is not None
    look = (lambda: preview_promotion(opened, plan)) if is_deployed else None
    return AcceptedPromotion(plan, is_deployed) if await ask(PromoteScreen(plan, look)) else None


@dataclass(frozen=True, slots=True)
class ConfirmedDeletion:
    """Environments to delete with what is lost, by their keys; ``how`` it was confirmed."""

    losses: Mapping[str, Sequence[str]]
    how: str


async def confirm_deletion(
    ask: Ask, opened: OpenedBranches, environments: Sequence[Environment]
) -> ConfirmedDeletion | None:
    """Name what is lost, and have a word typed; raises UserProblem."""

    def read() -> dict[str, Sequence[str]]:
        return {each.key: read_losses(opened, each) for each in environments}

    losses = await asyncio.to_thread(read)
    decision = await ask(delete_screen(environments, losses))
    if decision is None or not decision.allowed:
        return None
    return ConfirmedDeletion(losses, decision.how)


def delete_screen(
    environments: Sequence[Environment], losses: Mapping[str, Sequence[str]]
) -> DestroyScreen:
    """The question before environments are deleted."""
    names = ", ".join(each.name for each in environments)
    production = any(each.hosted and each.hosted.is_production for each in environments)
    rows = [Row((("This is production.", FAIL),)), Row(())] if production else []
    rows += [Row((("− ", FAIL), (line, STRONG))) for line in _lines(environments, losses)]
    if any(each.kind == "branch" for each in environments):
        rows.append(Row((("The Git branch stays.", MUTED),)))
    if production or len(environments) == 1:
        word = word_to_type(names, "delete")
    else:
        word = f"delete {len(environments)}"
    title = f"Delete {names}, with users and all data?"
    return DestroyScreen(title, rows, word, "delete it", later="Close")


def _lines(
    environments: Sequence[Environment], losses: Mapping[str, Sequence[str]]
) -> Iterable[str]:
    for each in environments:
        whose = f"{each.name}: " if len(environments) > 1 else ""
        yield from (f"{whose}{line}" for line in losses[each.key])
