"""Policies of resources: buckets, functions, queues, topics, keys, secrets, APIs.

Compiled ones are kept, and made again when the resource has another document.
"""

from __future__ import annotations

import importlib
from typing import Any

from workbench.localcloud.iam.policies import Policies, statements_of
from workbench.localcloud.iam.requests import ResourcePolicy

_LOOKUPS = {
    "s3": ("s3", "bucket_policy_for_arn"),
    "lambda": ("lambda_svc", "function_policy_for_arn"),
    "sqs": ("sqs", "queue_policy_for_arn"),
    "sns": ("sns", "topic_policy_for_arn"),
    "kms": ("kms", "key_policy_for_arn"),
    "secretsmanager": ("secretsmanager", "secret_policy_for_arn"),
    "execute-api": ("apigateway_v1", "rest_api_policy_for_arn"),
    "kinesis": ("kinesis", "stream_policy_for_arn"),
}
"""ministack's module and function for a resource's policy, by the service in its name."""

_MOST_KEPT = 512

_compiled: dict[str, tuple[Any, ResourcePolicy]] = {}


def resource_policy_of(resource: str, action: str = "") -> ResourcePolicy | None:
    """The policy of a resource; None where it has none, or is not there."""
    if not resource.startswith("arn:"):
        return None
    service = resource.split(":", 3)[2]
    # A role that names its caller lets it in; whether it trusts it at all STS asks itself.
    assumes = action == "sts:AssumeRole"
    document = _trust_of(resource) if assumes else _document(service, resource)
    if not document:
        return None
    return _kept(service, resource, document)


def _document(service: str, resource: str) -> Any:
    lookup = _LOOKUPS.get(service)
    if lookup is None:
        return None
    module = importlib.import_module(f"ministack.services.{lookup[0]}")
    found = getattr(module, lookup[1])(resource)
    return found[0] if found else None


def _trust_of(role: str) -> Any:
    from ministack.services import iam

    record = iam._roles.get_scoped(role.split(":")[4], None, role.rpartition("/")[2])
    return record.get("AssumeRolePolicyDocument") if record else None


def _kept(service: str, resource: str, document: Any) -> ResourcePolicy:
    owner = resource.split("/", 1)[0] if service == "s3" else resource
    # A function's policy is changed in place; its statements are not.
    content = tuple(document.get("Statement") or ()) if isinstance(document, dict) else document
    kept = _compiled.get(owner)
    if kept is not None and kept[0] == content:
        return kept[1]
    made = ResourcePolicy(
        Policies(statements_of("the resource's policy", document)),
        # A key's policy must let in its own account, too.
        required=service == "kms",
    )
    if len(_compiled) >= _MOST_KEPT:
        _compiled.clear()
    _compiled[owner] = (content, made)
    return made
