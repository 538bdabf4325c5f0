"""Lets the event loop take the interpreter back sooner while a thread computes beside it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_SOON = 0.001
"""Seconds. Used always, a write would take a fifth more CPU: its saving thread takes turns too."""

_USUAL = sys.getswitchinterval()
_computing = 0


@contextmanager
def sharing() -> Iterator[None]:
    """Around the wait for a thread that computes; for the event loop's thread."""
    global _computing  # noqa: PLW0603 - the interpreter's setting is one for all
    _computing += 1
    sys.setswitchinterval(_SOON)
    try:
        yield
    finally:
        _computing -= 1
        if not _computing:
            sys.setswitchinterval(_USUAL)
