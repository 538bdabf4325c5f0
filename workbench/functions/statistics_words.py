"""A function's numbers as short words, and its last hour as a line of blocks. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from workbench.functions.statistics import Minute, Statistics

CELLS = 12
"""Of five minutes each."""
_BLOCKS = "▁▂▃▄▅▆▇█"
_NONE = "·"


def last_run_words(at: int, now: datetime) -> str:
    """The time of day for today, else the day; "" where there is no last run."""
    if not at:
        return ""
    found = datetime.fromtimestamp(at / 1000)
    if found.date() == now.date():
        return f"{found:%H:%M}"
    return f"{found:%b} {found.day}" if found.year == now.year else f"{found:%Y-%m}"


def milliseconds_words(milliseconds: float) -> str:
    """``0.8 ms``, ``120 ms``, ``2.4 s``; "" for none."""
    if not milliseconds:
        return ""
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    return f"{milliseconds:.0f} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def hour_words(found: Statistics) -> str:
    """The last hour in a sentence's part: ``21 invocations, 1 failed, p50 98 ms, p95 104 ms``."""
    if not found.runs:
        words = ["no invocations"]
    else:
        words = [f"{found.runs:,} invocation{'s' if found.runs > 1 else ''}"]
        words += [f"{found.errors:,} failed"] if found.errors else []
        words += [f"p50 {milliseconds_words(found.p50)}", f"p95 {milliseconds_words(found.p95)}"]
    words += [f"{found.throttles:,} throttled"] if found.throttles else []
    return ", ".join(words)


def cells(minutes: Sequence[Minute]) -> tuple[tuple[str, bool], ...]:
    """The hour's blocks, the oldest first, each with whether an invocation failed in it."""
    step = max(1, len(minutes) // CELLS)
    parts = [minutes[at : at + step] for at in range(0, len(minutes), step)]
    runs = [sum(each.runs for each in part) for part in parts]
    most = max(runs, default=0)
    return tuple(
        (
            _BLOCKS[(count * len(_BLOCKS) - 1) // most] if count else _NONE,
            any(each.errors for each in part),
        )
        for part, count in zip(parts, runs, strict=True)
    )


def chart(minutes: Sequence[Minute]) -> str:
    """The blocks alone."""
    return "".join(block for block, _failed in cells(minutes))
