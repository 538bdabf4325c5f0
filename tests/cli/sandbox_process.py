"""A headless sandbox in a process of its own, its JSON lines read as they come."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Self

_RUN = "import sys; from workbench.cli.main import main; sys.exit(main())"
Said = dict[str, Any]


def run_command(
    folder: Path, *arguments: str, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", _RUN, *arguments],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
        env=environment,
    )


class SandboxProcess:
    def __init__(self, folder: Path, *arguments: str) -> None:
        self.said: list[Said] = []
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.process = subprocess.Popen(
            [sys.executable, "-c", _RUN, "sandbox", "--local", "--json", *arguments],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def until(self, holds: Callable[[Said], bool], seconds: float = 240) -> Said:
        """The next event that holds."""
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            assert left > 0, f"waited in vain; last: {self.said[-5:]}"
            try:
                event = json.loads(self._lines.get(timeout=min(left, 1.0)))
            except queue.Empty:
                assert self.process.poll() is None, f"it ended; last: {self.said[-5:]}"
                continue
            self.said.append(event)
            if holds(event):
                return dict(event)

    def finished(self) -> Said:
        """The next deployment's end."""
        return self.until(lambda event: event["kind"] == "deployment-finished")

    def settled(self) -> Said:
        """The loop's next rest: watching or failed."""
        return self.until(
            lambda event: event["kind"] == "state" and event["state"] in ("watching", "failed")
        )

    def end(self, signal_number: int) -> int:
        self.process.send_signal(signal_number)
        return self.process.wait(20)
