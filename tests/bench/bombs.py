"""Measure how long others wait while somebody's request keeps the local cloud busy.

Prints Markdown.

    python -m tests.bench.bombs [--language javascript|vtl|graphql]

Exits with 1 where health takes more than 0.3 s, or a simple query 0.1 s longer than it does alone.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.localcloud import bombs
from workbench.localcloud import lifecycle

HEALTH_LIMIT = 0.3
QUERY_LIMIT = 0.1


def main() -> int:
    """Run the table; the exit code says whether all held."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.bombs", description=__doc__)
    parser.add_argument("--language", choices=("javascript", "vtl", "graphql"))
    only = parser.parse_args().language
    held = True
    with tempfile.TemporaryDirectory(prefix="amplify-tui-bench-") as home:
        folder = Path(home) / "local-cloud"
        target = bombs.make_target(lifecycle.start(folder))
        try:
            target.ask("{ hello js vtl }").raise_for_status()
            with target.watch() as watch:
                time.sleep(3)
            alone = max(watch.query)
            sys.stdout.write(
                f"Alone: query p50 {statistics.median(watch.query) * 1000:.0f} ms, at most "
                f"{alone * 1000:.0f} ms; health at most {max(watch.health) * 1000:.0f} ms.\n\n"
                "| language | bomb | it took | health at most | query at most | |\n"
                "|---|---|---|---|---|---|\n"
            )
            for language, name, light in _table(target):
                if only in (None, language):
                    held &= _run(target, language, name, light, alone)
            target.ask("{ hello }").raise_for_status()
        finally:
            lifecycle.stop(folder)
    return 0 if held else 1


def _table(target: bombs.Target) -> list[tuple[str, str, Callable[[], object]]]:
    def javascript(code: str) -> Callable[[], object]:
        target_set = target.set_javascript
        return lambda: (target_set(code), target.ask("{ js }"))

    def template(text: str) -> Callable[[], object]:
        def fire() -> object:
            target.set_template(text)
            return target.ask("{ vtl }")

        return fire

    def query(text: str) -> Callable[[], object]:
        return lambda: target.ask(text)

    return [
        *(("javascript", name, javascript(code)) for name, code in bombs.JAVASCRIPT.items()),
        *(("vtl", name, template(text)) for name, text in bombs.VTL.items()),
        *(("graphql", name, query(text)) for name, text in bombs.GRAPHQL.items()),
    ]


def _run(
    target: bombs.Target, language: str, name: str, light: Callable[[], object], alone: float
) -> bool:
    with target.watch() as watch:
        time.sleep(0.1)
        began = time.perf_counter()
        light()
        took = time.perf_counter() - began
        time.sleep(0.1)
    health, query = max(watch.health), max(watch.query)
    held = health <= HEALTH_LIMIT and query <= alone + QUERY_LIMIT
    sys.stdout.write(
        f"| {language} | {name} | {took:.2f} s | {health * 1000:.0f} ms | {query * 1000:.0f} ms "
        f"| {'' if held else '✗'} |\n"
    )
    sys.stdout.flush()
    return held


if __name__ == "__main__":
    sys.exit(main())
