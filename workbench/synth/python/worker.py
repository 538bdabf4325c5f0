"""The warm Python worker: evaluates ``amplify/backend.py`` at each save.

Run as ``python -P -m workbench.synth.python.worker CHANNEL_FD LIFELINE_FD``. Reads one JSON object
a line from the channel and answers each with one: ``load`` imports the CDK, ``synth`` evaluates
the backend from scratch and writes its assembly. stdout and stderr belong to the user's code.

Each evaluation has its own process, forked from this one, which never runs user code: whatever a
module keeps or changes when it is imported (environment variables, registries, caches, other
modules) ends with it. A fork takes 4 ms. All evaluations share jsii's process with the CDK's
JavaScript. It never frees an object, 0.6 MB a save; the synthesizer replaces a worker that has
grown. Deleting the objects that Python knows of freed only a quarter, and an object that the CDK
itself keeps would have been missing in the next save.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import signal
import socket
import sys
import threading
import time
import warnings
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn

from workbench.synth.python import own_names
from workbench.synth.python.error_report import report_of

_BACKEND = "amplify_backend"
_WARM_PACKAGES = ("aws_cdk", "constructs", "jsii", "workbench.backend")
_DEPRECATED = r"importing from workbench\.backend"
"""Packages that stay imported: this program's, without state that user code could see."""


def main() -> None:
    """Serve until the channel closes."""
    channel_number, lifeline = (int(each) for each in sys.argv[1:3])
    _end_with_parent(lifeline)
    # Bytecode written to amplify/ would be seen as a change.
    sys.dont_write_bytecode = True
    amplify = Path(os.environ["AMPLIFY_TUI_AMPLIFY"])
    packages = os.environ.get("AMPLIFY_TUI_PACKAGES")
    if packages and packages not in sys.path:
        sys.path.append(packages)
    sys.path.insert(0, str(amplify))
    channel = socket.socket(fileno=channel_number)
    with channel, channel.makefile("r", encoding="utf-8") as lines:
        for line in lines:
            request = json.loads(line)
            if request["operation"] == "load":
                _say(channel, request, _loaded(amplify))
                continue
            evaluation = _Evaluation(request, amplify, lifeline)
            answer, warm = evaluation.answer()
            _say(channel, request, answer, evaluation.pid)
            evaluation.end()
            _import_ahead(warm)
    os._exit(0)


def _say(
    channel: socket.socket, request: Mapping[str, Any], answer: dict[str, Any], passing: int = 0
) -> None:
    whole = {"id": request["id"], **answer, "rss": _memory(passing)}
    channel.sendall(json.dumps(whole).encode() + b"\n")


def _end_with_parent(lifeline: int) -> None:
    """End when the lifeline closes: the process that started the worker has ended."""

    def watch() -> None:
        os.read(lifeline, 1)
        # The whole group, with the processes that user code started.
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _loaded(amplify: Path) -> dict[str, Any]:
    """Import the CDK, which takes 3 s, once for all evaluations."""
    try:
        importlib.import_module("amplify_tui")
        importlib.import_module("workbench.backend.public")
        importlib.import_module("workbench.backend.backend")
    except Exception as error:  # noqa: BLE001 - a broken installation is told like any other error
        return {"error": report_of(error, amplify)}
    gc.collect()
    gc.freeze()  # so that collections in forked processes do not touch, and copy, these pages
    return {}


class _Evaluation:
    """One evaluation in a forked process; ``answer`` once, then ``end``."""

    def __init__(self, request: Mapping[str, Any], amplify: Path, lifeline: int) -> None:
        _loaded(amplify)
        reading, writing = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.close(reading)
            _evaluate_and_exit(request, amplify, lifeline, writing)
        os.close(writing)
        self._answers = os.fdopen(reading, "rb")

    def answer(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Wait for the answer and the names of the warm modules that it imported."""
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            self.end()
            # It ended without an answer. Jsii may still be talking to it, so end it as well.
            os._exit(1)
        document = json.loads(line)
        warm = tuple(document.pop("warm"))
        return document, warm

    def end(self) -> None:
        """Wait until the process has ended; if a signal killed it, end in the same way."""
        self._answers.close()
        _, status = os.waitpid(self.pid, 0)
        if os.WIFSIGNALED(status):
            os.kill(os.getpid(), os.WTERMSIG(status))
            os._exit(1)  # where Python handles that signal
        elif os.WEXITSTATUS(status):
            os._exit(os.WEXITSTATUS(status))


def _evaluate_and_exit(
    request: Mapping[str, Any], amplify: Path, lifeline: int, answers: int
) -> NoReturn:
    _end_with_parent(lifeline)
    before = set(sys.modules)
    answer: dict[str, Any] = {}
    try:
        answer = _synth(request, amplify)
    except BaseException as error:  # noqa: BLE001 - whatever user code raises is told, exits too
        answer["error"] = report_of(error, amplify)
    sys.stdout.flush()
    sys.stderr.flush()
    answer["warm"] = sorted(_warm(set(sys.modules) - before, amplify))
    with os.fdopen(answers, "wb") as file:
        file.write(json.dumps(answer).encode() + b"\n")
    os._exit(0)


def _synth(request: Mapping[str, Any], amplify: Path) -> dict[str, Any]:
    from aws_cdk import AssetStaging

    from workbench.backend.session import SynthSession, begin_session

    # In jsii's process, which would otherwise reuse an asset of the last evaluation.
    AssetStaging.clear_asset_hash_cache()
    began = time.perf_counter()
    bundles = Path(os.environ["AMPLIFY_TUI_BUNDLES"])
    os.environ.update(request.get("env") or {})
    warnings.filterwarnings("default", message=_DEPRECATED, category=DeprecationWarning)
    packages = os.environ.get("AMPLIFY_TUI_PACKAGES")
    own_names.install([amplify, *([Path(packages)] if packages else [])])
    session = begin_session(SynthSession(request["context"], request["outdir"], bundles))
    _evaluate(Path(request["backend"]))
    evaluated = time.perf_counter()
    session.synthesize()
    ended = time.perf_counter()
    timings = {
        "evaluate": (evaluated - began) * 1000,
        "assemble": (ended - evaluated) * 1000,
    }
    return {"inputs": sorted(_files(amplify)), "timings": timings}


def _evaluate(backend: Path) -> None:
    importlib.invalidate_caches()
    spec = importlib.util.spec_from_file_location(_BACKEND, backend)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_BACKEND] = module
    spec.loader.exec_module(module)


def _files(amplify: Path) -> Iterable[str]:
    prefix = f"{amplify}{os.sep}"
    for module in (*sys.modules.values(), *own_names.users_modules()):
        file = getattr(module, "__file__", None)
        if file and str(file).startswith(prefix):
            yield str(file)


def _warm(imported: Iterable[str], amplify: Path) -> Iterable[str]:
    """Return the names of the imported modules that belong to warm packages."""
    users = set(_files(amplify))
    for name in imported:
        if name.startswith(tuple(f"{package}." for package in _WARM_PACKAGES)):
            file = getattr(sys.modules.get(name), "__file__", None)
            if file and file not in users:
                yield name


def _import_ahead(modules: Iterable[str]) -> None:
    """Import the CDK modules that the last evaluation used: saves 0.1 s a service."""
    for name in modules:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    gc.freeze()


def _memory(passing: int) -> int:
    """Return the resident size of this process and its children, in bytes; 0 if unknown.

    ``passing`` is the process of an evaluation, which is about to end. Jsii's own process starts
    the one with the CDK.
    """
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        total, waiting = 0, [os.getpid()]
        while waiting:
            pid = waiting.pop()
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            waiting += [int(child) for child in children if int(child) != passing]
        return total
    except (OSError, ValueError, IndexError):
        return 0


if __name__ == "__main__":
    main()
