"""Generated names: ministack cuts the end of stack name and logical id, AWS shortens each.

A nested stack's name alone fills the 64 characters of a function or role: in ministack all of its
functions have one beginning, and none says which it is. AWS leaves room for both:
``amplify-circulardepdatafu-customAPIFunction43845F63-<12 characters>``.

A stack that an earlier release made keeps ministack's names, as they are computed anew with each
update: another name would replace what has content.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

_RANDOM = 12
_MARK = "_names_apart"


def install() -> None:
    """Shorten stack name and logical id apart, in stacks that are made from now on."""
    from ministack.services.cloudformation import _stacks, provisioners

    whole = provisioners._physical_name

    def physical_name(
        stack_name: str,
        logical_id: str,
        *,
        lowercase: bool = False,
        max_len: int = 128,
        seeded: bool = True,
    ) -> str:
        name: str = whole(
            stack_name, logical_id, lowercase=lowercase, max_len=max_len, seeded=seeded
        )
        suffix = name.rpartition("-")[2]
        beginning = f"{stack_name}-{logical_id}-"
        if name.startswith(beginning.lower() if lowercase else beginning):
            return name
        if not _is_new(_stacks.get(stack_name) or {}):
            return name
        # The end of ministack's name is its hash, with what of the beginning had room.
        made = readable(stack_name, logical_id, suffix + name, max_len)
        return made.lower() if lowercase else made

    provisioners._physical_name = physical_name


def readable(stack_name: str, logical_id: str, seed: str, most: int) -> str:
    """A name in which both can be read; what one does not need is left to the other."""
    room = most - _RANDOM - 2
    half = room // 2
    for_stack = max(half, room - len(logical_id))
    stack = stack_name[:for_stack].rstrip("-")
    logical = logical_id[: max(half, room - len(stack))]
    key = f"{stack_name}:{logical_id}:{seed}".encode()
    random = base64.b32encode(hashlib.sha256(key).digest()).decode()[:_RANDOM]
    return f"{stack}-{logical}-{random}"


def _is_new(stack: dict[str, Any]) -> bool:
    """Whether this release made the stack; it is marked while its first resources are made."""
    if stack.get("StackStatus") == "CREATE_IN_PROGRESS" and not stack.get(_MARK):
        stack[_MARK] = True
    return bool(stack.get(_MARK))
