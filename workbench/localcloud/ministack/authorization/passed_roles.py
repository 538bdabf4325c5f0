"""``iam:PassRole``: who gives a role to a service must be allowed to.

Source: "Grant a user permissions to pass a role to an AWS service", IAM user guide.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.localcloud.iam.requests import Request
from workbench.localcloud.ministack.authorization.call import Call

_OPERATIONS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {
    ("scheduler", "CreateSchedule"): ("scheduler", ("Target", "RoleArn")),
    ("scheduler", "UpdateSchedule"): ("scheduler", ("Target", "RoleArn")),
    ("events", "PutTargets"): ("events", ("Targets", "RoleArn")),
    ("lambda", "CreateFunction"): ("lambda", ("Role",)),
    ("lambda", "UpdateFunctionConfiguration"): ("lambda", ("Role",)),
    ("states", "CreateStateMachine"): ("states", ("roleArn",)),
    ("states", "UpdateStateMachine"): ("states", ("roleArn",)),
    ("pipes", "CreatePipe"): ("pipes", ("RoleArn",)),
    ("appsync", "CreateDataSource"): ("appsync", ("serviceRoleArn",)),
    ("appsync", "UpdateDataSource"): ("appsync", ("serviceRoleArn",)),
    ("cognito-identity", "SetIdentityPoolRoles"): ("cognito-identity", ("Roles", "")),
    ("cognito-idp", "CreateGroup"): ("cognito-idp", ("RoleArn",)),
    ("cognito-idp", "UpdateGroup"): ("cognito-idp", ("RoleArn",)),
}
"""By service and operation, whom the role is for, and where in the request it stands."""


def passed_roles(call: Call, service: str, operation: str) -> Iterator[Request]:
    """What is asked about each role that a call hands on."""
    found = _OPERATIONS.get((service, operation))
    if found is None:
        return
    for_service, path = found
    context = {**call.context, "iam:passedtoservice": f"{for_service}.amazonaws.com"}
    for role in sorted(set(_values(call.document, path))):
        yield Request("iam:PassRole", role, context)


def _values(document: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(document, list):
        for each in document:
            yield from _values(each, path)
    elif not path:
        if isinstance(document, str) and document.startswith("arn:"):
            yield document
    elif isinstance(document, Mapping):
        for name in (path[0],) if path[0] else tuple(document):
            yield from _values(document.get(name), path[1:])
