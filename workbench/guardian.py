"""Ends a process's children when the process ends, however it ends.

``kill -9`` leaves no time to end children, and a busy child does not notice that its owner has
ended. So a small process (``guardian_process``) waits for the owner's end and kills what is left. A
ledger file lets the next start do the same if the guardian was killed as well.

Children must lead a session or a process group of their own. (``PR_SET_PDEATHSIG`` is no
alternative: it fires when the *thread* that started the child ends, does not reach grandchildren,
and exists on Linux only.)
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from workbench import guardian_process
from workbench.guardian_process import MARK_VARIABLE, end_group, end_marked, start_time
from workbench.private_files import write_private


class Guardian:
    """Guards this process's children; safe from any thread.

    ``ledger`` is a file that names them for the next start; children that it names are ended at
    once.
    """

    def __init__(self, ledger: Path | None = None) -> None:
        self._mark = secrets.token_hex(8)
        self._ledger = ledger
        self._lock = threading.Lock()
        self._groups: dict[int, str] = {}
        self._process: subprocess.Popen[bytes] | None = None
        if ledger is not None:
            end_leftovers(ledger)

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """Return ``base`` with a mark that finds processes which leave their group.

        Starts the guardian, which must run before the first child.
        """
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                self._start()
                self._note()
        return {**base, MARK_VARIABLE: self._mark}

    def watch(self, pid: int) -> None:
        """End this process group when this process ends."""
        with self._lock:
            self._groups[pid] = start_time(pid)
            self._tell(f"+{pid}")
            self._note()

    def release(self, pid: int) -> None:
        """Note that the group's first process has ended, and end the rest of the group."""
        with self._lock:
            began = self._groups.pop(pid, None)
            if began is None:
                return
            end_group(pid, began)
            self._tell(f"-{pid}")
            self._note()

    def end_all(self) -> None:
        """Kill all watched processes now."""
        with self._lock:
            for pid, began in self._groups.items():
                end_group(pid, began)
            self._groups.clear()
            end_marked(self._mark)
            self._note()

    def _tell(self, line: str) -> None:
        try:
            self._write(line)
        except OSError:  # it was killed: start another one
            self._start()

    def _write(self, line: str) -> None:
        if self._process is None:
            raise BrokenPipeError
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()

    def _start(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", guardian_process.__file__, self._mark],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PATH": os.environ.get("PATH", os.defpath)},
            start_new_session=True,
        )
        for pid in self._groups:
            with contextlib.suppress(OSError):
                self._write(f"+{pid}")

    def _note(self) -> None:
        if self._ledger is None:
            return
        with contextlib.suppress(OSError):  # if the disk is full, the guardian still knows
            noted = json.dumps({"mark": self._mark, "groups": self._groups})
            write_private(self._ledger, noted)


@cache
def own_guardian() -> Guardian:
    """Return this process's guardian."""
    return Guardian(_ledgers[-1] if _ledgers else None)


def keep_ledger(ledger: Path) -> None:
    """Set the ledger of this process's guardian; call it before ``own_guardian``."""
    _ledgers.append(ledger)


_ledgers: list[Path] = []


def end_leftovers(ledger: Path) -> None:
    """End the processes that an earlier owner's ledger names; ignores an unreadable one."""
    try:
        noted = json.loads(ledger.read_text(encoding="utf-8"))
        groups = {int(pid): str(began) for pid, began in noted["groups"].items()}
        mark = str(noted["mark"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return
    for pid, began in groups.items():
        if began:
            end_group(pid, began)
    end_marked(mark)
    ledger.unlink(missing_ok=True)
