"""The exact releases of the libraries whose internals the local cloud changes."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version

from workbench.printed_commands import pip_install

REQUIRED = {"ministack": "1.5.33", "hypercorn": "0.18.0"}
"""ministack: every patch. hypercorn: WebSocket batches, the limits and the peers of connections."""


class UnsupportedVersionError(RuntimeError):
    """Another release is installed than the local cloud was written for."""


def check_versions() -> None:
    """Refuse any other release, with what to do about it: :class:`UnsupportedVersionError`."""
    for name, wanted in REQUIRED.items():
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "none"
        if found != wanted:
            raise UnsupportedVersionError(
                f"The local cloud needs {name} {wanted}, but {found} is installed. "
                f"Install it with: {pip_install(sys.executable, f'{name}=={wanted}')}"
            )
