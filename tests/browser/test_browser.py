"""The browser that tests use: what it types and clicks, and that its log misses no request."""

from __future__ import annotations

from pathlib import Path

from tests.browser.browser import needs_chromium, running_browser
from tests.browser.site import running_site

pytestmark = needs_chromium

PAGE = """<!doctype html><input name="who"><p id="said"></p><iframe src="/frame"></iframe>
<button onclick="say()">Go</button><script>
new Worker('/worker.js')
function say() {
  said.textContent = `hello ${document.querySelector('input').value}`
  fetch('https://page.example/').catch(() => {})
  new WebSocket('wss://socket.example/')
}
</script>"""
FILES = {
    "/": PAGE,
    "/frame": "<img src='http://frame.example/'>",
    "/worker.js": "fetch('https://worker.example/').catch(() => {})",
}
STRANGERS = {
    "http://frame.example/",
    "https://page.example/",
    "https://worker.example/",
    "wss://socket.example/",
}


def test_it_is_used_as_a_user_would_and_its_log_has_every_request(tmp_path: Path) -> None:
    with running_site(FILES) as port, running_browser(tmp_path) as browser:
        address = f"http://localhost:{port}/"
        page = browser.open(address)
        page.type("input", "Ann")
        page.click("button", "Go")
        page.wait_for("#said", "hello Ann")
        browser.hear_until(lambda log: set(log.strangers) >= STRANGERS)
        assert set(browser.log.strangers) == STRANGERS
        assert any(request.url == address for request in browser.log.requests)
        page.add_authenticator()
        made = page.evaluate(
            "navigator.credentials.create({publicKey: {challenge: new Uint8Array(16), rp: "
            "{name: 'x'}, user: {id: new Uint8Array(4), name: 'a', displayName: 'a'}, "
            "pubKeyCredParams: [{type: 'public-key', alg: -7}]}}).then(one => one.type)"
        )
        assert made == "public-key"
