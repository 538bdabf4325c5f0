"""Makes the screenshots of the documentation from the real app with the real engine.

    python -m scripts.screenshots PROJECT [FOLDER]

PROJECT is an Amplify Gen 2 project with a ``content: a.string()`` field in
``amplify/data/resource.ts``; it is deployed to its local cloud, the field is edited and put back.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.sandbox_starter import ProjectStarter
from screens.themes import load_themes
from workbench.model.events import LoopState
from workbench.startup import Flags

ROOT = Path(__file__).parents[1]
WIDE = (132, 40)
NARROW = (80, 24)
LONGEST_WAIT = 300.0
FIELD = "a.string()"


async def wait_for(pilot: Pilot[None], holds: Callable[[], bool], what: str) -> None:
    """Wait for the engine; ends the script where it takes minutes."""
    waited = 0.0
    while not holds():
        if waited > LONGEST_WAIT:
            raise SystemExit(f"never came: {what}")
        await pilot.pause(0.2)
        waited += 0.2
    await pilot.pause(0.3)


def state_is(app: WorkbenchApp, state: LoopState, number: int) -> Callable[[], bool]:
    """Whether the sandbox is in this state, and at least this deployment has ended."""

    def holds() -> bool:
        if app.sandbox is None:
            return False
        shown = app.sandbox.state
        current = shown.current
        ended = current is not None and current.number >= number and current.result is not None
        return ended and shown.loop is state

    return holds


def last_number(app: WorkbenchApp) -> int:
    """The newest deployment's number."""
    assert app.sandbox is not None
    return max(app.sandbox.state.history)


async def tell(project: Path, folder: Path, size: tuple[int, int], prefix: str) -> None:
    """One run of the app: deployed, edited, broken, fixed; a picture of each."""
    themes, _ = load_themes()
    starter = ProjectStarter(project, Flags(local=True))
    app = WorkbenchApp(starter, themes=themes, theme="dark")
    resource = project / "amplify" / "data" / "resource.ts"
    text = resource.read_text()
    if FIELD not in text:
        raise SystemExit(f"{resource} has no {FIELD} to edit")

    def save(name: str) -> None:
        path = folder / f"{prefix}-{name}.svg"
        picture = app.export_screenshot(title="amplify-tui")
        path.write_text(picture.replace("<text ", '<text xml:space="preserve" '))
        sys.stdout.write(f"{path}\n")

    try:
        async with app.run_test(size=size) as pilot:
            await wait_for(pilot, state_is(app, LoopState.WATCHING, 1), "the first deployment")
            save("deployed")
            number = last_number(app)
            resource.write_text(text.replace(FIELD, f"{FIELD}.required()", 1))
            await wait_for(pilot, state_is(app, LoopState.WATCHING, number + 1), "the edit")
            save("edited")
            for key, name in (("3", "resources"), ("4", "log"), ("5", "history")):
                await pilot.press(key)
                await pilot.pause(0.3)
                save(name)
            await pilot.press("question_mark")
            await pilot.pause(0.3)
            save("keys")
            await pilot.press("escape")
            number = last_number(app)
            resource.write_text(text.replace(FIELD, "'text'", 1))
            await pilot.press("2")
            await wait_for(pilot, state_is(app, LoopState.FAILED, number + 1), "the type error")
            save("type-error")
            await pilot.press("ctrl+c")
    finally:
        resource.write_text(text)
        app.ending.wait_for_engine()


def main() -> None:
    """Make all pictures."""
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    project = Path(sys.argv[1]).absolute()
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    for size, prefix in ((WIDE, "wide"), (NARROW, "narrow")):
        asyncio.run(tell(project, folder, size, prefix))


if __name__ == "__main__":
    main()
