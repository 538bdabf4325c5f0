"""Generated names: ministack cuts the end of stack name and logical id, AWS shortens each.

A nested stack's name alone fills the 64 characters of a function or role: in ministack all of its
functions have one beginning, and none says which it is. AWS leaves room for both:
``amplify-circulardepdatafu-customAPIFunction43845F63-<12 characters>``.

Log groups and parameters have names of another kind in ministack (``/STACK/LOGICAL``), FIFO topics
lack their suffix.

A stack that an earlier release made keeps ministack's names, as they are computed anew with each
update: another name would replace what has content.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
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

    def log_group(logical_id: str, stack_name: str) -> str:
        return physical_name(stack_name, logical_id, max_len=512)

    def parameter(logical_id: str, stack_name: str) -> str:
        return f"CFN-{logical_id}-{log_group(logical_id, stack_name).rpartition('-')[2]}"

    def fifo_topic(logical_id: str, stack_name: str) -> str:
        return physical_name(stack_name, logical_id, max_len=251) + ".fifo"

    handlers = provisioners._RESOURCE_HANDLERS
    _name_as_aws(handlers["AWS::Logs::LogGroup"], "LogGroupName", log_group)
    _name_as_aws(handlers["AWS::SSM::Parameter"], "Name", parameter)
    _name_as_aws(handlers["AWS::SNS::Topic"], "TopicName", fifo_topic, only_if="FifoTopic")


def _name_as_aws(
    handlers: dict[str, Any], key: str, generated: Callable[[str, str], str], only_if: str = ""
) -> None:
    """Give a type's nameless resources a generated name."""
    create, update = handlers["create"], handlers["update"]

    def is_nameless(props: dict[str, Any]) -> bool:
        return not props.get(key) and (not only_if or bool(props.get(only_if)))

    def create_named(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        from ministack.services.cloudformation import _stacks

        if is_nameless(props) and _is_new(_stacks.get(stack_name) or {}):
            props = {**props, key: generated(logical_id, stack_name)}
        return create(logical_id, props, stack_name)

    def update_named(
        physical_id: str,
        old: dict[str, Any],
        new: dict[str, Any],
        stack_name: str,
        logical_id: str,
    ) -> Any:
        if is_nameless(new):
            name = physical_id.rpartition(":")[2]
            kept = generated(logical_id, stack_name) if old.get(key) else name
            new, old = {**new, key: kept}, {key: name, **old}
        return update(physical_id, old, new, stack_name, logical_id)

    handlers["create"], handlers["update"] = create_named, update_named


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
