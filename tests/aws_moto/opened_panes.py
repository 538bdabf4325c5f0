"""The app in the pilot with a profile, on the AWS under test: its panes opened by keys."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from textual.pilot import Pilot
from textual.widgets import Input, Static, TextArea

from screens.app import WorkbenchApp
from screens.pane import PaneScreen
from screens.panes import pane_of
from screens.ports import OpenedSandbox
from screens.sandbox_starter import open_all_branches, open_api, open_user_pool
from screens.widgets.line_view import LineView
from screens.widgets.text_styles import plain
from tests.aws_moto.aws import Aws
from tests.aws_moto.sandbox import Deployer
from tests.screens.scripted import ScriptedStarter, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.model.events import Emit, discard
from workbench.startup import Session


@dataclass
class ProfileStarter(ScriptedStarter):
    """Opens the panes as the app does with ``--profile``; the deployments are scripted."""

    session: Session | None = None

    def open(self, session: Session, emit: Emit) -> OpenedSandbox:
        opened = super().open(session, emit)
        assert self.session is not None
        info = replace(
            opened.info,
            root=self.session.project.root,
            identifier=self.session.identity.name,
            target=self.session.target.label,
            stack_name=self.session.stack_name,
            sandbox_dir=self.session.sandbox_dir,
        )
        return replace(opened, info=info)


@dataclass
class Panes:
    """The running app; ``until`` waits for what a person would read on the screen."""

    app: WorkbenchApp
    pilot: Pilot[None]
    aws: Aws
    told: list[str] = field(default_factory=list)

    async def open(self, pane: str) -> None:
        """Go to a pane by its key."""
        await self.pilot.press(pane_of(pane).key)
        await until(self.pilot, lambda: self.is_in_front(pane), pane)

    def is_in_front(self, pane: str) -> bool:
        """Whether the pane is in front, with nothing over it."""
        return isinstance(self.app.screen, PaneScreen) and self.app.screen.id == pane

    async def press(self, *keys: str) -> None:
        """Press keys, each when the screen that the one before opens is there.

        ``type:WORDS`` fills the line that has the focus, ``wait:WORDS`` waits for a dialog.
        """
        for key in keys:
            kind, _, words = key.partition(":")
            if kind == "wait":
                await self.until(words)
            elif kind == "type":
                await until(self.pilot, lambda: isinstance(self.app.focused, Input), "a line")
                assert isinstance(self.app.focused, Input)
                self.app.focused.value = words
            else:
                await self.pilot.press(key)

    def text(self) -> str:
        """All that the front screen and the messages say, with single spaces."""
        rows = [str(note.message) for note in self.app._notifications]
        for screen in self.app.screen_stack:
            for view in screen.query(LineView):
                rows += [plain(view.row_spans(at)) for at in range(view.row_count())]
                if not view.row_count():
                    rows += [plain(spans) for spans in view.empty_rows()]
            rows += [str(each.content) for each in screen.query(Static)]
        strips = self.app.screen._compositor.render_strips()
        rows += ["".join(segment.text for segment in strip) for strip in strips]
        return " ".join(" ".join(rows).split())

    async def until(self, *words: str) -> None:
        """Wait until all of this is on the screen."""

        def shown() -> bool:
            text = self.text()
            return all(each in text for each in words)

        try:
            await until(self.pilot, shown, f"{words}")
        except AssertionError:
            calls = self.aws.calls.actions[-12:]
            raise AssertionError(f"never came: {words}\n{self.text()}\n{calls}") from None

    @property
    def reading(self) -> list[object]:
        """The workers that are under way, but for the one that waits for Git's next commit."""
        return [each for each in self.app.workers if not each.is_finished and each.group != "refs"]

    @property
    def repeating(self) -> list[object]:
        """What runs again and again by a timer."""
        nodes = [self.app, *self.app.screen_stack, *self.app.screen.walk_children()]
        return [
            (node, timer)
            for node in nodes
            for timer in node._timers
            if timer._repeat is None
            and timer._active.is_set()
            # The cursor of a text blinks.
            and not isinstance(node, Input | TextArea)
        ]

    async def close_to(self, pane: str) -> None:
        """Close what is over the pane, and forget the messages."""
        for _ in range(6):
            if self.is_in_front(pane):
                break
            await self.pilot.press("escape")
            await self.pilot.pause()
        assert self.is_in_front(pane), self.app.screen
        self.app._notifications.clear()


@asynccontextmanager
async def opened_panes(
    deployed: Deployer, aws: Aws, size: tuple[int, int] = (110, 30)
) -> AsyncIterator[Panes]:
    """The app on this sandbox, with the sandbox's screen in front."""
    session = deployed.session
    starter = ProfileStarter(
        session.project.root,
        session=session,
        open_api=partial(open_api, session, discard),
        open_pool=partial(open_user_pool, session, discard),
        open_branches=partial(open_all_branches, session, discard),
    )
    app = scripted_app(starter)
    async with app.run_test(size=size, notifications=True) as pilot:
        await sandbox_screen(pilot, starter)
        yield Panes(app, pilot, aws)
