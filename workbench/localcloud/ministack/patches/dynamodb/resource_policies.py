"""Policies of tables: ministack's refusals have other words, and each put makes a new revision.

DynamoDB keeps the revision of a policy that is put again unchanged; later revisions are greater.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]

_NOT_FOUND = "Resource-based policy not found for the provided ResourceArn: "
_NO_POLICY = "NO_POLICY"


def install() -> None:
    """Answer in DynamoDB's words before the emulator does."""
    from ministack.services import dynamodb

    refused, answered = dynamodb.error_response_json, dynamodb.json_response
    put = dynamodb._put_resource_policy

    def refusal(data: Mapping[str, Any], *, get: bool = False) -> Reply | None:
        arn = str(data.get("ResourceArn") or "")
        table = arn.rpartition("/")[2]
        if not arn:
            return None
        if not dynamodb._resource_arn_exists(arn):
            missing = f"Requested resource not found: Table: {table} not found"
            reply: Reply = refused("ResourceNotFoundException", missing, 400)
            return reply
        policy = dynamodb._resource_policies.get(arn)
        message = arn if get and not policy else _revision_error(data, table, policy)
        if message is None:
            return None
        reply = refused("PolicyNotFoundException", _NOT_FOUND + message, 400)
        return reply

    def checking(handle: Callable[[Any], Reply], *, get: bool = False) -> Callable[[Any], Reply]:
        return lambda data: refusal(data, get=get) or handle(data)

    def put_policy(data: Any) -> Reply:
        policies = dynamodb._resource_policies
        before = policies.get(data.get("ResourceArn"))
        if before and before["Policy"] == data.get("Policy"):
            same: Reply = answered({"RevisionId": before["RevisionId"]})
            return same
        status, headers, body = put(data)
        if status != 200:
            return status, headers, body
        revision = str(time.time_ns())
        policies[data["ResourceArn"]] = {"Policy": data["Policy"], "RevisionId": revision}
        stored: Reply = answered({"RevisionId": revision})
        return stored

    dynamodb._put_resource_policy = checking(put_policy)
    dynamodb._get_resource_policy = checking(dynamodb._get_resource_policy, get=True)
    dynamodb._delete_resource_policy = checking(dynamodb._delete_resource_policy)


def _revision_error(data: Mapping[str, Any], table: str, policy: Any) -> str | None:
    expected = data.get("ExpectedRevisionId")
    if expected is None or not policy or policy["RevisionId"] == expected:
        return None
    if expected == _NO_POLICY:
        return (
            f"Requested policy update expecting none to be present for table {table}, but a policy "
            f"exists with revision id {policy['RevisionId']}."
        )
    return (
        f"Requested update for policy with revision id {expected}, but the policy associated to "
        f"target table {table} has revision id {policy['RevisionId']}."
    )
