"""The first line: project, identifier, target, branch, and one unmistakable state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from textual.strip import Strip

from screens.ports import SandboxInfo
from screens.sandbox.view_state import SandboxState
from screens.widgets.format import (
    RESULT_MARKS,
    STATE_SYMBOLS,
    STATE_TONES,
    clock_time,
    duration,
    ticking,
)
from screens.widgets.line_view import paint
from screens.widgets.text_styles import BUSY, MUTED, STRONG, TEXT, TONES, WARN, Span
from screens.widgets.tones import Toned
from workbench.model.events import ENDS_SOON_SECONDS, LoopState


class HeaderBar(Toned):
    """One line; repainted when the state changes and, only while something runs, by the tick."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"badge--{tone}" for tone in TONES}

    def __init__(self, info: SandboxInfo, state: SandboxState) -> None:
        super().__init__(id="header")
        self._info = info
        self._state = state
        self._now = 0.0

    def show(self, now: float) -> None:
        """Repaint for this moment (seconds since the epoch)."""
        self._now = now
        self.refresh()

    def badges(self) -> list[Span]:
        """The badges: IAM OFF, ATTACHED where another terminal owns the loop, and the state."""
        state = self._state
        found: list[Span] = []
        if state.local_cloud is not None and not state.local_cloud.iam:
            found.append((" ! IAM OFF ", WARN))
        if state.is_attached:
            found.append((" ◇ ATTACHED ", BUSY))
        if state.needs_sign_in:
            found.append((" ? SIGN IN ", WARN))
        elif state.loop is not LoopState.ATTACHED:
            words = f" {STATE_SYMBOLS[state.loop]} {state.loop.value.upper()} "
            found.append((words, STATE_TONES[state.loop]))
        return found

    def render_line(self, y: int) -> Strip:
        """The facts on the left, the state on the right; facts give way when space is short."""
        width = self.size.width
        badges = self.badges()
        aside = self._aside()
        right = sum(cell_len(text) for text, _ in badges) + cell_len(aside)
        left = paint(
            self._facts(max(0, width - right)), width - right, self.rich_style, self.tone_style
        )
        segments = list(left)
        if aside:
            segments.append(Segment(aside, self.rich_style + self.tone_style(MUTED)))
        for text, tone in badges:
            segments.append(Segment(text, self.get_component_rich_style(f"badge--{tone}")))
        return Strip(segments, width)

    def _aside(self) -> str:
        """Beside the badge: the elapsed time while something runs, else the last result."""
        state = self._state
        current = state.current
        if state.is_active:
            began = state.loop_since
            if current is not None and current.result is None and current.started:
                began = current.started
            return f" {ticking(self._now - began):>6} "
        if current is not None and current.result is not None and self.size.width >= 100:
            mark, _ = RESULT_MARKS[current.result]
            at = clock_time(current.started + current.seconds)
            return f" #{current.number} {mark} {duration(current.seconds)} at {at} "
        return " "

    def _facts(self, room: int) -> tuple[Span, ...]:
        branch = self._state.branch or self._info.branch
        spans: list[Span] = []
        for target in self._targets():
            spans = self._joined(target, branch)
            if sum(cell_len(text) for text, _ in spans) <= room:
                break
        if self._state.detail and self._state.detail != branch:
            wanted = sum(cell_len(text) for text, _ in spans) + cell_len(self._state.detail) + 4
            if wanted < room:
                spans.append((f"   {self._state.detail}", MUTED))
        return tuple(spans)

    def _joined(self, target: Sequence[Span], branch: str) -> list[Span]:
        info = self._info
        parts: list[Span] = [(info.project, STRONG), (info.identifier, TEXT), *target]
        if branch:
            parts.append((f"↱ {branch}", TEXT))
        spans: list[Span] = [(" ", TEXT)]
        for number, part in enumerate(parts):
            if number:
                spans.append((" · ", MUTED))
            spans.append(part)
        return spans

    def _targets(self) -> Iterator[list[Span]]:
        """How the target can be named, from all that is known to the least."""
        signed_in = self._state.signed_in
        if signed_in is None:
            yield [(self._info.target, TEXT)]
            return
        profile, account, region, name = signed_in.parts[:4]
        until: list[Span] = []
        if signed_in.until is not None:
            soon = signed_in.until - self._now <= ENDS_SOON_SECONDS
            until = [(signed_in.parts[4], WARN if soon else TEXT)]
        words = [(f"AWS {profile}", TEXT), (account, TEXT), (region, TEXT), (name, TEXT)]
        for count in range(len(words), 0, -1):
            yield words[:count] + until
        yield words[:1]
