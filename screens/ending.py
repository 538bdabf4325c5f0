"""The end of the app: what is stopped, what is waited for, what the shell is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from screens.event_queue import Feed
from screens.navigation import STOP_SECONDS, Navigation
from workbench.model.events import LoopState
from workbench.printed_commands import amplify_tui

_WORKING: Final = (LoopState.SYNTHESIZING, LoopState.CHECKING, LoopState.DEPLOYING)


class Ending:
    """Ends the app; what CloudFormation does goes on without it."""

    def __init__(self, feed: Feed, navigation: Navigation, leave: Callable[[], object]) -> None:
        self._feed = feed
        self._navigation = navigation
        self._leave = leave
        self._left_undone = ""

    @property
    def under_way(self) -> LoopState | None:
        """What a user who leaves has to be asked about: the deployment that this app makes."""
        sandbox = self._navigation.sandbox
        if sandbox is None or sandbox.state.is_attached or sandbox.state.loop not in _WORKING:
            return None
        return sandbox.state.loop

    def leave(self) -> None:
        """End the engine and the app; call on the app's own thread."""
        self._feed.close()
        self._left_undone = self._navigation.stop()
        self._leave()

    @property
    def farewell(self) -> str:
        """What to say in the shell afterwards: what goes on without the app."""
        if self._left_undone:
            return self._left_undone
        sandbox = self._navigation.sandbox
        cloud = sandbox.state.local_cloud if sandbox is not None else None
        if cloud is None or cloud.status != "running":
            return ""
        stop = amplify_tui("local", "stop")
        return f"The local cloud runs on at {cloud.endpoint}; {stop} ends it."

    def wait_for_engine(self) -> bool:
        """After the app: wait for the engine's end; False if it takes too long."""
        sandbox = self._navigation.sandbox
        return sandbox is None or sandbox.opened.controls.join(STOP_SECONDS)
