"""What CloudFormation says about one stack as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from botocore.exceptions import ClientError

from workbench.aws.client_errors import is_missing
from workbench.aws.clients import Clients


@dataclass(frozen=True, slots=True)
class StackState:
    """One stack; ``changed_at`` is its last update, or its creation if there was none.

    ``express``: its last operation did not wait until resources were ready.
    """

    stack_id: str
    name: str
    status: str
    reason: str
    changed_at: datetime
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    express: bool = False

    @property
    def revision(self) -> tuple[str, ...]:
        """Equal as long as CloudFormation has not touched the stack."""
        return (self.stack_id, self.changed_at.isoformat(), self.status)

    @property
    def is_busy(self) -> bool:
        """True while CloudFormation works on it (a stack under review only waits)."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"


def read_stack_state(clients: Clients, stack: str) -> StackState | None:
    """The stack by name or id, or None if there is none (a deleted stack counts as none)."""
    try:
        answer = clients.cloudformation.describe_stacks(StackName=stack)
    except ClientError as error:
        if is_missing(error):
            return None
        raise
    raw = next(iter(answer.get("Stacks", ())), None)
    if raw is None or raw["StackStatus"] == "DELETE_COMPLETE":
        return None
    return StackState(
        stack_id=raw.get("StackId", ""),
        name=raw["StackName"],
        status=raw["StackStatus"],
        reason=raw.get("StackStatusReason", ""),
        changed_at=raw.get("LastUpdatedTime") or raw["CreationTime"],
        outputs={
            output.get("OutputKey", ""): output.get("OutputValue", "")
            for output in raw.get("Outputs", [])
        },
        parameters={
            parameter.get("ParameterKey", ""): parameter.get(
                "ResolvedValue", parameter.get("ParameterValue", "")
            )
            for parameter in raw.get("Parameters", [])
        },
        tags={tag["Key"]: tag["Value"] for tag in raw.get("Tags", [])},
        express=raw.get("DeploymentConfig", {}).get("Mode") == "EXPRESS",
    )
