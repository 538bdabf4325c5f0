"""What a function's role may do: its policies, read from IAM, as sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote

from workbench.deploy.live.models import LiveStack
from workbench.functions.event_sources import Note
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions, ask
from workbench.functions.policy_words import Grant, grants_of

_Found = TypeVar("_Found")


@dataclass(frozen=True, slots=True)
class RoleGrants:
    """The grants by policy; ``boundary`` is the ARN of a policy that bounds them all."""

    role: str
    grants: tuple[Grant, ...] = ()
    boundary: str = ""


def role_grants(opened: OpenedFunctions, live: LiveStack, role_arn: str, note: Note) -> RoleGrants:
    """Read a role's policies; blocks. What may not be read is noted, and the rest is there."""
    name = role_arn.rpartition("/")[2]
    if not name:
        return RoleGrants("")
    iam: Any = opened.clients.client("iam")
    known = friendly_names(live)
    grants: list[Grant] = []

    def read(call: Callable[[], _Found], otherwise: _Found) -> _Found:
        try:
            return ask(call, "IAM")
        except FunctionsProblem as problem:
            note(problem)
            return otherwise

    def all_of(operation: str, members: str) -> list[Any]:
        pages = iam.get_paginator(operation).paginate(RoleName=name)
        return [each for page in pages for each in page[members]]

    role: Mapping[str, Any] = read(lambda: iam.get_role(RoleName=name)["Role"], {})
    nothing: list[Any] = []
    for policy in read(lambda: all_of("list_role_policies", "PolicyNames"), nothing):
        document: Any = read(
            lambda policy=policy: iam.get_role_policy(RoleName=name, PolicyName=policy)[  # type: ignore[misc]
                "PolicyDocument"
            ],
            {},
        )
        grants += grants_of(policy, _document(document), known)
    attached_ones = ("list_attached_role_policies", "AttachedPolicies")
    for attached in read(lambda: all_of(*attached_ones), nothing):
        document = read(lambda arn=attached["PolicyArn"]: _managed(iam, arn), {})  # type: ignore[misc]
        grants += grants_of(attached["PolicyName"], _document(document), known)
    boundary = (role.get("PermissionsBoundary") or {}).get("PermissionsBoundaryArn")
    return RoleGrants(name, tuple(grants), str(boundary or ""))


def friendly_names(live: LiveStack) -> dict[str, str]:
    """Physical names of the backend's resources → their constructs' paths below the stack."""
    found: dict[str, str] = {}
    for _, stack in live.walk():
        for logical_id, resource in stack.resources.items():
            path = stack.construct_paths.get(logical_id, "")
            steps = [each for each in path.split("/")[1:] if each not in ("Resource", "Default")]
            if steps and resource.physical_id:
                name = "/".join(steps)
                found[resource.physical_id] = name
                found.setdefault(resource.physical_id.rpartition("/")[2], name)
                found.setdefault(resource.physical_id.rpartition(":")[2], name)
    return found


def _managed(iam: Any, arn: str) -> Any:
    version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    return iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def _document(given: Any) -> Any:
    """botocore parses most documents; others stay encoded text."""
    if isinstance(given, str):
        return json.loads(unquote(given))
    return given
