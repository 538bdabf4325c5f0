"""Navigation: the start screen, the sandbox and the panes, each a mode of Textual's.

A mode has its own stack of screens, so that a pane keeps its state while another one is in front. A
dialog or a page over a pane is closed when the user goes to another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from textual.app import App
from textual.screen import ModalScreen, Screen

from screens.messages import (
    AnswerQuestion,
    ChooseTarget,
    LeavePane,
    OpenPane,
    Request,
    SandboxOpened,
    SelectEnvironment,
    ShowProblem,
    SignInsChanged,
)
from screens.pane import PaneContext, PaneScreen
from screens.panes import PANES, Pane, pane_of
from screens.ports import Starter
from screens.sandbox.open_question import OpenQuestion
from screens.shell import AppShell
from workbench.model.events import AnyEvent, DeploymentFinished, Emit, LogLine

if TYPE_CHECKING:
    from screens.sandbox.screen import SandboxScreen
    from workbench.aws.target import Target
    from workbench.branches.context import OpenedBranches
    from workbench.branches.selected_environment import SelectedEnvironment

STOP_SECONDS: Final = 3.0
_START: Final = "start"
_SANDBOX: Final = "sandbox"


class Navigation:
    """Opens and closes screens, hands them the engine's events, and does what they ask for."""

    def __init__(
        self,
        app: App[Any],
        shell: AppShell,
        question: OpenQuestion,
        starter: Starter,
        *,
        emit: Emit,
        clock: Callable[[], float],
        install_packages: Callable[[Path], None],
    ) -> None:
        self._app = app
        self._shell = shell
        self._question = question
        self._starter = starter
        self._emit = emit
        self._clock = clock
        self._install_packages = install_packages
        self.sandbox: SandboxScreen | None = None
        self._panes: dict[str, PaneScreen] = {}
        self._branches: OpenedBranches | None = None
        self._early: list[tuple[Sequence[AnyEvent], Sequence[LogLine]]] = []

    async def take(self, request: Request) -> None:
        """Do what a screen asks for."""
        match request:
            case OpenPane():
                self.open(request)
            case LeavePane():
                if self._app.screen in self._panes.values():
                    self.close_to_sandbox()
            case SelectEnvironment():
                self.select(request.environment, request.branches)
            case SignInsChanged():
                for pane in self._panes.values():
                    pane.sign_ins_changed()
            case ShowProblem():
                self._shell.show_problem(request.problem)
            case AnswerQuestion():
                self._question.ask()
            case SandboxOpened():
                self._show_sandbox(request)
            case ChooseTarget():
                self._app.run_worker(self._choose_target(), group="target", exclusive=True)

    @property
    def is_home(self) -> bool:
        """Whether the first screen is in front: the sandbox's, or the start screen."""
        return self.sandbox is None or self._app.screen is self.sandbox

    # -- start and sandbox ------------------------------------------------------------------------

    def show_start(self, target: Target | None = None) -> None:
        """Show the start screen, which prepares a sandbox; ``target`` is chosen already."""
        from screens.start.screen import StartScreen

        self._go(_START, StartScreen(self._starter, self._emit, target=target))

    def _show_sandbox(self, request: SandboxOpened) -> None:
        """Go from the start screen to the sandbox, with the events that came meanwhile."""
        from screens.sandbox.screen import SandboxScreen

        screen = SandboxScreen(
            request.opened,
            clock=self._clock,
            question=self._question,
            install_packages=self._install_packages,
        )
        self._go(_SANDBOX, screen)
        self._app.remove_mode(_START)
        self._app.call_after_refresh(self._hand_over, screen)

    def _hand_over(self, screen: SandboxScreen) -> None:
        if not screen.is_mounted:
            self._app.call_later(self._hand_over, screen)
            return
        self.sandbox = screen
        self._question.follow(screen.opened, screen.state)
        for told, lines in self._early:
            screen.receive(told, lines)
        self._early.clear()

    def receive(self, told: Sequence[AnyEvent], lines: Sequence[LogLine], dropped: int) -> None:
        """Hand on the engine's events, to the panes too where the backend may have changed."""
        if self.sandbox is None:
            self._early.append((told, lines))
        else:
            self.sandbox.receive(told, lines, dropped)
        if self._shell.environment is None and any(_changed_backend(event) for event in told):
            for pane in self._panes.values():
                pane.deployed()

    async def _choose_target(self) -> None:
        """Ask where the project should run; only another choice than today's ends the loop."""
        from screens.start.target_screen import TargetScreen

        sandbox = self.sandbox
        if sandbox is None:
            return
        info, controls = sandbox.opened.info, sandbox.opened.controls
        self._shell.hold_keys("target")
        try:
            profiles = await asyncio.to_thread(self._starter.profiles)
        finally:
            self._shell.release_keys("target")
        dialog = TargetScreen(info.project, profiles, info.target)
        target = await self._app.push_screen_wait(dialog)
        if target is None or self.sandbox is not sandbox:
            return
        if target.label == info.target:
            self._shell.say(f"It stays on {info.target}")
            if sandbox.state.failure is not None:
                controls.redeploy()
            return
        controls.stop()
        if await asyncio.to_thread(controls.join, STOP_SECONDS):
            self._restart_on(target)
        else:
            self._shell.say("The loop does not end; quit and start again", "error")

    def _restart_on(self, target: Target) -> None:
        self.select(None)
        for name in list(self._panes):
            self._drop(name)
        self.sandbox = None
        self._question.forget()
        self.show_start(target)
        self._app.remove_mode(_SANDBOX)

    def stop(self) -> str:
        """The app ends: stop the engine; what remains undone, for the shell."""
        from screens.start.screen import StartScreen

        if self.sandbox is not None:
            self.sandbox.opened.controls.stop()
        left = [each.leave() for each in self._app.screen_stack if isinstance(each, StartScreen)]
        return "".join(left)

    # -- panes ------------------------------------------------------------------------------------

    def open(self, request: OpenPane) -> None:
        """Go to a pane; keys typed from now on are for it."""
        pane = pane_of(request.pane)
        self._shell.hold_keys(pane.id)
        self._app.run_worker(self._open(pane, request), group="pane", exclusive=True)

    async def _open(self, pane: Pane, request: OpenPane) -> None:
        sandbox = self.sandbox
        try:
            kind = await asyncio.to_thread(pane.load)  # the first time, it imports for a second
            if sandbox is None or sandbox is not self.sandbox:
                return
            self._close_over_base()
            if pane.id in self._panes:
                self._app.switch_mode(pane.id)
            else:
                context = PaneContext(sandbox.opened, self._shell.environment, self._branches)
                self._panes[pane.id] = kind.of(context)
                self._go(pane.id, self._panes[pane.id])
            self._panes[pane.id].opened_by(request)
        finally:
            self._shell.release_keys(pane.id)

    def close_to_sandbox(self) -> bool:
        """Go to the sandbox, closing what is over the pane in front; False before there is one."""
        if self.sandbox is None:
            return False
        self._close_over_base()
        if self._app.current_mode != _SANDBOX:
            self._app.switch_mode(_SANDBOX)
        return True

    def back(self) -> None:
        """Leave the screen in front: one level up."""
        if isinstance(self._app.screen, ModalScreen):
            self._app.simulate_key("escape")
        elif len(self._app.screen_stack) > 1:
            self._app.pop_screen()
        else:
            self.close_to_sandbox()

    def select(
        self, environment: SelectedEnvironment | None, branches: OpenedBranches | None = None
    ) -> None:
        """Switch the workbench to another environment; None is the user's own sandbox."""
        if environment == self._shell.environment:
            return
        for pane in PANES:
            if pane.follows_environment:
                self._drop(pane.id)
        self._branches = branches if environment is not None else None
        self._shell.environment = environment
        from screens.widgets.environment_banner import EnvironmentBanner

        for screen in (*self._panes.values(), *([self.sandbox] if self.sandbox else [])):
            for banner in screen.query(EnvironmentBanner):
                banner.show(environment)
        for screen in self._panes.values():
            screen.environment_changed()
        if self.sandbox is None:
            return
        if environment is None or branches is None:
            self.sandbox.show_own_resources()
            return
        from workbench.branches.selected_environment import read_resources

        self.sandbox.show_resources_of(environment, lambda: read_resources(branches, environment))

    def remove_broken(self, *, composing: bool) -> None:
        """Take away what is in front and could not be set up: it shows nothing and takes no keys.

        ``composing``: one that has no widgets is broken, too, and not about to get them.
        """

        def is_broken(screen: Screen[Any]) -> bool:
            return not screen.is_running or (composing and not screen.children)

        while len(self._app.screen_stack) > 1 and is_broken(self._app.screen):
            self._shell.release_keys(self._app.screen)
            self._app.pop_screen()
        if self._app.current_mode in self._panes and is_broken(self._app.screen):
            self._shell.release_keys(self._app.screen)
            self._drop(self._app.current_mode)

    # -- modes ------------------------------------------------------------------------------------

    def _go(self, mode: str, screen: Screen[Any]) -> None:
        """Go to a new mode; ``screen`` is its first one."""
        self._close_over_base()
        self._app.add_mode(mode, lambda: screen)
        self._app.switch_mode(mode)

    def _drop(self, name: str) -> None:
        """Close a pane for good; from in front, to the sandbox."""
        if self._panes.pop(name, None) is not None:
            if self._app.current_mode == name:
                self.close_to_sandbox()
            self._app.remove_mode(name)

    def _close_over_base(self) -> None:
        """Close the dialogs and pages over the first screen of the mode."""
        while len(self._app.screen_stack) > 1:
            if isinstance(self._app.screen, ModalScreen):
                self._app.screen.dismiss(None)
            else:
                self._app.pop_screen()


def _changed_backend(event: AnyEvent) -> bool:
    return isinstance(event, DeploymentFinished) and event.result.value == "succeeded"
