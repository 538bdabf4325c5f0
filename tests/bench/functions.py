"""Measure Lambda functions on the local cloud: cold, many at once, and warm; prints Markdown.

python -m tests.bench.functions [--parallel 20] [--warm 200]
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle

CODE = {
    "nodejs20.x": ("index.js", "exports.handler = async event => event"),
    "python3.11": ("index.py", "def handler(event, context): return event"),
}


def main() -> None:
    """Print one row for each runtime."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parallel", type=int, default=20)
    parser.add_argument("--warm", type=int, default=200)
    arguments = parser.parse_args()
    print(f"| runtime | cold, ms | {arguments.parallel} cold at once, s | warm, ms (median, p99) |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        clients = Clients(lifecycle.start(Path(folder)))
        try:
            for runtime in CODE:
                print(_row(clients, runtime, arguments.parallel, arguments.warm))
        finally:
            lifecycle.stop(Path(folder))


def _row(clients: Clients, runtime: str, parallel: int, warm: int) -> str:
    client: Any = clients.lambda_
    _create(client, runtime, "first")
    _timed(client, "first")  # finds the runtime, which is done once
    cold = []
    for number in range(5):
        _create(client, runtime, f"cold-{number}")
        cold.append(_timed(client, f"cold-{number}"))
    _create(client, runtime, "many")
    began = time.perf_counter()
    with ThreadPoolExecutor(parallel) as threads:
        list(threads.map(lambda _: _timed(client, "many"), range(parallel)))
    many = time.perf_counter() - began
    runs = sorted(_timed(client, "first") for _ in range(warm))
    for name in ("first", "many", *(f"cold-{number}" for number in range(5))):
        client.delete_function(FunctionName=name)
    return (
        f"| {runtime} | {statistics.median(cold) * 1000:.0f} | {many:.2f} | "
        f"{statistics.median(runs) * 1000:.1f}, {runs[int(len(runs) * 0.99)] * 1000:.1f} |"
    )


def _create(client: Any, runtime: str, name: str) -> None:
    file, text = CODE[runtime]
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(file, text)
    client.create_function(
        FunctionName=name, Runtime=runtime, Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any", Code={"ZipFile": content.getvalue()},
    )  # fmt: skip


def _timed(client: Any, name: str) -> float:
    began = time.perf_counter()
    client.invoke(FunctionName=name)["Payload"].read()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
