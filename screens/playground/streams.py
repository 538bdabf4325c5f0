"""Subscriptions of the tabs; they go on while another tab or screen is in front."""

from __future__ import annotations

from textual.message import Message

from screens.playground.callbacks import Cancellable, Post, StartWorker
from screens.playground.tab_state import StreamState, TabState
from workbench.model.user_problem import UserProblem
from workbench.playground.api import PlaygroundApi
from workbench.playground.requests import Request
from workbench.playground.run_as import RunAs


class Streams:
    """The open subscriptions, at most one for each tab."""

    class Changed(Message):
        """A stream has started, has another event, or has ended."""

        def __init__(self, tab: TabState, stream: StreamState) -> None:
            super().__init__()
            self.tab = tab
            self.stream = stream

        def can_replace(self, message: Message) -> bool:
            """Of many events at once, one message is enough."""
            return isinstance(message, Streams.Changed) and message.stream is self.stream

    def __init__(self, start: StartWorker, post: Post) -> None:
        self._start = start
        self._post = post
        self._workers: dict[int, Cancellable] = {}

    def open(self, tab: TabState, api: PlaygroundApi, caller: RunAs, request: Request) -> None:
        """Subscribe; the stream replaces what the tab shows."""
        self.end(tab)
        stream = StreamState(caller, request)
        tab.show_stream(stream)
        self._workers[tab.id] = self._start(self._follow(tab, stream, api), group="stream")

    def end(self, tab: TabState) -> None:
        """End a tab's subscription; its events stay."""
        worker = self._workers.pop(tab.id, None)
        if worker is None or tab.stream is None or tab.stream.end:
            return
        worker.cancel()
        tab.stream.end = "ended"
        self._post(self.Changed(tab, tab.stream))

    async def _follow(self, tab: TabState, stream: StreamState, api: PlaygroundApi) -> None:
        def started() -> None:
            stream.started = True
            self._post(self.Changed(tab, stream))

        try:
            async for event in api.subscribe(stream.caller, stream.request, started):
                stream.add(event)
                self._post(self.Changed(tab, stream))
        except UserProblem as problem:
            stream.end, stream.failed = str(problem), True
        else:
            stream.end = "The server ended the subscription."
        self._post(self.Changed(tab, stream))
