"""The functions of a deployed backend that the user has written, with their log groups."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.deploy.live.models import LiveStack
from workbench.model.user_problem import UserProblem

_FUNCTION = "AWS::Lambda::Function"
_FRIENDLY_NAME = "amplify:friendly-name"
"""The tag with a construct's name; functions that Amplify needs for itself have it, too."""
_OUTPUTS = ("definedFunctions", "definedConversationHandlers")
"""Outputs of the root stack: the physical names of what the user has defined, as JSON."""


@dataclass(frozen=True, slots=True)
class LoggedFunction:
    """A function by the name that it was defined with, its log group and declared runtime."""

    name: str
    log_group: str
    runtime: str = ""
    log_group_arn: str = ""


def functions_of(live: LiveStack) -> tuple[LoggedFunction, ...]:
    """The defined functions of the stack and its nested stacks, by name."""
    defined = {name for output in _OUTPUTS for name in _names(live.outputs.get(output, ""))}
    found = [
        LoggedFunction(
            friendly_name(resource.properties.get("Tags")) or deployed.physical_id,
            group := log_group_of(stack, resource.properties, deployed.physical_id),
            str(resource.properties.get("Runtime") or ""),
            log_group_arn(stack, group),
        )
        for _, stack in live.walk()
        for logical_id, resource in stack.template.resources.items()
        if resource.type == _FUNCTION
        and (deployed := stack.resources.get(logical_id)) is not None
        and deployed.physical_id in defined
    ]
    return tuple(sorted(found, key=lambda each: each.name))


def name_patterns(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    """Regular expressions for functions' names; raises UserProblem for one that is none."""
    try:
        return tuple(re.compile(each) for each in patterns)
    except re.error as error:
        raise UserProblem(
            f"{error.pattern!r} is not a valid regular expression: {error}.",
            "Give the names of functions, or regular expressions for them.",
        ) from None


def _names(output: str) -> list[str]:
    try:
        content = json.loads(output)
    except ValueError:
        return []
    return [each for each in content if isinstance(each, str)] if isinstance(content, list) else []


def friendly_name(tags: Any) -> str:
    """The name that a construct was defined with, from its tags; "" without one."""
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, dict) and tag.get("Key") == _FRIENDLY_NAME:
            return str(tag.get("Value") or "")
    return ""


def log_group_arn(stack: LiveStack, group: str) -> str:
    """A log group's ARN, as Live Tail takes it."""
    return f"arn:{stack.partition}:logs:{stack.region}:{stack.account}:log-group:{group}"


def log_group_of(stack: LiveStack, properties: Mapping[str, Any], function: str) -> str:
    """The group that the function is configured to log to, else Lambda's own for it."""
    config = properties.get("LoggingConfig")
    named = config.get("LogGroup") if isinstance(config, dict) else None
    if isinstance(named, str):
        return named
    if isinstance(named, dict):
        resource = stack.resources.get(str(named.get("Ref")))
        if resource is not None:
            return resource.physical_id
    return f"/aws/lambda/{function}"
