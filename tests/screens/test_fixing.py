"""What the offer key, the editor key and the target key do, and what a restart shows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest

from screens.app import WorkbenchApp
from screens.sandbox.header import HeaderBar
from screens.sandbox.panes import HistoryPane, ProblemsPane
from screens.sandbox.screen import SandboxScreen
from screens.shell import AppShell
from screens.widgets.text_styles import plain
from tests.screens.scripted import (
    FAILURE,
    NOW,
    ScriptedPast,
    ScriptedStarter,
    failed_resource,
    first_deployment,
    save_begins,
    scripted_app,
    type_error,
)
from tests.screens.settling import sandbox_screen, until
from workbench.aws.target import AwsTarget
from workbench.model.deployment import DeploymentResult, Failure
from workbench.model.events import (
    AnyEvent,
    BranchChanged,
    DeploymentFinished,
    DeploymentStarted,
    LoopState,
    ResourceProgressed,
    StateChanged,
    Trigger,
)

Offer = Literal["recreate", "install", "start-local-cloud", "retry", "login", "target"]


def failed_with(offer: Offer) -> list[AnyEvent]:
    failure = Failure("It failed", "for a reason", "Fix it.", offer=offer)
    return [
        DeploymentStarted(at=NOW, deployment=2, trigger=Trigger("manual")),
        DeploymentFinished(
            at=NOW, deployment=2, result=DeploymentResult.FAILED, seconds=1.0, failure=failure
        ),
        StateChanged(at=NOW, state=LoopState.FAILED),
    ]


def problems(screen: SandboxScreen) -> str:
    return "\n".join(plain(row.spans) for row in screen.query_one(ProblemsPane).rows)


def edited(app: WorkbenchApp) -> list[tuple[Path, int, int]]:
    """What the app opens in the editor, in a terminal that can be lent."""
    found: list[tuple[Path, int, int]] = []
    shell: Any = app.shell
    shell.edit = lambda file, line, column: found.append((file, line, column))  # type: ignore[method-assign]
    return found


@pytest.mark.parametrize("offer", ["start-local-cloud", "retry"])
async def test_offer_deploys_again(starter: ScriptedStarter, offer: Offer) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment() + failed_with(offer))
        await pilot.press("x")
        assert starter.controls.asked == ["redeploy"]


@pytest.mark.parametrize("key", ["T", "x"])
async def test_target_is_chosen_anew(starter: ScriptedStarter, key: str) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, failed_with("target"))
        assert "press x to choose another target (T)" in problems(screen)
        await pilot.press(key)
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        assert starter.controls.asked == []
        await pilot.press("j", "j", "enter")
        await until(pilot, lambda: starter.chosen == [AwsTarget(profile="staging")], "the choice")
        assert starter.controls.asked == ["stop"]
        again = await sandbox_screen(pilot, starter)
        assert again is not screen


async def test_the_same_target_again_tries_again(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, failed_with("target"))
        await pilot.press("T")
        await until(pilot, lambda: app.screen.id == "target", "the choice")
        await pilot.press("enter")
        await until(pilot, lambda: starter.controls.asked == ["redeploy"], "the next try")
        assert app.screen is screen


async def test_target_stays_while_deploying(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment() + save_begins())
        await pilot.press("T")
        await pilot.pause(0.1)
        assert app.screen is screen
        assert starter.controls.asked == []


async def test_editor_opens_the_errors_place(
    starter: ScriptedStarter, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(AppShell, "can_edit", property(lambda _: True))
    app = scripted_app(starter)
    opened = edited(app)
    async with app.run_test(size=(100, 30)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        await pilot.press("e")
        assert opened == []  # nothing is wrong
        await sandbox_screen(pilot, starter, type_error())
        await pilot.press("e")
        assert opened == [(tmp_path / "amplify/data/resource.ts", 8, 7)]


async def test_editor_key_is_off_without_an_editor(
    starter: ScriptedStarter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EDITOR", raising=False)
    monkeypatch.delenv("VISUAL", raising=False)
    app = scripted_app(starter)
    opened = edited(app)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, type_error())
        assert "e" not in {key for key, on in screen.active_bindings.items() if on.enabled}
        await pilot.press("e")
        assert opened == []


async def test_branch_switch_changes_the_header(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(120, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, first_deployment())
        header = screen.query_one(HeaderBar)
        assert "↱ main" in header.render_line(0).text
        await sandbox_screen(pilot, starter, [BranchChanged(at=NOW, branch="feature/tags")])
        assert "↱ feature/tags" in header.render_line(0).text
        assert "↱ main" not in header.render_line(0).text


async def test_start_after_a_crash_shows_what_was_cut_off_and_adopts(tmp_path: Path) -> None:
    cut_off = first_deployment()[:12]
    starter = ScriptedStarter(tmp_path, past=ScriptedPast({1: cut_off}))
    interrupted = DeploymentFinished(
        at=NOW + 3,
        deployment=1,
        result=DeploymentResult.INTERRUPTED,
        seconds=3.0,
        failure=Failure("Interrupted", "The process ended.", "Nothing to do."),
    )
    adopted: list[AnyEvent] = [
        DeploymentStarted(at=NOW + 60, deployment=2, trigger=Trigger("adopt")),
        StateChanged(at=NOW + 60, state=LoopState.DEPLOYING, deployment=2),
    ]
    app = scripted_app(starter)
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await sandbox_screen(pilot, starter, [interrupted, *adopted])
        history = screen.query_one(HistoryPane)
        await until(pilot, lambda: len(history.rows) == 2, "the history")
        shown = "\n".join(plain(row.spans) for row in history.rows)
        assert "interrupted" in shown
        assert not screen.query_one(ProblemsPane).display  # the past is not what is wrong now
        header = "".join(text for text, _ in screen.query_one(HeaderBar).badges())
        assert "DEPLOYING" in header


async def test_a_rolled_back_resource_stays_the_failed_one(starter: ScriptedStarter) -> None:
    events = failed_resource()
    (failed,) = [event for event in events if isinstance(event, ResourceProgressed)]
    back = replace(failed, resource=replace(failed.resource, status="UPDATE_COMPLETE", reason=""))
    app = scripted_app(starter)
    async with app.run_test(size=(100, 30)) as pilot:
        screen = await sandbox_screen(pilot, starter, [*events[:-2], back, *events[-2:]])
        current = screen.state.current
        assert current is not None
        (shown,) = current.progress.values()
        assert shown.status == "UPDATE_FAILED"
        (live,) = screen.state.resources.values()
        assert live.status == "UPDATE_COMPLETE"
        assert FAILURE.title in problems(screen)
