"""Buckets of templates: ministack ignores ``Tags`` and deletes full buckets; AWS does neither.

Auto-delete and bucket deployments recognise their buckets by tags. CloudFormation fails to delete
a bucket with objects, whose files in ministack even come back after a restart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]

_TYPE = "AWS::S3::Bucket"


def install() -> None:
    """Wrap the type's handlers; stack tags reach buckets as they reach other resources."""
    from ministack.services.cloudformation import provisioners

    original = dict(provisioners._RESOURCE_HANDLERS[_TYPE])
    provisioners._STACK_TAG_PROPERTY[_TYPE] = ("Tags", "list")

    def create(logical_id: str, props: Properties, stack: str) -> Provisioned:
        name, attributes = original["create"](logical_id, props, stack)
        _tag(name, props)
        return name, attributes

    def update(physical_id: str, old: Properties, new: Properties, stack: str) -> Provisioned:
        name, attributes = original["update"](physical_id, old, new, stack)
        _tag(name, new)
        return name, attributes

    handlers = {**original, "create": create, "update": update, "delete": delete}
    provisioners._RESOURCE_HANDLERS[_TYPE] = handlers


def delete(physical_id: str, _props: Properties) -> None:
    """DeleteBucket; a missing one is deleted, one with objects is refused."""
    from ministack.services import s3

    status, _, content = s3._delete_bucket(physical_id)
    if status in {200, 204, 404}:
        return
    message = ElementTree.fromstring(content).findtext("Message") or "The bucket was not deleted"
    raise ValueError(f"{message} (Service: S3, Status Code: {status}, Bucket: {physical_id})")


def _tag(name: str, props: Properties) -> None:
    from ministack.services import s3

    tags = {str(tag["Key"]): str(tag["Value"]) for tag in props.get("Tags") or []}
    if tags:
        s3._bucket_tags[name] = tags
    else:
        s3._bucket_tags.pop(name, None)
