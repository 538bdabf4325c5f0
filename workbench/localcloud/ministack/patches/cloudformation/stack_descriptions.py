"""Descriptions of stacks: ministack answers empty texts and lists where AWS leaves them out.

Clients tell a stack without outputs by the missing member. AWS says when a stack was deleted or
rolled back, too, and refuses the summary of a stack that has only a change set.
"""

from __future__ import annotations

import re
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, helpers

_EMPTY = re.compile(rb"<(StackStatusReason|Outputs|Description|LastUpdatedTime|Parameters)></\1>")
_EMPTY_EVENT = re.compile(rb"<ResourceStatusReason></ResourceStatusReason>")
_STACK_ID = re.compile(rb"<StackId>([^<]+)</StackId>")
_SUMMARY_END = b"</GetTemplateSummaryResult>"
Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Rewrite the answers."""
    actions = handlers._ACTION_HANDLERS
    actions["DescribeStacks"] = _described(actions["DescribeStacks"])
    actions["DescribeStackEvents"] = _without_empty(actions["DescribeStackEvents"])
    actions["GetTemplateSummary"] = _summarised(actions["GetTemplateSummary"])


def _described(original: Any) -> Any:
    def handle(params: dict[str, Any]) -> Answer:
        status, headers, body = original(params)
        if status == 200:
            body = _STACK_ID.sub(_with_deletion, _EMPTY.sub(b"", body))
        return status, headers, body

    return handle


def _with_deletion(found: re.Match[bytes]) -> bytes:
    stack = handlers._resolve_stack(found[1].decode())
    deleted = (stack or {}).get("DeletionTime")
    return found[0] + (f"<DeletionTime>{deleted}</DeletionTime>".encode() if deleted else b"")


def _without_empty(original: Any) -> Any:
    def handle(params: dict[str, Any]) -> Answer:
        status, headers, body = original(params)
        return status, headers, _EMPTY_EVENT.sub(b"", body)

    return handle


def _summarised(original: Any) -> Any:
    def handle(params: dict[str, Any]) -> Answer:
        name = helpers._p(params, "StackName")
        stack = handlers._resolve_stack(name) if name else None
        if stack and stack.get("StackStatus") == "REVIEW_IN_PROGRESS":
            refused: Answer = helpers._error(
                "ValidationError",
                "GetTemplateSummary cannot be called on REVIEW_IN_PROGRESS stacks.",
            )
            return refused
        status, headers, body = original(params)
        if status == 200:
            body = body.replace(_SUMMARY_END, _more(params, stack) + _SUMMARY_END)
        return status, headers, body

    return handle


def _more(params: dict[str, Any], stack: dict[str, Any] | None) -> bytes:
    """The template's version, and how each of its resources is imported, as cdk import asks."""
    text = stack.get("_template_body") if stack else helpers._resolve_template(params)[0]
    template = engine._parse_template(text or "{}")
    version = template.get("AWSTemplateFormatVersion")
    told = f"<Version>{version}</Version>" if version else ""
    found: dict[str, list[str]] = {}
    for name, one in (template.get("Resources") or {}).items():
        if isinstance(one, dict) and one.get("Type") in changesets._IMPORT_LOOKUPS:
            found.setdefault(one["Type"], []).append(name)
    members = "".join(
        f"<member><ResourceType>{kind}</ResourceType>"
        f"<LogicalResourceIds>{_listed(names)}</LogicalResourceIds>"
        f"<ResourceIdentifiers>{_listed(changesets._IMPORT_LOOKUPS[kind][0])}</ResourceIdentifiers>"
        "</member>"
        for kind, names in found.items()
    )
    return f"{told}<ResourceIdentifierSummaries>{members}</ResourceIdentifierSummaries>".encode()


def _listed(texts: Any) -> str:
    return "".join(f"<member>{text}</member>" for text in texts)
