"""Shortens paths in messages: to packages' names and paths relative to the project."""

from __future__ import annotations

import re
from pathlib import Path

_IN_PACKAGES = re.compile(r"""(?<=["'`])(?:file://)?/[^"'`\n]*/node_modules/(?=[^"'`\n])""")


def readable_paths(message: str, root: Path) -> str:
    """Turn ``import("/home/me/app/node_modules/@a/b/c").T`` into ``import("@a/b/c").T``.

    Only quoted paths change, so that code in a message stays the same. The last ``node_modules`` of
    a path counts, as pnpm's store needs.
    """
    shorter = _IN_PACKAGES.sub("", message)
    in_project = re.compile(rf"""(?<=["'`])(?:file://)?{re.escape(str(root))}/(?=[^"'`\n])""")
    return in_project.sub("", shorter)
