"""DescribeStacks: ministack leaves out ``ParentId`` and ``RootId`` of nested stacks, AWS has them.

Tools distinguish nested stacks from roots by them.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services.cloudformation import _stacks, handlers

_STACK_ID = re.compile(rb"<StackId>([^<]+)</StackId>")


def install() -> None:
    """Add the two ids to the answer."""
    original = handlers._ACTION_HANDLERS["DescribeStacks"]

    def handle(params: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = original(params)
        if status == 200:
            parents = {
                stack["StackId"]: stack for stack in _stacks.values() if stack.get("ParentId")
            }
            if parents:
                body = _STACK_ID.sub(lambda found: _with_family(found, parents), body)
        return status, headers, body

    handlers._ACTION_HANDLERS["DescribeStacks"] = handle


def _with_family(found: re.Match[bytes], nested: dict[str, dict[str, Any]]) -> bytes:
    stack = nested.get(found.group(1).decode())
    if stack is None:
        return found.group(0)
    family = f"<ParentId>{stack['ParentId']}</ParentId><RootId>{stack['RootId']}</RootId>"
    return found.group(0) + family.encode()
