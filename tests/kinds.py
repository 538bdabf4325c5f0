"""The kinds of tests: what each one starts, its marker, and the order that they run in.

A test is ``unit`` unless it starts something. What it starts is told by the fixtures it uses, or by
a marker in its file where it starts something by itself. A unit test that starts something fails.
"""

from __future__ import annotations

import gc
import inspect
import os
import subprocess
import threading
from collections import defaultdict
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

_HERE = Path(__file__).parent

KINDS = {
    "unit": "starts no local cloud, no Node and no terminal",
    "cloud": "starts a local cloud",
    "moto": "deploys to moto, an AWS that is not ours, in this process",
    "npm": "runs Node: npm packages, or the CDK",
    "terminal": "drives the program in a terminal, most often tmux",
    "install": "builds the program and installs it",
}

_BY_FIXTURE = {
    "shared_cloud": ("cloud",),
    "own_cloud": ("cloud",),
    "stacks_without": ("cloud",),
    "moto_server": ("moto",),
    "node_runtime": ("npm",),
    "synth": ("npm",),
    "running": ("cloud", "npm"),
    "matrix": ("cloud", "npm"),
    "python_matrix": ("cloud", "npm"),
    "callers": ("cloud", "npm"),
}

_DEPLOYED_ONCE = {"matrix", "python_matrix", "callers"}
"""What all tests of a run share, so that one of them costs little."""

_SECONDS = {"npm_project": 20.0, "own_cloud": 2.0, "stacks_without": 2.0, "shared_cloud": 0.3}
"""What a test takes for a fixture that is its own, roughly: so the longest files are found."""

_MARKED_SECONDS = {
    "unit": 0.05,
    "cloud": 0.3,
    "moto": 1.0,
    "npm": 3.0,
    "terminal": 8.0,
    "install": 4.0,
}
"""The same for a kind, where no fixture says more."""

_APP_SECONDS = 0.8
"""What a test that runs the app without a terminal takes at least."""

_LONG_FILES = {
    "localcloud/test_ampx.py": 60.0,
    "cli/test_full_loop.py": 50.0,
    "branches/test_branch_jobs.py": 40.0,
    "faults/test_faults.py": 35.0,
    "screens/playground/test_running_operations.py": 30.0,
    "localcloud/test_stopping.py": 30.0,
    "react/test_react_app.py": 30.0,
    "branches/test_typescript_branch.py": 25.0,
    "synth/test_every_run_is_a_first_one.py": 25.0,
    "aws_moto/test_checklist.py": 20.0,
    "cli/test_hostile_text.py": 20.0,
    "localcloud/test_durability.py": 20.0,
    "localcloud/test_leftovers.py": 20.0,
    "localcloud/server/test_autosave.py": 20.0,
    "synth/python/test_every_python_run_is_a_first_one.py": 20.0,
    "backend/random_rules/test_same_answers.py": 15.0,
    "localcloud/test_bombs.py": 15.0,
    "localcloud/test_gen2_shapes.py": 15.0,
    "test_one_category.py": 15.0,
    "deploy/execute/test_function_swaps.py": 12.0,
    "synth/type_check/test_type_checker.py": 12.0,
    "localcloud/appsync/workers/test_pool.py": 15.0,
}
"""Files whose tests take much longer than others of their kind: measured, and rounded."""

_WORKER_BYTES = 2 << 30
"""Memory that a worker takes with its local clouds, Node processes and the program under test."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known, and read all tests without looking for garbage."""
    gc.disable()
    for name, meaning in KINDS.items():
        config.addinivalue_line("markers", f"{name}: {meaning}")


def pytest_collection_finish() -> None:
    """Look for garbage from now on, but not among the tests and modules that have been read."""
    gc.freeze()
    gc.enable()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Three workers for two cores, as far as the memory goes: each waits a third of its time."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    return max(1, min(cores + cores // 2, memory // _WORKER_BYTES))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark each test with its kinds, and put the files that take longest first."""
    seconds: dict[Path, float] = defaultdict(float)
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        for fixture in fixtures:
            for kind in _BY_FIXTURE.get(fixture, ()):
                item.add_marker(kind)
        if not kinds_of(item):
            item.add_marker("unit")
        seconds[item.path] += _estimate(item, fixtures)
    for name, measured in _LONG_FILES.items():
        file = _HERE / name
        if file in seconds:
            seconds[file] = measured
    # A worker runs whole files, so that this changes nothing within one.
    items.sort(key=lambda item: -seconds[item.path])


def _estimate(item: pytest.Item, fixtures: Sequence[str]) -> float:
    """The seconds that a test takes, roughly."""
    if not _DEPLOYED_ONCE.isdisjoint(fixtures):
        return 0.1
    own = [_SECONDS[fixture] for fixture in fixtures if fixture in _SECONDS]
    runs_app = inspect.iscoroutinefunction(getattr(item, "function", None))
    if runs_app and item.path.is_relative_to(_HERE / "screens"):
        own.append(_APP_SECONDS)
    return max(own or [_MARKED_SECONDS[kind] for kind in kinds_of(item)])


def kinds_of(item: pytest.Item) -> set[str]:
    """The kinds that a test is marked with."""
    return {mark.name for mark in item.iter_markers()} & KINDS.keys()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Keep unit tests from starting anything that takes seconds."""
    if "unit" not in kinds_of(item):
        return (yield)
    real = subprocess.Popen.__init__
    here = threading.get_ident()

    def checked(process: Any, args: Any, *more: Any, **options: Any) -> None:
        kind = started_kind(args)
        # A warm worker of the session may be replaced meanwhile, in a thread of its own.
        if kind is not None and threading.get_ident() == here:
            raise AssertionError(f"mark this test with {kind!r}: it starts {args!r}")
        real(process, args, *more, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(subprocess.Popen, "__init__", checked)
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that is skipped where all must run."""
    report = yield
    if (
        report.skipped
        and os.environ.get("AMPLIFY_TUI_NO_SKIPS")
        and not hasattr(report, "wasxfail")
    ):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} is skipped: {report.longrepr}"
    return report


def started_kind(args: Any) -> str | None:
    """The kind of test that may run a command."""
    words = [args] if isinstance(args, str | bytes | os.PathLike) else list(args)
    program = Path(os.fsdecode(words[0])).name
    if program == "node" and words[1:2] in (["-p"], ["--version"]):
        return None  # only its version is asked
    if any("localcloud.server.main" in str(word) for word in words):
        return "cloud"
    return {"tmux": "terminal", "node": "npm", "npm": "npm", "ampx": "npm"}.get(program)
