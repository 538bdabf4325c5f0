"""Applies the patches to ministack.

Every patch depends on internals of one exact release, so :func:`install` refuses any other.
"""

from __future__ import annotations

import importlib.metadata
import os
from collections.abc import Iterable

EMULATOR_VERSION = "1.5.33"
_SKIP_VARIABLE = "AMPLIFY_TUI_LOCALCLOUD_WITHOUT_PATCHES"


class UnsupportedEmulator(RuntimeError):  # noqa: N818 - said to the user as it stands
    """The installed ministack is not the release that the patches were written for."""


def install(skip: Iterable[str] | None = None) -> tuple[str, ...]:
    """Apply every patch once, in order, and return the names applied.

    ``skip`` names patches to leave out (tests prove with it that each one is needed); by default it
    is read from the environment, comma-separated. Raises :class:`UnsupportedEmulator`.
    """
    check_version()
    # Not before: the patches import ministack, which takes its settings from the environment then.
    from workbench.localcloud.ministack.patch_list import PATCHES, patch_name

    left_out = set(os.environ.get(_SKIP_VARIABLE, "").split(",") if skip is None else skip)
    applied = []
    for patch in PATCHES:
        name = patch_name(patch)
        if name in left_out:
            continue
        patch()
        applied.append(name)
    return tuple(applied)


def check_version() -> None:
    """Refuse a ministack other than the pinned one, with what to do about it."""
    try:
        found = importlib.metadata.version("ministack")
    except importlib.metadata.PackageNotFoundError:
        found = "none"
    if found != EMULATOR_VERSION:
        raise UnsupportedEmulator(
            f"The local cloud needs ministack {EMULATOR_VERSION}, but {found} is installed. "
            f"Install it with: pip install 'ministack=={EMULATOR_VERSION}'"
        )
