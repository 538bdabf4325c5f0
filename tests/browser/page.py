"""One tab of a headless Chromium, used as its user would: look, click, type."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.browser.devtools import DevTools, DevToolsError, Event
from tests.browser.network_log import NetworkLog

WAIT_SECONDS = 60.0
_LOOK_SECONDS = 2.0
_NAVIGATED = ("context was destroyed", "Cannot find context", "navigated or closed")

_FIND = """
const find = (selector, text) => [...document.querySelectorAll(selector)].find(
  each => each.checkVisibility({visibilityProperty: true}) &&
    (!text || (each.innerText ?? each.value ?? '').includes(text)));
"""
_UNTIL = """new Promise(done => {
  %s
  const end = Date.now() + %d;
  const look = () => {
    const outcome = (() => { %s })();
    if (!outcome && Date.now() < end) setTimeout(look, 20);
    else done(outcome instanceof Node ? true : outcome || null);
  };
  look();
})"""


class Page:
    """A tab. What waits takes a selector, and a text that the element shows."""

    def __init__(self, devtools: DevTools, session: str, context: str, log: NetworkLog) -> None:
        self.context = context
        """Its profile: storage, cookies and caches."""
        self._devtools = devtools
        self._session = session
        self._log = log
        devtools.listen(self._take)
        self._chooser: int | None = None
        for domain in ("Page", "Runtime", "DOM"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A call of the protocol in this tab."""
        return self._devtools.call(method, params, self._session)

    def open(self, url: str) -> None:
        """Go to an address."""
        failed = self.call("Page.navigate", url=url).get("errorText")
        assert not failed, f"{url}: {failed}"

    def evaluate(self, expression: str) -> Any:
        """The value of an expression of JavaScript, awaited; raises DevToolsError."""
        answer = self.call(
            "Runtime.evaluate",
            expression=expression,
            awaitPromise=True,
            returnByValue=True,
            userGesture=True,
        )
        details = answer.get("exceptionDetails")
        if details is not None:
            said = details.get("exception", {}).get("description") or details["text"]
            raise DevToolsError(said)
        return answer["result"].get("value")

    def wait_until(self, statements: str, seconds: float = WAIT_SECONDS) -> Any:
        """Wait until the statements return something true, and return that."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                found = self.evaluate(_UNTIL % (_FIND, _LOOK_SECONDS * 1000, statements))
            except DevToolsError as problem:
                if not any(sign in str(problem) for sign in _NAVIGATED):
                    raise
                continue
            if found:
                return found
        raise AssertionError(
            f"waited in vain for {statements}\n{self.text()[-3000:]}\n"
            + "\n".join(self._log.problems[-15:])
        )

    def wait_for(self, selector: str, text: str = "") -> None:
        """Wait until an element is shown."""
        self.wait_until(f"return !!find({_js(selector)}, {_js(text)})")

    def wait_gone(self, selector: str, text: str = "") -> None:
        """Wait until no such element is shown."""
        self.wait_until(f"return !find({_js(selector)}, {_js(text)})")

    def text(self, selector: str = "body") -> str:
        """What an element shows, empty where there is none."""
        return str(self.evaluate(f"document.querySelector({_js(selector)})?.innerText ?? ''"))

    def click(self, selector: str, text: str = "") -> None:
        """Click what is shown, enabled, not covered and no longer moving, with the mouse."""
        x, y = self.wait_until(f"""
            const wanted = find({_js(selector)}, {_js(text)});
            if (!wanted || wanted.disabled) return null;
            wanted.scrollIntoView({{block: 'center', behavior: 'instant'}});
            const {{x, y, width, height}} = wanted.getBoundingClientRect();
            const at = [x + width / 2, y + height / 2];
            const stayed = wanted.seenAt === at.join();
            wanted.seenAt = stayed ? '' : at.join();
            if (!stayed) return null;
            const hit = document.elementFromPoint(...at);
            return hit && (wanted.contains(hit) || hit.contains(wanted)) ? at : null;
        """)
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def type(self, selector: str, text: str) -> None:
        """Write into a field, in place of what it has."""
        self.click(selector)
        self.evaluate("document.activeElement.select?.()")
        self.call("Input.insertText", text=text)
        self.wait_until(f"return find({_js(selector)}, '')?.value === {_js(text)}")

    def choose_files(self, selector: str, text: str, files: Sequence[Path]) -> None:
        """Click what opens a file dialog, and choose in it."""
        self._chooser = None
        self.call("Page.setInterceptFileChooserDialog", enabled=True)
        self.click(selector, text)
        deadline = time.monotonic() + WAIT_SECONDS
        while self._chooser is None:
            left = deadline - time.monotonic()
            assert left > 0, f"{selector} opened no file dialog"
            self._devtools.hear(left)
        self.call(
            "DOM.setFileInputFiles",
            files=[str(file) for file in files],
            backendNodeId=self._chooser,
        )
        self.call("Page.setInterceptFileChooserDialog", enabled=False)

    def add_authenticator(self) -> str:
        """A passkey authenticator that always verifies its user; returns its id."""
        self.call("WebAuthn.enable")
        answer = self.call(
            "WebAuthn.addVirtualAuthenticator",
            options={
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            },
        )
        return str(answer["authenticatorId"])

    def _take(self, event: Event) -> None:
        if event.session == self._session and event.method == "Page.fileChooserOpened":
            self._chooser = event.params["backendNodeId"]


def _js(text: str) -> str:
    return json.dumps(text)
