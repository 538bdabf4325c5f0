"""Starting the server: the order in which it loads the emulator."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_SETTINGS = """
import sys
from pathlib import Path
from workbench.localcloud.server.local_cloud import LocalCloud

LocalCloud(Path(sys.argv[1]) / "state", 4599)
from ministack.core import persistence
from ministack.services import lambda_svc, s3

print(s3.DATA_DIR, persistence.STATE_DIR, lambda_svc._GATEWAY_PORT, sep="\\n")
"""


def test_the_emulator_reads_our_settings(tmp_path: Path) -> None:
    """ministack reads its environment when it is imported, so nothing may import it before."""
    found = subprocess.run(
        [sys.executable, "-c", _SETTINGS, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    state = tmp_path / "state"
    assert found.stdout.split() == [str(state / "s3"), str(state / "services"), "4599"]
