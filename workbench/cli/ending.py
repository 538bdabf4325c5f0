"""Ends a command on a signal, after it has restored the terminal's echo and released its locks."""

from __future__ import annotations

import os
import signal
from types import FrameType

_ENDING = (signal.SIGTERM, signal.SIGHUP)


def end_on_signals() -> None:
    """Leave by an exception, so that every ``finally`` runs; the second signal ends at once.

    The exit code is 128 + n. Under nohup, SIGHUP stays ignored. The sandbox's loop handles the
    signals itself.
    """
    seen = 0

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal seen
        seen += 1
        if seen > 1:
            os._exit(128 + number)
        raise SystemExit(128 + number)

    for number in _ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, on_signal)
