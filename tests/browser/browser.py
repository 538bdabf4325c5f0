"""A headless Chromium that reaches this machine and nothing else."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.browser.devtools import DevTools, Event
from tests.browser.network_log import NetworkLog
from tests.browser.page import WAIT_SECONDS, Page

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")

needs_chromium = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on PATH")

_FREE = 99
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # A tab behind another one waits like the one in front, not by the second.
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--window-size=1200,1600",
    "--remote-debugging-pipe",
)
_RESOLVING = (
    "MAP * ~NOTFOUND",
    "EXCLUDE localhost",
    "EXCLUDE *.localhost",
    "EXCLUDE 127.0.0.1",
)


class Browser:
    """Its tabs, and the log of what all of them asked the network for."""

    def __init__(self, devtools: DevTools) -> None:
        self.log = NetworkLog()
        self._devtools = devtools
        self._sessions: dict[str, str] = {}
        devtools.listen(self._take)
        devtools.listen(self.log.take)
        self._attach("")

    def open(self, url: str, beside: Page | None = None) -> Page:
        """A new tab, at an address; in a profile of its own, or in that of another tab."""
        context = beside.context if beside else self._new_profile()
        target = self._devtools.call(
            "Target.createTarget", {"url": "about:blank", "browserContextId": context}
        )["targetId"]
        deadline = time.monotonic() + WAIT_SECONDS
        while target not in self._sessions:
            assert self._devtools.hear(deadline - time.monotonic()), "no tab was opened"
        page = Page(self._devtools, self._sessions[target], context, self.log)
        page.open(url)
        return page

    def _new_profile(self) -> str:
        options = {"disposeOnDetach": True}
        made = self._devtools.call("Target.createBrowserContext", options)
        return str(made["browserContextId"])

    def hear_until(self, holds: Callable[[NetworkLog], bool]) -> None:
        """Wait for what the log will have."""
        deadline = time.monotonic() + WAIT_SECONDS
        while not holds(self.log):
            assert self._devtools.hear(deadline - time.monotonic()), self.log.requests

    def _attach(self, session: str) -> None:
        """Hear of the targets that come from now on, before they send anything."""
        self._devtools.send(
            "Target.setAutoAttach",
            {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True},
            session,
        )

    def _take(self, event: Event) -> None:
        if event.method != "Target.attachedToTarget":
            return
        session = event.params["sessionId"]
        self._sessions[event.params["targetInfo"]["targetId"]] = session
        self._devtools.send("Network.enable", {}, session)
        self._attach(session)
        self._devtools.send("Runtime.runIfWaitingForDebugger", {}, session)


@contextmanager
def running_browser(profile: Path, names: Sequence[str] = ()) -> Iterator[Browser]:
    """Chromium with a profile folder of its own, as long as the context lasts.

    Besides loopback's own names, only these ``names`` lead anywhere: to 127.0.0.1.
    """
    assert BROWSER is not None
    resolving = [*(f"MAP {name} 127.0.0.1" for name in names), *_RESOLVING]
    flags = [*_FLAGS, f"--host-resolver-rules={', '.join(resolving)}"]
    (for_browser, writes), (reads, from_browser) = os.pipe(), os.pipe()
    command = shlex.join([BROWSER, *flags, f"--user-data-dir={profile}", "about:blank"])
    # 3 may be the other pipe's end: both are moved out of the way of each other.
    moves = f"exec {_FREE}<&{for_browser} 4>&{from_browser} 3<&{_FREE} {_FREE}<&-; exec {command}"
    process = subprocess.Popen(
        ["bash", "-c", moves],
        pass_fds=(for_browser, from_browser),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(for_browser)
    os.close(from_browser)
    devtools = DevTools(reads, writes)
    try:
        yield Browser(devtools)
    finally:
        with suppress(OSError):
            devtools.send("Browser.close")
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        os.close(reads)
        os.close(writes)
