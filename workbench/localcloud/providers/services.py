"""The local cloud's services as providers call them, however they are reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class ObjectVersion:
    """One version of an object, or one delete marker."""

    key: str
    version_id: str


class Buckets(Protocol):
    """The S3 calls that providers make; each raises :class:`ServiceError`."""

    def get(self, bucket: str, key: str) -> bytes:
        """The object's content."""

    def put(self, bucket: str, key: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Store an object with S3's own request headers (``content-type``, ``x-amz-meta-…``)."""

    def version_of(self, bucket: str, key: str) -> str:
        """The object's version id; empty in a bucket without versioning."""

    def keys(self, bucket: str, prefix: str) -> Sequence[str]:
        """All keys that begin with ``prefix``."""

    def versions(self, bucket: str) -> Sequence[ObjectVersion]:
        """All versions and delete markers."""

    def delete(self, bucket: str, objects: Sequence[ObjectVersion]) -> None:
        """Delete objects, or with a version id just that version."""

    def tags(self, bucket: str) -> Mapping[str, str]:
        """The bucket's tags; code ``NoSuchTagSet`` where it has none."""

    def policy(self, bucket: str) -> str:
        """The bucket policy's JSON; code ``NoSuchBucketPolicy`` where it has none."""

    def put_policy(self, bucket: str, policy: str) -> None:
        """Replace the bucket policy."""

    def notifications(self, bucket: str) -> Mapping[str, Any]:
        """The notification configuration in the API's JSON shape."""

    def put_notifications(
        self, bucket: str, configuration: Mapping[str, Any], *, skip_validation: bool
    ) -> None:
        """Replace the notification configuration."""


class ProviderServices(Protocol):
    """The local cloud as a provider sees it, in the stack's own account and region."""

    @property
    def buckets(self) -> Buckets:
        """S3."""

    def call(self, service: str, action: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """One call of a JSON-protocol service (``dynamodb``, ``ssm``, ``logs``, ``cognito-idp``,
        ``cognito-identity``) by its API name; raises :class:`ServiceError`."""

    def function_tags(self, function_arn: str) -> Mapping[str, str]:
        """A Lambda function's tags."""

    def invalidate(self, distribution_id: str, paths: Sequence[str], reference: str) -> None:
        """Create a CloudFront invalidation."""
