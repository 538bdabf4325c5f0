"""Shorten the paths inside messages: packages by their name, the project's files from its root."""

from __future__ import annotations

import re
from pathlib import Path

_IN_PACKAGES = re.compile(r"""(?<=["'`])(?:file://)?/[^"'`\n]*/node_modules/(?=[^"'`\n])""")


def readable_paths(message: str, root: Path) -> str:
    """``import("/home/me/app/node_modules/@a/b/c").T`` becomes ``import("@a/b/c").T``.

    Only quoted paths change, so that code in a message stays what it is. pnpm's store counts as
    packages too: the last ``node_modules`` of a path decides.
    """
    shorter = _IN_PACKAGES.sub("", message)
    in_project = re.compile(rf"""(?<=["'`])(?:file://)?{re.escape(str(root))}/(?=[^"'`\n])""")
    return in_project.sub("", shorter)
