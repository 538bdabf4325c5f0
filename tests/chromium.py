"""Pages in a real headless Chromium, served from this process."""

from __future__ import annotations

import http.server
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
PAGE_SECONDS = 120.0

needs_chromium = pytest.mark.skipif(BROWSER is None, reason="there is no Chromium on PATH")


class Site:
    """A loopback server of some files. A page posts what it found to ``/found`` as JSON."""

    def __init__(self, files: Mapping[str, str]) -> None:
        found: queue.SimpleQueue[Any] = queue.SimpleQueue()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = files.get(self.path)
                self.send_response(404 if text is None else 200)
                kind = "text/javascript" if self.path.endswith(".js") else "text/html"
                self.send_header("content-type", f"{kind}; charset=utf-8")
                self.end_headers()
                self.wfile.write((text or "").encode())

            def do_POST(self) -> None:
                found.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._found = found
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]

    def browse(self, host: str, profile: Path) -> Any:
        """Open ``/`` under a host name, which leads here, and wait for what the page found."""
        assert BROWSER is not None
        names = f"MAP {host} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = subprocess.Popen(
            [
                BROWSER,
                *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                f"--user-data-dir={profile}",
                f"--host-resolver-rules={names}",
                f"http://{host}:{self.port}/",
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            return self._found.get(timeout=PAGE_SECONDS)
        except queue.Empty:
            raise AssertionError(f"the page at {host} said nothing") from None
        finally:
            browser.terminate()
            browser.wait(20)

    @contextmanager
    def running(self) -> Iterator[Site]:
        """Serve as long as the context lasts."""
        thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()
