"""The users pane and its commands on a pool of 100,000 users, beside one of 100.

python -m tests.bench.users [--users 100000]
"""

from __future__ import annotations

import argparse
import asyncio
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from screens.users.screen import UsersScreen
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from tests.screens.settling import sandbox_screen
from workbench.aws.clients import Clients
from workbench.aws.local_keys import read_keys
from workbench.aws.target import LocalTarget
from workbench.localcloud.ports import choose_port
from workbench.users.export import export_to
from workbench.users.open_pool import OpenedPool
from workbench.users.search import Search, parse_search
from workbench.users.user_pools import UserPool

_FEW = 100
LOG_NAME = "server.log"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    count = parser.parse_args().users
    with tempfile.TemporaryDirectory() as folder, running_cloud(Path(folder)) as (target, _):
        clients = Clients(target)
        few, many = _pool(clients, target, _FEW), _pool(clients, target, count)
        _engine(few, many, Path(folder))
        asyncio.run(_panes(clients, few, many, count, Path(folder)))
        _saving(clients, many, target)


@contextmanager
def running_cloud(folder: Path) -> Iterator[tuple[LocalTarget, int]]:
    """A local cloud of ``users_cloud``, and its process."""
    state = folder / "cloud"
    port = choose_port(state)
    command = [sys.executable, "-m", "tests.bench.users_cloud"]
    log = (folder / LOG_NAME).open("wb")
    process = subprocess.Popen(
        [*command, "--state-dir", str(state), "--port", str(port)], stdout=log, stderr=log
    )
    log.close()
    endpoint = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                get(endpoint, "/_amplify_tui/health")
                break
            except OSError:
                time.sleep(0.1)
        yield LocalTarget(endpoint, keys=read_keys(state)), process.pid
    finally:
        process.terminate()
        process.wait()


def get(endpoint: str, path: str) -> float:
    """The seconds that one request takes."""
    began = time.perf_counter()
    with urllib.request.urlopen(endpoint + path, timeout=120) as answer:
        answer.read()
    return time.perf_counter() - began


def _pool(clients: Clients, target: LocalTarget, count: int) -> UserPool:
    cognito = clients.cognito_idp
    made = cognito.create_user_pool(PoolName=f"bench-{count}", UsernameAttributes=["email"])
    pool = UserPool(clients, made["UserPool"]["Id"])
    given = {"given_name": "Ann", "family_name": "Example", "locale": "en-US"}
    pool.create("first@example.com", given, invite=False)
    get(target.endpoint, f"/_bench/fill?pool={pool.pool_id}&count={count - 1}")
    return pool


def _engine(few: UserPool, many: UserPool, folder: Path) -> None:
    def first(pool: UserPool) -> None:
        next(pool.users())

    def search(text: str) -> Callable[[UserPool], None]:
        def act(pool: UserPool) -> None:
            list(pool.users(parse_search(text).server))

        return act

    def sign_in_name(pool: UserPool) -> None:
        pool.user("user000050@example.com")

    steps: dict[str, Callable[[UserPool], None]] = {
        "first page": first,
        "search by beginning": search("user00005"),
        "search exactly": search("email=user000050@example.com"),
        "one user by address": sign_in_name,
    }
    for words, step in steps.items():
        _tell(words, _median(lambda s=step: s(few)), _median(lambda s=step: s(many)))  # type: ignore[misc]
    began = time.perf_counter()
    exported = export_to(many, Search(), folder / "out.csv")
    took = time.perf_counter() - began
    print(f"export: {exported:,} users in {took:.1f} s, {took / exported * 1e3:.2f} ms each")


async def _panes(clients: Clients, few: UserPool, many: UserPool, count: int, folder: Path) -> None:
    await _pane(clients, few, f"{_FEW} users", folder)
    await _pane(clients, many, f"{count:,} users", folder)


async def _pane(clients: Clients, pool: UserPool, words: str, folder: Path) -> None:
    starter = ScriptedStarter(folder, open_pool=lambda: OpenedPool(pool, clients))
    app = scripted_app(starter)
    async with app.run_test(size=(120, 40)) as pilot:
        await sandbox_screen(pilot, starter, first_deployment())
        before = _memory()
        began = time.perf_counter()
        await pilot.press("8")

        def has_rows() -> bool:
            screen = app.screen
            return isinstance(screen, UsersScreen) and bool(screen.browser.users.shown)

        while not has_rows():
            await pilot.pause(0.005)
        print(f"pane, {words}: first row after {time.perf_counter() - began:.3f} s")
        screen = app.screen
        assert isinstance(screen, UsersScreen)
        began = time.perf_counter()
        while not screen.browser.users.is_complete:
            await pilot.press("end")
            while screen.browser.pager.is_running:
                await pilot.pause(0.005)
        took = time.perf_counter() - began
        grown = (_memory() - before) / 1e6
        print(
            f"  all {len(screen.browser.users.shown):,} loaded by End in {took:.1f} s, {grown:.0f} MB more"  # noqa: E501
        )
        for key in ("pageup", "home", "end", "down", "s"):
            print(f"  {key}: {await _key(pilot, key) * 1e3:.1f} ms")


async def _key(pilot: object, key: str) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        await pilot.press(key)  # type: ignore[attr-defined]
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _saving(clients: Clients, many: UserPool, target: LocalTarget) -> None:
    """How long others wait while the state of many users is saved."""
    waits: list[float] = []
    ending = threading.Event()

    def ask() -> None:
        while not ending.is_set():
            waits.append(get(target.endpoint, "/_amplify_tui/health"))
            time.sleep(0.01)

    thread = threading.Thread(target=ask)
    thread.start()
    many.change("user000050@example.com", {"given_name": "Bea"})
    time.sleep(8)
    ending.set()
    thread.join()
    print(f"while the state is saved: others wait {max(waits) * 1e3:.0f} ms at most")


def _median(step: Callable[[], None]) -> float:
    times = []
    for _ in range(5):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def _tell(words: str, few: float, many: float) -> None:
    print(f"{words}: {few * 1e3:.1f} ms, {many * 1e3:.1f} ms ({many / few:.1f} times)")


def _memory() -> float:
    """Bytes of this process at most until now."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024.0


if __name__ == "__main__":
    main()
