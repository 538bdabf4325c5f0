"""A credential process whose keys rotate: each run gives the next one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path


class RotatingProcess:
    """``command`` is for ``credential_process``; its keys are ``ASIAROTATING`` and a number."""

    def __init__(self, folder: Path, *, seconds: float) -> None:
        self._count = folder / "runs"
        self._count.write_text("0")
        script = folder / "credentials.sh"
        end = datetime.now(UTC) + timedelta(seconds=seconds)
        script.write_text(
            f'n=$(($(cat "{self._count}") + 1)); echo $n > "{self._count}"\n'
            'printf \'{"Version": 1, "AccessKeyId": "ASIAROTATING%08d", "SecretAccessKey": "s", '
            f'"SessionToken": "t", "Expiration": "{end.isoformat()}"}}\' $n\n'
        )
        self.command = f"sh {script}"

    @property
    def runs(self) -> int:
        """How often it has run."""
        return int(self._count.read_text())

    @property
    def newest_key(self) -> str:
        """The key of the last run."""
        return f"ASIAROTATING{self.runs:08d}"
