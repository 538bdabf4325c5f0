"""Takes keys and pastes through the gate to the screen that they are for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping
from typing import Any, Final, TypeGuard

from textual import events
from textual.app import App
from textual.binding import Binding
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.timer import Timer
from textual.widget import Widget

from screens.input_gate import Input, InputGate

_IN_DIALOGS: Final = {"app.help": "help", "app.back": "back", "app.commands": "command_palette"}
"""The app's keys that a dialog leaves alone, and what they do there."""


class KeySettled(Message):
    """Sent behind a key, to know when that key has been dealt with."""

    def __init__(self, target: Widget, *, is_first: bool = True) -> None:
        super().__init__()
        self.target = target
        self.is_first = is_first


class KeyRouter:
    """Hands keys on one after the other; ``deliver`` is Textual's own handling of a key.

    ``pressed`` is told of each key, ``arrived`` of each screen that has come up.
    """

    def __init__(
        self,
        app: App[Any],
        deliver: Callable[[events.Event], Awaitable[None]],
        *,
        pressed: Callable[[], None],
        arrived: Callable[[Screen[Any]], None],
        keymap: Mapping[str, str],
        unasked_seconds: float,
    ) -> None:
        self._app = app
        self._deliver = deliver
        self._pressed = pressed
        self._arrived = arrived
        self.keymap = keymap
        """The user's keys, by the ids of the bindings."""
        self._told_clashes: set[str] = set()
        self._next_pump: Timer | None = None
        self.gate = InputGate(self._hand_on, self._ignored, unasked_seconds=unasked_seconds)

    def is_gated(self, event: events.Event) -> TypeGuard[Input]:
        """Whether it waits for its turn; the key that quits at once never does."""
        if not isinstance(event, events.Key | events.Paste) or event.is_forwarded:
            return False
        return isinstance(event, events.Paste) or event.key not in self._keys_of("app.quit_now")

    async def take(self, event: Input) -> None:
        """Take a key or a paste; it is handed on when its turn comes."""
        self.gate.take(event)
        await self._pump()

    async def settled(self, event: KeySettled) -> None:
        """The key before it has been dealt with."""
        # Once more, behind the messages that the key's action has sent: they may move the focus.
        if event.is_first and event.target.post_message(KeySettled(event.target, is_first=False)):
            return
        self.gate.settled()
        await self._pump()

    async def take_in_dialog(self, event: events.Key) -> None:
        """A dialog keeps the app's keys from working, but for those that work everywhere."""
        app, screen = self._app, self._app.screen
        if not isinstance(screen, ModalScreen) or event.key in screen.active_bindings:
            return
        for name, action in _IN_DIALOGS.items():
            if event.key in self._keys_of(name):
                await app.run_action(action)
                return
        if not getattr(screen, "LEFT_BY_NUMBERS", True):
            return
        for binding in app._bindings.key_to_bindings.get(event.key, ()):
            if binding.id is not None and binding.id.startswith("pane."):
                await app.run_action(binding.action)

    def warn_of_clash(self, clashed: Iterable[Binding]) -> None:
        """Say once that the user's settings put several bindings on one key."""
        names = ", ".join(sorted(binding.id or binding.action for binding in clashed))
        if names not in self._told_clashes:
            self._told_clashes.add(names)
            self._app.notify(f"Keys in the settings file clash: {names}", severity="warning")

    def _keys_of(self, name: str) -> Collection[str]:
        """The keys of one of the app's bindings, as remapped."""
        remapped = self.keymap.get(name)
        if remapped:
            return [each.strip() for each in remapped.split(",")]
        bound = self._app._bindings.key_to_bindings
        return [each for each, found in bound.items() if found[0].id == name]

    def hold(self, opening: Hashable) -> None:
        """Hold keys from now on: they are for what opens."""
        self.gate.begin_opening(opening)

    def release(self, opening: Hashable) -> None:
        """Hand on the held keys: what ``opening`` names is there, or will not come."""
        self.gate.end_opening(opening)
        self._app.call_later(self._pump)

    def hold_for_screen(self, screen: Screen[Any]) -> None:
        """Hold keys until a screen that opens is there; see also ``InputGate.appeared``."""
        if isinstance(screen, ModalScreen):
            self.gate.appeared()
        self.gate.begin_opening(screen)
        # Behind the mounting of the screen and its widgets, and behind their taking the focus.
        screen.call_after_refresh(self._screen_is_there, screen)

    def _screen_is_there(self, screen: Screen[Any]) -> None:
        self._arrived(screen)
        self.release(screen)

    async def _hand_on(self, event: Input) -> bool:
        """Give the screen a key; True if what it does has to be waited for.

        Pasted text goes where text can be typed, and nowhere else.
        """
        app = self._app
        if isinstance(event, events.Paste):
            from screens.pasting import fit_paste

            if not fit_paste(event, app.focused):
                app.notify("Pasted text ignored: nothing here takes text", severity="warning")
                return False
        target: Widget = app.focused or app.screen
        is_text = isinstance(event, events.Paste) or (event.is_printable and takes_text(target))
        self._pressed()
        if not is_text:
            self.gate.commanded()
        await self._deliver(event)
        if is_text:
            return False
        # Follows the key through every queue that the key goes through, up to the app.
        return target.post_message(KeySettled(target))

    async def _pump(self) -> None:
        await self.gate.pump()
        seconds = self.gate.wait_seconds
        if seconds is not None and self._next_pump is None:
            self._next_pump = self._app.set_timer(seconds, self._pump_late, name="keys")

    async def _pump_late(self) -> None:
        self._next_pump = None
        await self._pump()

    def _ignored(self) -> None:
        words = "Ignored: this came up by itself. Read it, then press a key."
        self._app.notify(words, severity="warning")


def takes_text(widget: object) -> bool:
    """Whether printable keys are text there; by name, as importing an editor delays the start."""
    kinds = {kind.__name__ for kind in type(widget).__mro__}
    return bool(kinds & {"Input", "TextArea"}) or bool(getattr(widget, "takes_text", False))
