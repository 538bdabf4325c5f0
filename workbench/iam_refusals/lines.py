"""The line that says what IAM refused, and which rule at which place would have allowed it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.iam_refusals.places import place_of
from workbench.iam_refusals.rules import Language, rule_for, storage_of
from workbench.model.refused_calls import RefusedCall
from workbench.terminal_text import safe_line
from workbench.wording import plural

_LONGEST = 300
"""Characters of what a caller chose, such as an object's key."""


def refusal_line(
    call: RefusedCall, root: Path, amplify: Path, outputs_file: Path, language: Language
) -> str:
    """The whole line; reads the outputs and the backend's files, so not for an event loop."""
    outputs = _outputs(outputs_file)
    said = f"IAM refused {_who(call)} {call.action}{_what(call, outputs)}"
    if call.times > 1:
        said += f", {call.times} times more"
        if call.resources > 1:
            said += f" on {plural(call.resources, 'resource')}"
    if call.kind != "identity-based policy":
        how = f"a {call.kind} denies it" if call.denied_by else f"no {call.kind} allows it"
        return f"{said}: {how}."
    rule = rule_for(call, outputs, language)
    if call.denied_by and rule.kind != "storage":
        # A storage rule takes its own denial back; for another statement only its author can.
        return f"{said}: the policy {_shortened(call.denied_by)} denies it."
    place = place_of(rule, root, amplify)
    return f"{said}. Allowed by: {_shortened(rule.text)}" + (f" → {place}" if place else "")


def _who(call: RefusedCall) -> str:
    name = _shortened(call.caller)
    match call.caller_kind:
        case "guest":
            return "a guest"
        case "authenticated":
            return "a signed-in user"
        case "group":
            return f"a member of {name}"
        case "function":
            return f"the function {name}"
        case "user":
            return f"the IAM user {name}"
    return f"the role {name}"


def _what(call: RefusedCall, outputs: Mapping[str, Any]) -> str:
    resource = call.resource
    if resource in {"", "*"}:
        return ""
    if resource.startswith("arn:aws:s3:::"):
        bucket, _, key = resource.removeprefix("arn:aws:s3:::").partition("/")
        storage = storage_of(bucket, outputs)
        name = storage.get("name") if storage else None
        shown = f"the storage {name}" if name else f"the bucket {bucket}"
        return f" on {_shortened(key)} in {shown}" if key else f" on {shown}"
    return f" on {_shortened(resource.split(':', 5)[-1])}"


def _shortened(text: str) -> str:
    clean = safe_line(text)
    return clean if len(clean) <= _LONGEST else f"{clean[:_LONGEST]}…"


def _outputs(file: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, Mapping) else {}
