"""A service's refusal of a resource: ministack shows the bytes of its answer, AWS the message.

The reason of the event is in the words of CloudFormation's handlers.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable
from typing import Any

from ministack.services.cloudformation import stacks

_ANSWER = re.compile(r"""failed: (b'.*'|b".*"|\{.*\}|<.*>)$""", re.DOTALL)
_XML = re.compile(r"<Message>(.*?)</Message>", re.DOTALL)


def install() -> None:
    """Read the message where a resource is made or changed."""
    stacks._provision_resource = _in_words(stacks._provision_resource)
    stacks._update_resource = _in_words(stacks._update_resource)


def _in_words(provision: Callable[..., Any]) -> Callable[..., Any]:
    def provision_in_words(*given: Any) -> Any:
        try:
            return provision(*given)
        except ValueError as refused:
            message = message_of(str(refused))
            if not message:
                raise
            raise ValueError(f'Resource handler returned message: "{message}"') from None

    return provision_in_words


def message_of(reason: str) -> str:
    """The message in the answer that a reason quotes; empty if it quotes none."""
    found = _ANSWER.search(reason)
    if not found:
        return ""
    text = found[1]
    if text.startswith("b"):
        text = ast.literal_eval(text).decode("utf-8", "replace")
    if xml := _XML.search(text):
        return xml[1]
    try:
        told = json.loads(text)
    except ValueError:
        return ""
    return str(told.get("message") or told.get("Message") or "") if isinstance(told, dict) else ""
