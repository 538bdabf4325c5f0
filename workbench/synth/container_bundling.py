"""What it means when the CDK cannot bundle a function in a container while it evaluates a backend.

The CDK runs the tool that ``CDK_DOCKER`` names, else ``docker``, and says only how that ended.
"""

from __future__ import annotations

import re

_MISSING = re.compile(r"spawnSync (?P<tool>\S+) ENOENT")
_ENDED = re.compile(r"(?P<tool>\S*(?:docker|podman|finch|nerdctl)) exited with status", re.I)
_ASSET = re.compile(r"Failed to bundle asset (?P<path>[^,\s]+)")


def container_problem(message: str) -> tuple[str, str] | None:
    """The message and the hint for it; None if the error is another one."""
    missing, asset = _MISSING.search(message), _ASSET.search(message)
    if missing is None and (asset is None or _ENDED.search(message) is None):
        return None
    what = _construct(asset["path"]) if asset else "A function"
    if missing:
        tool = missing["tool"].rpartition("/")[2]
        return (
            f"{what} is bundled in a container, and `{tool}` is not on PATH.",
            "Install Docker, or name podman or finch in CDK_DOCKER; or bundle without a container "
            "(`bundling: { local: … }`).",
        )
    return (
        f"{what} could not be bundled in a container.",
        "Check that Docker (or what CDK_DOCKER names) runs; the log has its output.",
    )


def _construct(path: str) -> str:
    """The construct's path without the root stack and the CDK's own last steps."""
    inside = path.partition("/")[2] or path
    return re.sub(r"/(?:Code|Stage|AssetCode)(?:/(?:Stage|Code))?$", "", inside)
