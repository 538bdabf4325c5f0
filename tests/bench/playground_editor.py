"""Measures a paste and each key in the editor: ``python -m tests.bench.playground_editor``.

Prints Markdown. The app runs without a terminal, so painting is in it and the terminal's own time
is not. CPU is that of the whole process, checks in threads included; the editor is idle before.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from textual.events import Paste

from screens.playground.screen import PlaygroundScreen
from tests.screens.playground.counting_api import counting_api
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen, until
from workbench.playground.open_api import open_url_api

KEYS = 'query Typed { list(name: "x") { id name } }'
KEY_SECONDS = 0.12


def lines_of(count: int) -> str:
    """As many operations, one a line."""
    return "".join(
        f'mutation M{at} {{ createList(input: {{name: "{at}"}}) {{ id name }} }}\n'
        for at in range(count)
    )


async def measure(count: int, folder: Path, url: str) -> tuple[float, float, list[float]]:
    """Seconds until a paste is painted, CPU of its checks, and CPU milliseconds for each key."""
    starter = ScriptedStarter(folder, open_api=lambda: open_url_api(url, {}))
    app = scripted_app(starter)
    async with app.run_test(size=(120, 36)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        await pilot.press("7")
        await until(pilot, lambda: isinstance(app.screen, PlaygroundScreen), "the playground")
        screen = app.screen
        assert isinstance(screen, PlaygroundScreen)
        await until(pilot, lambda: screen.workspace.connection.schema, "the schema")
        await pilot.press("ctrl+t")
        text = lines_of(count)
        began = time.perf_counter()
        app.post_message(Paste(text))
        while screen.workspace.editors.operation.text != text:  # noqa: ASYNC110 - what is measured ends here
            await asyncio.sleep(0.001)
        await pilot.pause()
        pasted = time.perf_counter() - began
        checks = time.process_time()
        await _rest()
        checks = time.process_time() - checks
        spent: list[float] = []
        for key in ("home", "up", *KEYS):
            before = time.process_time()
            await pilot.press(key)
            await asyncio.sleep(KEY_SECONDS)
            spent.append((time.process_time() - before) * 1000)
        return pasted, checks, spent[2:]


async def _rest() -> None:
    """Wait until nothing uses the processor."""
    while True:
        before = time.process_time()
        await asyncio.sleep(0.5)
        if time.process_time() - before < 0.02:
            return


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, nargs="+", default=[10, 300, 3_000])
    sys.stdout.write("| lines | paste, s | checks, CPU s | key, CPU ms: median | most |\n")
    sys.stdout.write("|---|---|---|---|---|\n")
    with counting_api() as (url, _), tempfile.TemporaryDirectory() as home:
        for count in parser.parse_args().lines:
            pasted, checks, spent = asyncio.run(measure(count, Path(home) / str(count), url))
            sys.stdout.write(
                f"| {count} | {pasted:.2f} | {checks:.2f} | {statistics.median(spent):.1f}"
                f" | {max(spent):.1f} |\n"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
