"""The bucket that assets are published to: ours, written to with the encryption that it demands.

A bucket whose name holds the account's id must belong to that account: anybody may make a bucket of
such a name before the account does, and would get its code. The CDK asks for owner and encryption
ahead; here each upload carries the owner, and the encryption is only asked for where S3 refuses an
upload without it, so neither costs a call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code, is_missing
from workbench.aws.clients import Clients
from workbench.aws.permissions import is_denied
from workbench.deploy.assembly.assembly import FileAsset
from workbench.deploy.execute.bootstrap import Bootstrap
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.model.deployment import Failure
from workbench.printed_commands import cdk_bootstrap


@dataclass(frozen=True, slots=True)
class AssetBucket:
    """One bucket and who writes to it; ``owner`` is the account it must belong to, if any."""

    name: str
    acting: Clients
    owner: str = ""

    @classmethod
    def named_by(cls, asset: FileAsset, acting: Clients, bootstrap: Bootstrap) -> AssetBucket:
        """The bucket of an asset."""
        ours = "${AWS::AccountId}" in asset.bucket and not acting.is_local
        return cls(bootstrap.fill(asset.bucket), acting, bootstrap.account if ours else "")

    def has(self, key: str) -> bool:
        """Whether an object exists."""
        try:
            self.acting.s3.head_object(Bucket=self.name, Key=key, **self._expected)
        except ClientError as error:
            # Without s3:ListBucket, S3 answers 403 for an object that does not exist.
            if is_missing(error) or is_denied(error):
                return False
            raise
        return True

    def put(self, key: str, body: bytes, content_type: str) -> bool:
        """Write an object unless it exists; with the bucket's own encryption if S3 asks for it.

        Returns False if it existed. (The local cloud writes it again, which costs it nothing.)
        """
        call: dict[str, Any] = {
            "Bucket": self.name,
            "Key": key,
            "Body": body,
            "ContentType": content_type,
            **self._expected,
        }
        once: dict[str, Any] = {} if self.acting.is_local else {"IfNoneMatch": "*"}
        try:
            self.acting.s3.put_object(**call, **once)
        except ClientError as error:
            if error_code(error) == "PreconditionFailed":
                return False
            if error_code(error) == "ConditionalRequestConflict":
                # Somebody else writes the same content at this moment.
                self.acting.s3.put_object(**call)
                return True
            if error_code(error) == "NoSuchBucket":
                raise DeploymentProblem(self._missing()) from error
            if not is_denied(error) or self.acting.is_local:
                raise
            encryption = self._encryption()
            if not encryption:
                self._require_owner(error)
                raise
            self._put_encrypted({**call, **encryption}, error)
        return True

    def _put_encrypted(self, call: dict[str, Any], first: ClientError) -> None:
        try:
            self.acting.s3.put_object(**call)
        except ClientError as error:
            if is_denied(error):
                self._require_owner(first)
                raise first from error
            raise

    @property
    def _expected(self) -> dict[str, Any]:
        return {"ExpectedBucketOwner": self.owner} if self.owner else {}

    def _encryption(self) -> dict[str, str]:
        """What an upload must say to be encrypted as the bucket is; empty if that is unknown."""
        try:
            answer = self.acting.s3.get_bucket_encryption(Bucket=self.name, **self._expected)
        except ClientError:
            return {}
        rules = answer.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
        default = rules[0].get("ApplyServerSideEncryptionByDefault") if rules else None
        if default is None:
            return {}
        found = {"ServerSideEncryption": str(default["SSEAlgorithm"])}
        if "KMSMasterKeyID" in default:
            found["SSEKMSKeyId"] = default["KMSMasterKeyID"]
        return found

    def _require_owner(self, refused: ClientError) -> None:
        """Raise DeploymentProblem if the bucket is another account's."""
        if not self.owner or not self._is_readable() or self._is_readable(**self._expected):
            return
        raise DeploymentProblem(
            Failure(
                title="The bucket for assets belongs to another account",
                reason=f"The bucket {self.name} exists, but account {self.owner} does not own it.",
                fix="Nothing was uploaded. Find out who made this bucket: someone may want your "
                "code. Then bootstrap the account with another qualifier.",
            )
        ) from refused

    def _is_readable(self, **expected: Any) -> bool:
        try:
            self.acting.s3.get_bucket_location(Bucket=self.name, **expected)
        except ClientError:
            return False
        return True

    def _missing(self) -> Failure:
        return Failure(
            title="The bucket for assets does not exist",
            reason=f"There is no bucket {self.name}.",
            fix=f"Run `{cdk_bootstrap()}` again.",
        )
