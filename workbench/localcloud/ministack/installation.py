"""Applies the patches to ministack.

Every patch depends on internals of one exact release, so :func:`install` refuses any other.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from workbench.localcloud.required_versions import check_versions

_SKIP_VARIABLE = "AMPLIFY_TUI_LOCALCLOUD_WITHOUT_PATCHES"
_applied: list[str] = []
"""The patches of this process: a second call does not apply one to what it has patched itself."""


def install(skip: Iterable[str] | None = None) -> tuple[str, ...]:
    """Apply every patch once, in order, and return the names applied.

    ``skip`` names patches to leave out (tests prove with it that each one is needed); by default it
    is read from the environment, comma-separated. Raises UnsupportedVersionError.
    """
    check_versions()
    # Not before: the patches import ministack, which takes its settings from the environment then.
    from workbench.localcloud.ministack.patch_list import PATCHES, patch_name

    left_out = set(os.environ.get(_SKIP_VARIABLE, "").split(",") if skip is None else skip)
    for patch in PATCHES:
        name = patch_name(patch)
        if name in left_out or name in _applied:
            continue
        patch()
        _applied.append(name)
    return tuple(_applied)
