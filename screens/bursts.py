"""Tells a paste from typing where the terminal does not: a burst of bytes is a paste.

Bracketed paste is missing over serial lines, in old versions of screen, in some web terminals and
for ``tmux paste-buffer``. What is pasted comes as bytes then, and a line feed is the very byte of
Ctrl+J, a carriage return that of Enter. Nobody types several keys within some milliseconds, so keys
that come so close together are looked at as a whole before any of them acts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual.events import Key, Paste
from textual.message import Message

CLOSE_SECONDS: Final = 0.02
"""Keys that follow each other within this belong together."""
HOLD_SECONDS: Final = 0.004
"""How long a key waits for more: a serial line of 9,600 baud brings a byte each millisecond."""
HOLD_BREAK_SECONDS: Final = 0.02
"""The same for a line break, which may act."""
QUIET_SECONDS: Final = 0.06
"""A paste goes on until nothing has come for this long: SSH and serial lines bring it in pieces."""
SHOW_SECONDS: Final = 0.3
"""A long paste is shown in pieces of this length."""
AFTERMATH_SECONDS: Final = 0.5
"""A line break so soon after a paste is the late end of it."""

_BREAKS: Final = "\r\n\t"
_ERASING: Final = "\x7f\x08"
_BREAKING: Final = {0x2028: "\n", 0x2029: "\n"}
_DROPPED: Final = dict.fromkeys(range(0x7F, 0xA0))
_MOST_TYPED: Final = 8
_MOST_DIFFERENT: Final = 5


class BurstGate:
    """Stands between the terminal's parser and the app; times in seconds, from any clock.

    A burst goes on as ``Paste``, its line breaks as ``\\n``, without other control characters.
    """

    def __init__(self) -> None:
        self._held: list[Key] = []
        self._passed: list[Key] = []
        """Those of the same group that went on already."""
        self._last = float("-inf")
        self._since = 0.0
        self._is_paste = False
        self._ended = float("-inf")

    def take(self, messages: Iterable[Message], now: float) -> list[Message]:
        """Take what the parser made of one read; returns what goes on to the app now."""
        out = self.due(now)
        for message in messages:
            if not _is_text(message):
                self._look(now)
                out += self._release(now)
                out.append(message)
                continue
            assert isinstance(message, Key)
            if not self._held and now - self._last > CLOSE_SECONDS:
                self._passed.clear()
            if not self._held:
                self._since = now
            self._held.append(message)
            self._last = now
        self._look(now)
        if self._is_paste and now - self._since >= SHOW_SECONDS:
            out += self._pasted(now)
        return out

    def due(self, now: float) -> list[Message]:
        """What has waited long enough."""
        wait = self.wait(now)
        return self._release(now) if wait is not None and wait <= 0 else []

    def wait(self, now: float) -> float | None:
        """Seconds until ``due`` has something; None where nothing is held."""
        if self._is_paste:
            return self._last + QUIET_SECONDS - now
        if not self._held:
            return None
        breaks = _character(self._held[-1]) in _BREAKS
        return self._last + (HOLD_BREAK_SECONDS if breaks else HOLD_SECONDS) - now

    def _release(self, now: float) -> list[Message]:
        if self._is_paste:
            out = self._pasted(now)
            self._is_paste = False
            return out
        out = list(self._held)
        self._passed = [*self._passed, *self._held][-2 * _MOST_TYPED :]
        self._held = []
        return out

    def _pasted(self, now: float) -> list[Message]:
        text = pasted_text("".join(map(_character, self._held)))
        # A CR at the end may have its LF in the next piece.
        self._passed = self._held[-1:]
        self._held, self._since, self._ended = [], now, self._last
        return [Paste(text)] if text else []

    def _look(self, now: float) -> None:
        if self._held and not self._is_paste:
            self._is_paste = self._looks_pasted(now)

    def _looks_pasted(self, now: float) -> bool:
        group = [*self._passed, *self._held]
        if len(group) == 1 and _character(group[0]) in _BREAKS:
            return now - self._ended < AFTERMATH_SECONDS
        return looks_pasted("".join(map(_character, group)))


def looks_pasted(text: str) -> bool:
    """Whether keys that came at once are a paste, and not what was typed over a slow line.

    Not a paste: one key repeated; a few keys, an Enter or Tab behind them; some with a Backspace
    among them. A line break with text behind it is one, and a line feed beside anything else.
    """
    if len(text) < 2:
        return False
    if "\n" in text:
        return True
    if len(set(text)) == 1 and text[0] != "\r":
        return False
    if any(character in _BREAKS for character in text[:-1]):
        return True
    if any(character in _ERASING for character in text):
        return False
    return len(text) > _MOST_TYPED or (text[-1] not in _BREAKS and len(set(text)) > _MOST_DIFFERENT)


def pasted_text(text: str) -> str:
    """The text without control characters, each kind of line break as ``\\n``."""
    broken = text.replace("\r\n", "\n").replace("\r", "\n").translate(_BREAKING)
    return "".join(each for each in broken if each >= " " or each in "\n\t").translate(_DROPPED)


def _is_text(message: Message) -> bool:
    """Whether a message is a key that is one byte of text (or of a control character)."""
    return (
        isinstance(message, Key)
        and message.character is not None
        and len(message.character) == 1
        and message.key != "escape"
        and not message.key.startswith("alt+")
    )


def _character(key: Key) -> str:
    return key.character or ""
