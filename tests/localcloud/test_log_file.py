"""The local cloud's log stays bounded."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workbench.localcloud.log_file import last_lines, trim_log


def test_a_long_log_keeps_its_last_whole_lines(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text("".join(f"line {number}\n" for number in range(200_000)))
    trim_log(log, limit=1_000_000)
    lines = log.read_text().splitlines()
    assert lines[-1] == "line 199999"
    assert lines[0].startswith("line ")
    assert log.stat().st_size <= 512 * 1024
    assert last_lines(log, 2) == ("line 199998", "line 199999")


@pytest.mark.cloud
def test_a_running_server_cuts_its_own_log(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    code = (
        "import logging, pathlib, sys; from workbench.localcloud import log_file; "
        "logging.getLogger().addHandler("
        "log_file.BoundedHandler(pathlib.Path(sys.argv[1]), 600_000, 10)); "
        "[logging.warning('%05d %s', n, 'x' * 1000) for n in range(2000)]"
    )
    with log.open("ab") as output:
        subprocess.run([sys.executable, "-c", code, str(log)], stdout=output, check=True)
    assert log.stat().st_size < 700_000
    assert last_lines(log, 1)[0].startswith("01999 ")


def test_messages_get_a_stack_traces_error_but_not_its_frames(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    log.write_text(
        "ready\n"
        "Traceback (most recent call last):\n"
        '  File "server.py", line 53, in main\n'
        "    return serve()\n"
        "           ^^^^^^^\n"
        "FileExistsError: [Errno 17] File exists: 'state'\n"
    )
    assert last_lines(log) == ("ready", "FileExistsError: [Errno 17] File exists: 'state'")
