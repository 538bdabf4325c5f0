"""Data is destroyed by a decision only: never by a key that was meant for something else."""

from __future__ import annotations

from typing import Any

import pytest
from textual import events
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from screens.app import WorkbenchApp
from screens.dialogs.confirm_screen import ConfirmScreen
from screens.dialogs.destroy_screen import DestroyScreen, word_to_type
from screens.dialogs.form_screen import Filled, FormField, FormScreen
from screens.help_screen import HelpScreen
from screens.sandbox.deployment_screen import DeploymentScreen
from screens.sandbox.screen import SandboxScreen
from screens.widgets.question_banner import QuestionBanner
from screens.widgets.text_styles import plain
from tests.screens.scripted import (
    NOW,
    SAVED,
    ScriptedPast,
    ScriptedStarter,
    failed_resource,
    losing_save,
    scripted_app,
)
from tests.screens.settling import sandbox_screen, until
from workbench.model.events import (
    ConfirmationAnswered,
    ConfirmationNeeded,
    LoopState,
    StateChanged,
)

(LOST,) = [event for event in losing_save()[-1:] if isinstance(event, ConfirmationNeeded)]


def banner(screen: Screen[Any]) -> str:
    return " ".join(str(one.visual) for one in screen.query(QuestionBanner))


async def opened(pilot: Pilot[None], app: WorkbenchApp, key: str = "f12") -> DestroyScreen:
    await pilot.press(key)
    await until(pilot, lambda: isinstance(app.screen, DestroyScreen), "the question")
    await until(pilot, lambda: isinstance(app.focused, Input), "its line")
    screen = app.screen
    assert isinstance(screen, DestroyScreen)
    return screen


async def unasked(pilot: Pilot[None], app: WorkbenchApp, answers: list[bool | None]) -> None:
    """A question comes up by itself; its answer comes into ``answers``."""
    await pilot.pause(0.6)  # the last key is no cause any more
    app.push_screen(ConfirmScreen("Unasked", [], "Yes", "No"), answers.append)
    await until(pilot, lambda: isinstance(app.screen, ConfirmScreen), "the dialog")


class Form(FormScreen[Filled]):
    """A dialog in which one types."""

    def __init__(self) -> None:
        super().__init__("A form", [FormField("text", "Text")], lambda filled: "")


STRAY = {
    "y": ["y"] * 30,
    "escape": ["escape"] * 5,
    "enter": ["enter"] * 10,
    "words": [*"yes please delete Todo", "enter", "y", "enter"],
}


@pytest.mark.parametrize("keys", STRAY.values(), ids=STRAY.keys())
@pytest.mark.parametrize("typing", [False, True], ids=["on the panes", "in a form"])
async def test_no_typing_answers(starter: ScriptedStarter, keys: list[str], typing: bool) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        if typing:
            app.push_screen(Form())
            await until(pilot, lambda: isinstance(app.focused, Input), "the form")
        half = len(keys) // 2
        await pilot.press(*keys[:half])
        for event in losing_save():
            app.feed.emit(event)
        await until(pilot, lambda: app.feed.is_drained, "the question")
        await pilot.press(*keys[half:])
        await pilot.pause()
        assert starter.controls.asked == []
        assert app.sandbox is not None
        assert app.sandbox.state.question is not None
        assert "Todo (214 items)" in banner(app.screen)


async def test_a_burst_of_raw_text_answers_nothing(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED + losing_save())
        for letter in "a mutation of Todo {\n  y\n}\ny\nTodo\ny\n":
            key = {"\n": "enter", " ": "space", "{": "left_curly_bracket"}.get(letter, letter)
            app.post_message(events.Key(key, letter))
        await until(pilot, lambda: app.gate.is_idle, "the end of the burst")
        await pilot.pause(0.2)
        assert starter.controls.asked == []


async def test_the_banner_is_on_every_screen_and_goes_with_the_question(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        sandbox = await sandbox_screen(pilot, starter, SAVED + losing_save())
        assert banner(sandbox).startswith(" ? F12 decides · #3 would destroy Todo (214 items)")
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen), "the help")
        await until(pilot, lambda: "Todo (214 items)" in banner(app.screen), "its banner")
        app.feed.emit(StateChanged(at=NOW + 130, state=LoopState.SYNTHESIZING))
        await until(pilot, lambda: not banner(app.screen) and not banner(sandbox), "their end")


@pytest.mark.parametrize("key", ["f12", "a"])
async def test_the_name_allows_it_and_is_recorded(starter: ScriptedStarter, key: str) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED + losing_save())
        dialog = await opened(pilot, app, key)
        shown = "\n".join(plain(row.spans) for row in dialog.query_one("#dialog-rows").rows)  # type: ignore[attr-defined]
        assert "data/amplifyData/Todo/TodoTable" in shown
        assert "214 items" in shown
        await pilot.press(*"todo", "enter")
        assert starter.controls.asked == []  # nearly is not enough
        await pilot.press(*["backspace"] * 4, *"Todo", "enter")
        await until(pilot, lambda: starter.controls.asked, "the answer")
        assert starter.controls.asked == ["answer True: typed Todo"]


async def test_keep_refuses_and_escape_leaves_it_open(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED + losing_save())
        await opened(pilot, app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "the panes")
        assert starter.controls.asked == []
        await opened(pilot, app)
        await pilot.press(*"keep", "enter")
        await until(pilot, lambda: starter.controls.asked, "the answer")
        assert starter.controls.asked == ["answer False: typed keep"]


async def test_a_newer_save_takes_the_dialog_away_and_the_rest_of_the_word_does_nothing(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter, unasked_seconds=0.4)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED + losing_save())
        await opened(pilot, app)
        await pilot.press(*"To")
        app.feed.emit(StateChanged(at=NOW + 130, state=LoopState.SYNTHESIZING))
        await until(pilot, lambda: isinstance(app.screen, SandboxScreen), "its end")
        await pilot.press("r", "R", "enter")
        assert starter.controls.asked == []


async def test_recreate_by_its_key_asks_at_once_with_the_sandboxs_name(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter)
    question = ConfirmationNeeded(at=NOW, question="recreate", losses=LOST.losses)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await pilot.press("R")
        app.feed.emit(question)
        await until(pilot, lambda: isinstance(app.screen, DestroyScreen), "the question")
        assert isinstance(app.screen, DestroyScreen)
        assert app.screen.word == "recreate me"
        await pilot.press("escape")
        app.feed.emit(StateChanged(at=NOW, state=LoopState.WATCHING))
        await until(pilot, lambda: not banner(app.screen), "the question's end")
        starter.controls.asked.clear()
        await pilot.press("R", "j")  # the user has turned to something else meanwhile
        app.feed.emit(question)
        await until(pilot, lambda: banner(app.screen), "the banner")
        assert isinstance(app.screen, SandboxScreen)


async def test_an_offer_after_a_failure_is_a_banner_only(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    question = ConfirmationNeeded(at=NOW, deployment=3, question="recreate", losses=LOST.losses)
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, [*SAVED, *failed_resource(), question])
        assert isinstance(app.screen, SandboxScreen)
        assert "recreating me would destroy Todo (214 items)" in banner(app.screen)


async def test_an_attached_terminal_says_who_answers(starter: ScriptedStarter) -> None:
    app = scripted_app(starter)
    attached = StateChanged(
        at=NOW, state=LoopState.ATTACHED, detail="process 7 in /dev/pts/3 runs this sandbox"
    )
    mirrored = StateChanged(at=NOW, state=LoopState.ATTACHED, detail="needs you")
    async with app.run_test(size=(120, 24)) as pilot:
        screen = await sandbox_screen(pilot, starter, [attached, mirrored, LOST])
        assert "process 7 in /dev/pts/3 asks: #3 would destroy Todo (214 items)" in banner(screen)
        await pilot.press("f12", "a")
        await pilot.pause()
        assert isinstance(app.screen, SandboxScreen)
        assert starter.controls.asked == []


async def test_the_decision_stands_in_log_and_history(starter: ScriptedStarter) -> None:
    decision = ConfirmationAnswered(
        at=NOW + 122,
        deployment=3,
        allowed=True,
        how="typed Todo in /dev/pts/3",
        losses=LOST.losses,
    )
    starter.past = ScriptedPast({3: [*losing_save(), decision]})
    app = scripted_app(starter)
    words = "allowed: destroys Todo (214 items) · typed Todo in /dev/pts/3"
    async with app.run_test(size=(120, 40)) as pilot:
        screen = await sandbox_screen(pilot, starter, [*SAVED, *losing_save(), decision])
        log = screen.query_one("#log LogView")
        told = [row.line.text for row in log.buffer.rows]  # type: ignore[attr-defined]
        assert "asked: deploying would destroy Todo (214 items)" in told
        assert words in told
        await pilot.press("5", "enter")
        await until(pilot, lambda: isinstance(app.screen, DeploymentScreen), "the page")

        def page() -> str:
            return "\n".join(plain(row.spans) for row in app.screen.query_one("#page").rows)  # type: ignore[attr-defined]

        await until(pilot, lambda: words in page(), "the decision")


async def test_a_dialog_that_comes_up_by_itself_takes_no_key_while_one_types(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter, unasked_seconds=0.7)
    answers: list[bool | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await unasked(pilot, app, answers)
        for _ in range(12):
            await pilot.press("y")
            await pilot.pause(0.1)
        assert answers == []
        await pilot.pause(1.1)  # the user has read it
        await pilot.press("y")
        await until(pilot, lambda: answers == [True], "the answer")


async def test_escape_pressed_again_and_again_closes_what_came_up_by_itself(
    starter: ScriptedStarter,
) -> None:
    app = scripted_app(starter, unasked_seconds=0.7)
    answers: list[bool | None] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await sandbox_screen(pilot, starter, SAVED)
        await unasked(pilot, app, answers)
        await pilot.press("escape")
        await pilot.pause(0.3)
        assert isinstance(app.screen, ConfirmScreen)  # typed at what was there before
        for _ in range(20):
            if answers:
                break
            await pilot.press("escape")
            await pilot.pause(0.2)
        assert answers == [False]


def test_short_names_are_typed_behind_the_act() -> None:
    assert word_to_type("Message", "destroy") == "Message"
    assert word_to_type("me", "recreate") == "recreate me"
    assert word_to_type("3", "destroy") == "destroy 3"
    assert word_to_type("Keep", "destroy") == "destroy Keep"
