"""What AWS says when it refuses, and the refusal itself.

Source: "Troubleshoot access denied error messages", IAM user guide.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.localcloud.iam.requests import Decision, Principal, Request


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request that IAM refuses to a caller."""

    principal: Principal
    request: Request
    decision: Decision


def denial_message(refusal: Refusal, *, resource: str = "", action: str = "") -> str:
    """AWS's sentence; ``resource`` and ``action`` as the service writes them, where it differs."""
    principal, request = refusal.principal, refusal.request
    action = action or request.action
    return (
        f"User: {principal.arn} is not authorized to perform: {action} "
        f"on resource: {resource or request.resource or '*'} {reason(refusal.decision, action)}"
    )


def reason(decision: Decision, action: str) -> str:
    """The end of that sentence: which kind of policy decided, and how."""
    if decision.statement is None:
        return f"because no {decision.kind} allows the {action} action"
    article = "an" if decision.kind[0] in "aeiou" else "a"
    return f"with an explicit deny in {article} {decision.kind}"
