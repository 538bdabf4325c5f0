"""Measure the mapping templates' engine on what Amplify generates; prints Markdown.

    python -m tests.bench.vtl ASSEMBLY [--rounds 200]

ASSEMBLY is a synthesised project's ``cdk.out``. Parsing is measured with an empty cache, evaluating
with a compiled template, a fresh context each time (its copy is not counted).
"""

from __future__ import annotations

import argparse
import copy
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from workbench.localcloud.appsync.evaluation import Effects, Facts, FieldError
from workbench.localcloud.appsync.vtl.mapping import evaluate_mapping
from workbench.localcloud.appsync.vtl.template import compile_template, forget_templates

ROW = {"id": "1", "content": "c", "text": "t", "owner": "sub-1::jo", "author": "a", "slug": "s"}
ARGUMENTS = {"input": ROW, "id": "1", "author": "a", "slug": "s", "limit": 10}
CONTEXT: dict[str, Any] = {
    "arguments": ARGUMENTS,
    "args": ARGUMENTS,
    "identity": {
        "sub": "sub-1",
        "username": "jo",
        "claims": {"sub": "sub-1", "username": "jo", "cognito:groups": ["Admins"]},
    },
    "source": ROW,
    "request": {"headers": {}},
    "info": {"fieldName": "x", "parentTypeName": "Query", "selectionSetList": []},
    "stash": {"conditions": [], "metadata": {}, "typeName": "Mutation", "fieldName": "x"},
    "prev": {"result": ROW},
    "result": {"items": [ROW], "scannedCount": 1},
    "error": None,
}
FACTS = Facts("User Pool Authorization")


def main() -> int:
    """Measure the templates of one assembly."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.vtl", description=__doc__)
    parser.add_argument("assembly", type=Path, help="a synthesised project's cdk.out")
    parser.add_argument("--rounds", type=int, default=200, help="evaluations of each template")
    arguments = parser.parse_args()
    templates = sorted({path.read_text() for path in arguments.assembly.glob("*.vtl")})
    if not templates:
        sys.stderr.write(f"{arguments.assembly} holds no template\n")
        return 1
    parsed = [parse_microseconds(text) for text in templates]
    evaluated = [evaluate_microseconds(text, arguments.rounds) for text in templates]
    rows = [row("parse", parsed), row("evaluate, compiled", evaluated)]
    sys.stdout.write(
        f"{len(templates)} templates, parsed in {sum(parsed) / 1000:.1f} ms\n\n"
        "| µs | median | p90 | most |\n|---|---|---|---|\n" + "".join(rows)
    )
    return 0


def row(name: str, values: list[float]) -> str:
    """One line of the table."""
    high = statistics.quantiles(values, n=10)[-1] if len(values) > 1 else values[0]
    return f"| {name} | {statistics.median(values):.0f} | {high:.0f} | {max(values):.0f} |\n"


def parse_microseconds(text: str) -> float:
    """The fastest of five times parsed from nothing."""

    def parse() -> None:
        forget_templates()
        compile_template(text)

    return min(_microseconds(parse) for _ in range(5))


def evaluate_microseconds(text: str, rounds: int) -> float:
    """The median evaluation, a denial included."""
    compile_template(text)
    times = []
    for _ in range(rounds):
        context = copy.deepcopy(CONTEXT)
        times.append(_microseconds(lambda given=context: _evaluate(text, given)))
    return statistics.median(times)


def _evaluate(text: str, context: dict[str, Any]) -> object:
    try:
        return evaluate_mapping(text, context, Effects(), FACTS)
    except FieldError as error:
        return error


def _microseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter_ns()
    work()
    return (time.perf_counter_ns() - began) / 1000


if __name__ == "__main__":
    raise SystemExit(main())
