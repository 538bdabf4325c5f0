"""Subscriptions as streams of their tabs, going on while another tab or screen is in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from screens.playground.tab_state import Sheet, StreamRecord
from workbench.model.user_problem import UserProblem
from workbench.playground.api import PlaygroundApi
from workbench.playground.authorizing import NotAuthorizedError
from workbench.playground.requests import Request
from workbench.playground.run_as import RunAs
from workbench.playground.stream import StreamError

if TYPE_CHECKING:
    from screens.playground.screen import PlaygroundScreen


class Streams:
    """The streams of one screen, at most one a tab."""

    def __init__(self, screen: PlaygroundScreen) -> None:
        self._screen = screen

    def open(self, sheet: Sheet, api: PlaygroundApi, caller: RunAs, request: Request) -> None:
        """Subscribe; the stream takes the place of the tab's last result."""
        sheet.clear()
        sheet.stream = StreamRecord(caller)
        sheet.worker = self._screen.begin(
            self._follow(sheet, sheet.stream, api, request), group="stream"
        )
        self._screen.desk.show_outcome()

    def end(self, sheet: Sheet) -> None:
        """End a tab's stream; what came stays."""
        if sheet.worker is None:
            return
        sheet.worker.cancel()
        sheet.worker = None
        if sheet.stream is not None:
            sheet.stream.end = "ended"
            self._changed(sheet, sheet.stream)
        self._screen.desk.show_names()

    async def _follow(
        self, sheet: Sheet, stream: StreamRecord, api: PlaygroundApi, request: Request
    ) -> None:
        def started() -> None:
            stream.started = True
            self._changed(sheet, stream)

        try:
            async for event in api.subscribe(stream.caller, request, started):
                stream.add(event)
                self._changed(sheet, stream)
        except (StreamError, NotAuthorizedError, UserProblem) as problem:
            stream.end, stream.failed = str(problem), True
        else:
            stream.end = "the server has ended it"
        if sheet.stream is stream:
            sheet.worker = None
        self._changed(sheet, stream)
        self._screen.desk.show_names()

    def _changed(self, sheet: Sheet, stream: StreamRecord) -> None:
        if sheet is self._screen.sheet and sheet.stream is stream:
            self._screen.result_pane.stream_changed()
