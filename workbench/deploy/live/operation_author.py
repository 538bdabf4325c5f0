"""Who started a stack operation: ours carry their author in the client request token.

CloudFormation's events name no caller, but they keep that token. Other tools are recognised by the
form of theirs.
"""

from __future__ import annotations

import getpass
import platform
import re
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from workbench.aws.clients import Clients
from workbench.deploy.live.stack_events import STACK_TYPE

_OURS = re.compile(r"amplify-tui-(?:(?P<author>.+)-)?[0-9a-f]{32}$")
_CDK = re.compile(r"(?:create|update|exec)[0-9a-f]{8}-[0-9a-f-]{27}$")
_STARTED = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"})
_AUTHOR_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Operation:
    """A stack's last operation: who started it, as far as CloudFormation tells, and when."""

    author: str
    at: datetime
    ours: bool = False

    def __str__(self) -> str:
        return f"{self.author}, {self.at.astimezone():%H:%M on %d %B}"


def operation_token() -> str:
    """A new client request token that names its author."""
    return f"amplify-tui-{_this_author()}-{uuid4().hex}"


def last_operation(clients: Clients, stack_id: str) -> Operation | None:
    """Who last created, updated or deleted the stack; None if its newest events do not tell."""
    answer = clients.cloudformation.describe_stack_events(StackName=stack_id)
    for event in answer.get("StackEvents", []):
        own = event.get("ResourceType") == STACK_TYPE and event.get(
            "PhysicalResourceId"
        ) == event.get("StackId")
        if own and event.get("ResourceStatus") in _STARTED:
            author, ours = _author(event.get("ClientRequestToken", ""))
            return Operation(author, event["Timestamp"], ours)
    return None


def _author(token: str) -> tuple[str, bool]:
    match = _OURS.match(token)
    if match:
        author = match["author"] or "unknown user"
        return f"amplify-tui of {author}", author == _this_author()
    if _CDK.match(token):
        return "ampx or the CDK", False
    if token.startswith("Console-"):
        return "the CloudFormation console", False
    return "another tool", False


def _this_author() -> str:
    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # an id without an account, as in containers
        user = "unknown user"
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{user}-at-{platform.node()}").strip("-")[:_AUTHOR_LENGTH]
