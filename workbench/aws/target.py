"""Where a sandbox is deployed: the embedded local cloud, or an AWS account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from workbench.aws.local_keys import LocalKeys

LOCAL_REGION = "us-east-1"
LOCAL_ACCOUNT = "000000000000"


@dataclass(frozen=True, slots=True)
class LocalTarget:
    """The project's own local cloud, at a loopback ``endpoint`` such as ``http://127.0.0.1:45661``.

    ``keys`` are None before it has ever run.
    """

    endpoint: str
    region: str = LOCAL_REGION
    kind: Literal["local"] = "local"
    keys: LocalKeys | None = field(default=None, repr=False, compare=False)

    @property
    def label(self) -> str:
        """How the header names this target."""
        return "local cloud"


@dataclass(frozen=True, slots=True)
class AwsTarget:
    """An AWS account by named profile (None: the standard credential chain) and region."""

    profile: str | None = None
    region: str | None = None
    kind: Literal["aws"] = "aws"

    @property
    def label(self) -> str:
        """How the header names this target."""
        where = f" · {self.region}" if self.region else ""
        return f"AWS {self.profile or 'default'}{where}"


Target = LocalTarget | AwsTarget
