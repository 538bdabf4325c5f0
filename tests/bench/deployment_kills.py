"""Kill the local cloud at random moments of deployments; each must be finished by itself.

``python -m tests.bench.deployment_kills [--kills 20] [--seed 1]``: a headless sandbox of the
quickstart gets one model more for each kill. Ends with status 1, and what the sandbox said since,
at the first deployment that is not finished.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.conftest import Running
from tests.quickstart_project import cached_node_modules, copy_quickstart
from workbench.localcloud import lifecycle
from workbench.project.node_runtime import find_node

_LONGEST = 120.0
"""Seconds until a deployment counts as never finished."""


def main() -> int:
    """Print how long each took to be finished; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.deployment_kills")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    moments = random.Random(given.seed)
    folder = Path(tempfile.mkdtemp(prefix="deployment-kills-"))
    running = Running(copy_quickstart(folder / "quickstart", cached_node_modules(find_node())))
    try:
        for number in range(1, given.kills + 1):
            delay = moments.choice((0.0, 0.05, 0.4, 1.5)) * moments.random()
            said = len(running.sandbox.said)
            try:
                seconds = _kill(running, number, delay)
            except AssertionError as error:
                for event in running.sandbox.said[said:]:
                    print(json.dumps(event)[:400])
                print(f"{number:3} killed {delay:.3f} s after the first resource: {error}")
                return 1
            print(f"{number:3} killed {delay:.3f} s after the first resource: {seconds:.1f} s")
    finally:
        running.sandbox.kill()
        lifecycle.stop(folder / "quickstart" / ".amplify" / "local-cloud")
        shutil.rmtree(folder)
    return 0


def _kill(running: Running, models: int, delay: float) -> float:
    """Add a model, kill the local cloud meanwhile; the seconds until all models are deployed."""
    time.sleep(1.2)  # the last second of writes may be lost
    pid = running.local_cloud_pid()
    names = [f"Note{number}" for number in range(models)]
    added = " ".join(
        f"{name}: a.model({{ text: a.string() }}).authorization((o) => [o.guest()]),"
        for name in names
    )
    running.model.write_text(running.good_model.replace("Todo: a", f"{added} Todo: a"))
    running.sandbox.until(lambda event: event["kind"] == "resource")
    time.sleep(delay)
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    while True:
        running.sandbox.until(
            lambda event: (
                event["kind"] == "deployment-finished"
                and event["result"] in ("succeeded", "no change")
            ),
            _LONGEST,
        )
        running.sandbox.settled()
        state = running.folder / ".amplify" / "local-cloud"
        if lifecycle.status(state).pid not in (None, pid):
            break  # else it had been finished before the kill
    assert sorted(running.tables()) == sorted([*names, "Todo"])
    return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
