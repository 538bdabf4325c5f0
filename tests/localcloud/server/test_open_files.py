"""The server may hold more connections than the shell that started it."""

from __future__ import annotations

import subprocess
import sys


def test_the_limit_is_raised_to_what_the_system_allows() -> None:
    code = (
        "import resource\n"
        "_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (200, hard))\n"
        "from workbench.localcloud.server.open_files import raise_open_files_limit\n"
        "print(raise_open_files_limit(), hard)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    raised, hard = map(int, done.stdout.split())
    assert raised > 200
    assert raised == (65_536 if hard < 0 else min(hard, 65_536))
