"""Makes the screenshots of the documentation from the real app with the real engine.

    python -m scripts.screenshots [FOLDER]

A chat application in Python with users, rows and two branches is made in a folder that is deleted
at the end. At two sizes the app deploys it, a file is edited, broken and put back, and each pane
is shown.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot

from screens.app import WorkbenchApp
from screens.editing.code_editor import CodeEditor
from screens.sandbox_starter import ProjectStarter
from screens.themes import load_themes
from workbench.model.events import LoopState
from workbench.startup import Flags

ROOT = Path(__file__).parents[1]
SIZES = {"wide": (132, 40), "narrow": (80, 24)}
LONGEST_WAIT = 300.0
FIELD = "    text: str\n"
EDITED = "    text: str\n    mood: str | None\n"
BROKEN = "    text: set\n"
OPERATION = 'query Welcome {\n  greet(name: "Ann")\n}\n'


def run(*command: str, cwd: Path) -> None:
    """Run a command; its output is shown if it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def prepare(folder: Path) -> Path:
    """A deployed project with users, rows and a connected branch."""
    project = folder / "chat"
    tui = (sys.executable, "-m", "amplify_tui")
    run(*tui, "init", "--language", "python", str(project), cwd=folder)
    git = ("git", "-c", "user.name=Ada", "-c", "user.email=ada@example.com")
    run("git", "init", "-q", "-b", "main", cwd=project)
    run("git", "add", "-A", cwd=project)
    run(*git, "commit", "-q", "-m", "A chat application", cwd=project)
    run("git", "branch", "feature/reactions", cwd=project)
    run(*tui, "sandbox", "--once", "--local", "--identifier", "ada", cwd=project)
    run(*tui, "users", "seed", "--local", "--identifier", "ada", "--count", "12", cwd=project)
    run(*tui, "branches", "connect", "main", "--local", "--identifier", "ada", cwd=project)
    return project


async def wait_for(pilot: Pilot[None], holds: Callable[[], bool], what: str) -> None:
    """Wait for the engine; ends the script after minutes."""
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


def shown(app: WorkbenchApp, text: str) -> Callable[[], bool]:
    """Whether the screen shows a text."""
    return lambda: text in app.export_screenshot().replace("&#160;", " ")


async def show(project: Path, folder: Path, size: tuple[int, int], prefix: str) -> None:
    """One run of the app."""
    themes, _ = load_themes()
    starter = ProjectStarter(project, Flags(local=True, identifier="ada"))
    app = WorkbenchApp(starter, themes=themes, theme="dark")
    resource = project / "amplify" / "data" / "resource.py"
    text = resource.read_text()

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
            resource.write_text(text.replace(FIELD, EDITED, 1))
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
            resource.write_text(text.replace(FIELD, BROKEN, 1))
            await pilot.press("2")
            await wait_for(pilot, state_is(app, LoopState.FAILED, number + 1), "the error")
            save("error")
            number = last_number(app)
            resource.write_text(text)
            await wait_for(pilot, state_is(app, LoopState.WATCHING, number + 1), "the fix")
            await show_panes(app, pilot, save)
            await pilot.press("ctrl+c")
    finally:
        resource.write_text(text)
        app.ending.wait_for_engine()


async def show_panes(app: WorkbenchApp, pilot: Pilot[None], save: Callable[[str], None]) -> None:
    """The playground with a result, the users, the branches."""
    await pilot.press("7")
    await wait_for(pilot, lambda: bool(app.screen.query(CodeEditor)), "the playground")
    await wait_for(pilot, shown(app, " types · "), "the schema")
    app.screen.query_one(CodeEditor).text = OPERATION
    await pilot.pause(1.0)
    await pilot.press("f5")
    await wait_for(pilot, shown(app, "Hello, Ann"), "the answer")
    save("playground")
    await pilot.press("escape", "escape")
    await wait_for(pilot, lambda: not app.screen.query(CodeEditor), "the sandbox")
    await pilot.press("8")
    await wait_for(pilot, shown(app, "@example.com"), "the users")
    await pilot.pause(1.0)
    save("users")
    await pilot.press("q")
    await pilot.pause(0.5)
    await pilot.press("9")
    await wait_for(pilot, shown(app, "feature/reactions"), "the branches")
    await pilot.pause(1.0)
    save("branches")


def main() -> None:
    """Make all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    # The user's own settings, such as a theme, are not for the pictures.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        os.environ["XDG_CONFIG_HOME"] = f"{home}/config"
        project = prepare(Path(home))
        try:
            for prefix, size in SIZES.items():
                asyncio.run(show(project, folder, size, prefix))
        finally:
            run(sys.executable, "-m", "amplify_tui", "local", "stop", "--force", cwd=project)


if __name__ == "__main__":
    main()
