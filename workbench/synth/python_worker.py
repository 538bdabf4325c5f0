"""The warm Python worker: evaluates a user's ``amplify/backend.py`` again and again.

Run as ``python -P -m workbench.synth.python_worker CHANNEL_FD LIFELINE_FD``. Reads one JSON object a
line from the channel and answers each with one: ``load`` imports the CDK, ``synth`` evaluates the
backend from scratch and writes its assembly. stdout and stderr belong to the user's code.
"""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workbench.synth.python_report import report_of

_BACKEND = "amplify_backend"


def main() -> None:
    """Serve until the channel closes."""
    channel_number, lifeline = (int(each) for each in sys.argv[1:3])
    threading.Thread(target=_end_with_parent, args=(lifeline,), daemon=True).start()
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
            answer = _answer(json.loads(line), amplify)
            channel.sendall(json.dumps(answer).encode() + b"\n")
    os._exit(0)


def _end_with_parent(lifeline: int) -> None:
    """The lifeline's other end closes when the process that started this one dies."""
    os.read(lifeline, 1)
    os._exit(0)


def _answer(request: Mapping[str, Any], amplify: Path) -> dict[str, Any]:
    answer: dict[str, Any] = {"id": request["id"]}
    try:
        if request["operation"] == "load":
            _load()
        else:
            answer |= _synth(request, amplify)
    except BaseException as error:  # noqa: BLE001 - whatever user code raises is told, exits too
        answer["error"] = report_of(error, amplify)
    sys.stdout.flush()
    sys.stderr.flush()
    return {**answer, "rss": _memory()}


def _load() -> None:
    """Import the CDK: 3 s that every later evaluation saves."""
    importlib.import_module("workbench.backend.backend")


def _synth(request: Mapping[str, Any], amplify: Path) -> dict[str, Any]:
    from workbench.backend.session import SynthSession, begin_session, end_session

    began = time.perf_counter()
    bundles = Path(os.environ["AMPLIFY_TUI_BUNDLES"])
    session = begin_session(SynthSession(request["context"], request["outdir"], bundles))
    try:
        with _environment(request.get("env") or {}):
            _forget(amplify)
            _evaluate(Path(request["backend"]))
            evaluated = time.perf_counter()
            session.synthesize()
    finally:
        end_session()
        # The CDK's objects live in jsii's process until their Python halves are gone.
        session.backend = None
        inputs = sorted(_files(amplify))
        _forget(amplify)
        gc.collect()
    ended = time.perf_counter()
    timings = {
        "evaluate": (evaluated - began) * 1000,
        "assemble": (ended - evaluated) * 1000,
    }
    return {"inputs": inputs, "timings": timings}


def _evaluate(backend: Path) -> None:
    importlib.invalidate_caches()
    spec = importlib.util.spec_from_file_location(_BACKEND, backend)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[_BACKEND] = module
    spec.loader.exec_module(module)


def _user_modules(amplify: Path) -> Iterator[tuple[str, Any]]:
    prefix = f"{amplify}{os.sep}"
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        places = [file] if file else list(getattr(module, "__path__", None) or ())
        if any(str(place).startswith(prefix) for place in places):
            yield name, module


def _files(amplify: Path) -> Iterator[str]:
    for _, module in _user_modules(amplify):
        file = getattr(module, "__file__", None)
        if file:
            yield str(file)


def _forget(amplify: Path) -> None:
    """Drop the user's modules, so that every one of them is evaluated anew."""
    import linecache

    for name, _ in list(_user_modules(amplify)):
        del sys.modules[name]
    linecache.clearcache()


@contextmanager
def _environment(added: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(added)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _memory() -> int:
    """The resident size of this process and of jsii's, in bytes; 0 where it cannot be told."""
    try:
        page = os.sysconf("SC_PAGE_SIZE")
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        pids = ["self", *children]
        return sum(int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * page for pid in pids)
    except (OSError, ValueError, IndexError):
        return 0


if __name__ == "__main__":
    main()
