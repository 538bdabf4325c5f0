"""The one place where commands write: the only one, on every stream, and never against the user."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import pytest

import workbench.cli

ROOM = Path(workbench.cli.__file__).parent
ROOT = Path(__file__).parents[2]
# Answers to the process that started it, not to a terminal.
OWN_CHANNEL = {"branch_deployer.py"}


def test_nothing_in_the_room_writes_around_it() -> None:
    found = []
    for file in sorted(ROOM.rglob("*.py")):
        if file.name == "output.py":
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                writes = called.endswith((".stdout.write", ".stderr.write", ".stdout.buffer.write"))
                if called in ("print", "input", "pprint") or (
                    writes and file.name not in OWN_CHANNEL
                ):
                    found.append(f"{file.name}:{node.lineno} {called}")
    assert found == []


PROGRAM = """
import sys
from workbench.cli.output import err, finish, out, out_data, out_json, prepare_streams
from workbench.cli.colours import Paint
prepare_streams()
out("\\u2713 J\\u00f6rg \\u2192 \\u6771\\u4eac \\x1b[2J\\u202e", Paint(True).good("good"))
err("\\u2717 wrong\\u2026")
out_json({"name": "J\\u00f6rg \\x9b\\u202e\\ud800"})
out_data("exact\\x1b[2J\\r\\n")
finish()
"""


def run(
    environment: Mapping[str, str], stdout: int | IO[bytes] = subprocess.PIPE
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM],
        stdout=stdout,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "line", "wrong"),
    [
        ({"PYTHONUTF8": "1"}, "✓ Jörg → 東京 �[2J�", "✗ wrong…"),
        ({"PYTHONIOENCODING": "ascii"}, "+ J\\xf6rg -> \\u6771\\u4eac ?[2J?", "x wrong..."),
        ({"PYTHONIOENCODING": "latin-1"}, "+ Jörg -> \\u6771\\u4eac ?[2J?", "x wrong..."),
        (
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            "+ J\\xf6rg -> \\u6771\\u4eac ?[2J?",
            "x wrong...",
        ),
    ],
)
def test_any_stream_takes_any_text(environment: dict[str, str], line: str, wrong: str) -> None:
    done = run(environment)
    encoding = "latin-1" if environment.get("PYTHONIOENCODING") == "latin-1" else "utf-8"
    first, second, data, *rest = done.stdout.decode(encoding).split("\n", 3)
    assert done.returncode == 0
    assert first == line
    assert second == "\x1b[32mgood\x1b[0m"
    assert data.startswith('{"name": "J\\u00f6rg \\u009b\\u202e\\ud800"}')
    assert rest == ["exact\x1b[2J\r\n\n"]
    assert done.stderr.decode(encoding) == f"{wrong}\n"


def command(redirect: str) -> subprocess.CompletedProcess[str]:
    """The help with its streams redirected."""
    return subprocess.run(
        ["sh", "-c", f"{sys.executable} -m screens.launch --help {redirect}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_full_disk_is_said() -> None:
    done = command("> /dev/full")
    assert done.returncode == 1
    what, next_step = done.stderr.splitlines()
    assert what == "✗ The output cannot be written: No space left on device."
    assert next_step.startswith("  → ")


def test_a_reader_that_has_gone_is_no_error() -> None:
    done = command("| true")
    assert done.stderr == ""


@pytest.mark.parametrize("redirect", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_taken_as_they_are(redirect: str) -> None:
    done = command(redirect)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr
