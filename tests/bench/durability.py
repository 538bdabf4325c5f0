"""Kills under load, and how long writes stay unsaved in a large state.

``python -m tests.bench.durability [--kills 50] [--parameters 4500]``
"""

from __future__ import annotations

import argparse
import http.client
import shutil
import sqlite3
import statistics
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

from tests.localcloud.durability import Load, moments
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.localcloud import lifecycle
from workbench.localcloud.state.store import FILE_NAME


def main() -> None:
    """Print what was lost in each kill, then the ages of unsaved writes in a large state."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.durability")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--longest", type=float, default=5.0)
    parser.add_argument("--parameters", type=int, default=4500)
    parser.add_argument("--users", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    given = parser.parse_args()
    print(f"seed {given.seed}")
    folder = Path(tempfile.mkdtemp(prefix="state-durability-"))
    try:
        if given.kills:
            _kills(folder / "kills", given)
        if given.parameters:
            _large(folder / "large", given.parameters, given.users)
    finally:
        if not given.keep:
            shutil.rmtree(folder)


def _kills(folder: Path, given: argparse.Namespace) -> None:
    load = Load(folder)
    load.prepare()
    losses = []
    try:
        for number, seconds in enumerate(moments(given.seed, given.kills, given.longest), 1):
            loss = load.run_and_kill(seconds)
            losses.append(loss)
            print(
                f"{number:3} after {seconds:.1f} s: {loss.acknowledged} acknowledged, "
                f"{loss.missing} missing, the oldest {loss.oldest:.2f} s, "
                f"older than 1 s: {loss.too_old}, counter {loss.counter} = {loss.markers}",
                flush=True,
            )
    finally:
        lifecycle.stop(folder)
    print(
        f"{len(losses)} kills: {sum(loss.too_old > 0 for loss in losses)} lost a write older than "
        f"1 s; the oldest {max(loss.oldest for loss in losses):.2f} s; "
        f"torn: {sum(loss.counter != loss.markers for loss in losses)}"
    )


def _large(folder: Path, parameters: int, users: int) -> None:
    target = lifecycle.start(folder)
    try:
        _fill(target, parameters, users)
        time.sleep(3)
        size = (folder / "state" / FILE_NAME).stat().st_size / 1e6
        print(f"state of {size:.0f} MB: {parameters} parameters, {users} users")
        quiet = _latencies(target, 5.0)
        ages, busy = _ages(folder, target, 20.0)
        print(f"  the oldest: {', '.join(f'{age:.2f}' for age in sorted(ages)[-8:])}")
        print(
            f"  ages of unsaved writes: median {statistics.median(ages):.2f} s, most {max(ages):.2f} s"  # noqa: E501
        )
        for name, found in (("quiet", quiet), ("with a write each 50 ms", busy)):
            ordered = sorted(found)
            print(
                f"  health, {name}: median {statistics.median(found) * 1000:.1f} ms, "
                f"p99 {ordered[int(len(ordered) * 0.99)] * 1000:.1f} ms, most {ordered[-1] * 1000:.0f} ms"  # noqa: E501
            )
    finally:
        lifecycle.stop(folder)


def _fill(target: LocalTarget, parameters: int, users: int) -> None:
    clients = Clients(target)
    pool = clients.cognito_idp.create_user_pool(PoolName="people")["UserPool"]["Id"]

    def parameter(number: int) -> None:
        clients.ssm.put_parameter(
            Name=f"/large/{number}", Value=f"{number:04}" * 1000, Type="String"
        )

    def user(number: int) -> None:
        name = f"user{number}@example.com"
        clients.cognito_idp.admin_create_user(
            UserPoolId=pool,
            Username=name,
            MessageAction="SUPPRESS",
            UserAttributes=[{"Name": "email", "Value": name}],
        )

    with ThreadPoolExecutor(8) as workers:
        list(workers.map(parameter, range(parameters)))
        list(workers.map(user, range(users)))


def _ages(folder: Path, target: LocalTarget, seconds: float) -> tuple[list[float], list[float]]:
    """How old each write was when it could be read from the state file."""
    written: dict[str, float] = {}
    stop = threading.Event()
    clients = Clients(target)

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            name = f"/late/{number}"
            clients.ssm.put_parameter(Name=name, Value="x", Type="String")
            written[name] = time.monotonic()
            stop.wait(0.05)

    writer = threading.Thread(target=write)
    latencies: list[float] = []
    prober = threading.Thread(target=lambda: latencies.extend(_latencies(target, seconds)))
    ages: list[float] = []
    seen: set[str] = set()
    last = 0
    writer.start()
    prober.start()
    end = time.monotonic() + seconds
    with closing(sqlite3.connect(folder / "state" / FILE_NAME)) as state:
        while time.monotonic() < end:
            found = state.execute(
                "SELECT number, name FROM part WHERE service = 'ssm' AND number > ?", (last,)
            ).fetchall()
            now = time.monotonic()
            for number, key in found:
                last = max(last, number)
                name = key.rsplit("\x00", 1)[-1].strip("'")
                if name.startswith("/late/"):
                    ages.append(now - written.get(name, now))
                    seen.add(name)
            time.sleep(0.02)
    stop.set()
    writer.join()
    prober.join()
    late = [end - at for name, at in written.items() if name not in seen]
    return ages + late, latencies


def _latencies(target: LocalTarget, seconds: float) -> list[float]:
    connection = http.client.HTTPConnection(urlsplit(target.endpoint).netloc, timeout=60)
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        connection.request("GET", "/_amplify_tui/health")
        connection.getresponse().read()
        found.append(time.monotonic() - began)
        time.sleep(0.01)
    connection.close()
    return found


if __name__ == "__main__":
    main()
