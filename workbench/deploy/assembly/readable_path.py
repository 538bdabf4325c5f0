"""A construct's path as a person reads it: without what CDK adds to it."""

from __future__ import annotations

import re

_HASH = re.compile(r"[0-9A-F]{8}$")
"""What CDK ends a logical id with."""


def readable_path(path: str) -> str:
    """``auth179371D7/amplifyAuthUserPool4BA7F805/Resource`` as ``auth/amplifyAuthUserPool``."""
    steps = [
        _HASH.sub("", step.removesuffix(".NestedStack")) or step
        for step in path.split("/")
        if not step.endswith(".NestedStackResource")
    ]
    if len(steps) > 1 and steps[-1] in ("Resource", "Default"):
        steps.pop()
    return "/".join(steps)
