"""The warm Python worker: evaluates a user's ``amplify/backend.py`` again and again.

Run as ``python -P -m workbench.synth.python.worker CHANNEL_FD LIFELINE_FD``. Reads one JSON object a
line from the channel and answers each with one: ``load`` imports the CDK, ``synth`` evaluates the
backend from scratch and writes its assembly. stdout and stderr belong to the user's code.

Each evaluation has a process of its own, forked from this one, in which no user code has ever run:
whatever a module or a package keeps or changes when it is imported (environment variables,
registries, caches, other modules) is gone with it. A fork takes 4 ms. What all evaluations share is
jsii's process with the CDK's JavaScript in it. That one never forgets an object, 0.6 MB a save; the
synthesizer replaces a worker that has grown. Deleting the objects that Python was told of gave back
a quarter of it, and an object that the CDK itself keeps would have been missing in the next save.
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
"""Packages that stay imported: the product's own, without state that user code could see."""


def main() -> None:
    """Serve until the channel closes."""
    channel_number, lifeline = (int(each) for each in sys.argv[1:3])
    _end_with_parent(lifeline)
    # Bytecode in amplify/ would be a change of its own to whoever watches it.
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
    """The lifeline's other end closes when the process that started the worker dies."""

    def watch() -> None:
        os.read(lifeline, 1)
        # The whole group, which the worker leads: what user code started goes too.
        os.killpg(0, signal.SIGKILL)

    threading.Thread(target=watch, daemon=True).start()


def _loaded(amplify: Path) -> dict[str, Any]:
    """Import the CDK: 3 s that every later evaluation saves."""
    try:
        importlib.import_module("amplify_tui")
        importlib.import_module("workbench.backend.public")
        importlib.import_module("workbench.backend.backend")
    except Exception as error:  # noqa: BLE001 - a broken installation is told like any other error
        return {"error": report_of(error, amplify)}
    gc.collect()
    gc.freeze()  # collections of the forked processes leave these objects, and so their pages, alone
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
        """Wait for the answer, and the names of the warm packages' modules that it imported."""
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            self.end()
            # It ended without an answer. Jsii may still be talking to it, so it goes as well.
            os._exit(1)
        document = json.loads(line)
        warm = tuple(document.pop("warm"))
        return document, warm

    def end(self) -> None:
        """Wait until the process is gone; one that died ends this one in the same way."""
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

    # In jsii's process: it would take an asset of the last evaluation for one that is there already.
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
    """Of the imported modules' names, those of the warm packages that are not the user's own."""
    users = set(_files(amplify))
    for name in imported:
        if name.startswith(tuple(f"{package}." for package in _WARM_PACKAGES)):
            file = getattr(sys.modules.get(name), "__file__", None)
            if file and file not in users:
                yield name


def _import_ahead(modules: Iterable[str]) -> None:
    """Import what the last evaluation took of the CDK, so that the next one has it: 0.1 s a service."""
    for name in modules:
        if importlib.util.find_spec(name) is not None:
            importlib.import_module(name)
    gc.freeze()


def _memory(passing: int) -> int:
    """The resident size of this process and those below it, in bytes; 0 where it cannot be told.

    ``passing`` is the process of an evaluation, which is about to end. Jsii's own process starts the
    one that holds the CDK.
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
