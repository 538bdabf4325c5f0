"""``Custom::S3AutoDeleteObjects``: empties a bucket before its stack deletes it.

After CDK's auto-delete-objects provider: only a bucket with the tag
``aws-cdk:auto-delete-objects=true`` is emptied, new objects are refused first, and a missing
bucket is done.
"""

from __future__ import annotations

import json

from workbench.localcloud.providers.request import (
    ProviderAnswer,
    ProviderError,
    ProviderRequest,
    kept_id,
)
from workbench.localcloud.providers.services import ProviderServices
from workbench.localcloud.service_error import ServiceError

_TAG = "aws-cdk:auto-delete-objects"
_EMPTY_POLICY = '{"Version": "2012-10-17", "Statement": []}'


def provide(request: ProviderRequest, services: ProviderServices) -> ProviderAnswer:
    """Answer one request; an update moves to the new bucket's name, so the old one is emptied."""
    name = str(request.properties.get("BucketName") or "")
    if request.kind == "Create":
        return ProviderAnswer(kept_id(request))
    if request.kind == "Update":
        return ProviderAnswer(name or str(request.old_properties.get("BucketName") or ""))
    if not name:
        raise ProviderError("No BucketName was provided.")
    _empty_if_tagged(name, services)
    return ProviderAnswer(request.physical_id)


def _empty_if_tagged(name: str, services: ProviderServices) -> None:
    try:
        if services.buckets.tags(name).get(_TAG) != "true":
            return
        _refuse_new_objects(name, services)
        while found := services.buckets.versions(name):
            services.buckets.delete(name, found)
    except ServiceError as problem:
        if problem.code != "NoSuchBucket":
            raise


def _refuse_new_objects(name: str, services: ProviderServices) -> None:
    try:
        text = services.buckets.policy(name)
    except ServiceError as problem:
        if problem.code != "NoSuchBucketPolicy":
            raise
        text = _EMPTY_POLICY
    policy = json.loads(text)
    policy.setdefault("Statement", []).append(
        {
            "Principal": "*",
            "Effect": "Deny",
            "Action": ["s3:PutObject"],
            "Resource": [f"arn:aws:s3:::{name}/*"],
        }
    )
    services.buckets.put_policy(name, json.dumps(policy))
