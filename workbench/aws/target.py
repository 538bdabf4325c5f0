"""Where a sandbox is deployed: the embedded local cloud, or an AWS account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeVar, cast

from workbench.aws.local_keys import LocalKeys

LOCAL_REGION = "us-east-1"
LOCAL_ACCOUNT = "000000000000"
LOCAL_KEY = "local"
T = TypeVar("T")


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

    @property
    def key(self) -> str:
        """The name of the folder for a sandbox's state on this target."""
        return LOCAL_KEY


class SharedCredentials:
    """One place for the credentials of a target, however many parts of the program use it.

    A credential process may ask for a touch of a key: once is enough.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._made: dict[str | None, object] = {}

    def get(self, profile: str | None, make: Callable[[], T]) -> T:
        """What was made first for this profile; ``make`` makes it."""
        with self._turn:
            if profile not in self._made:
                self._made[profile] = make()
            return cast(T, self._made[profile])

    def forget(self) -> None:
        """Make them again for whoever asks next: AWS did not accept them."""
        with self._turn:
            self._made.clear()


@dataclass(frozen=True, slots=True)
class AwsTarget:
    """An AWS account by named profile (None: the standard credential chain) and region.

    ``account`` is None until AWS has said once which account the profile is of. Copies made by
    ``dataclasses.replace`` share their credentials.
    """

    profile: str | None = None
    region: str | None = None
    kind: Literal["aws"] = "aws"
    account: str | None = None
    shared: SharedCredentials = field(default_factory=SharedCredentials, repr=False, compare=False)

    @property
    def label(self) -> str:
        """How the header names this target."""
        where = f" · {self.region}" if self.region else ""
        return f"AWS {self.profile or 'default'}{where}"

    @property
    def key(self) -> str:
        """The name of the folder for a sandbox's state on this target.

        Two profiles of one account share it. While the account is not known, it is the profile's.
        """
        if self.account and self.region:
            return f"{self.account}-{self.region}"
        words = f"{self.profile or ''} {self.region or ''}"
        return f"unknown-{sha256(words.encode()).hexdigest()[:8]}"


Target = LocalTarget | AwsTarget
