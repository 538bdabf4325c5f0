"""Callers of the local cloud with policies of their own, and what they are told when refused."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local_keys import boto3_keys
from workbench.aws.target import LocalTarget

ACCOUNT = "000000000000"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Allow",
            "Principal": {"AWS": ACCOUNT},
            "Action": ["sts:AssumeRole", "sts:TagSession"],
        },
    }
)
numbers = itertools.count()

Statement = dict[str, Any]


def owner(target: LocalTarget, service: str) -> Any:
    """A client with the local cloud's own key."""
    name: Any = service
    given: dict[str, Any] = {**boto3_keys(target), "endpoint_url": target.endpoint}
    return boto3.client(name, region_name="us-east-1", **given)


class Caller:
    """The session of a role with these statements, or of one that is there."""

    def __init__(
        self, target: LocalTarget, *statements: Statement, role: str = "", **session: Any
    ) -> None:
        self._target = target
        self.role = role or f"caller-{next(numbers)}"
        if not role:
            iam = owner(target, "iam")
            iam.create_role(RoleName=self.role, AssumeRolePolicyDocument=TRUST)
            self.allow(*statements)
        self.role_arn = f"arn:aws:iam::{ACCOUNT}:role/{self.role}"
        self.keys = owner(target, "sts").assume_role(
            RoleArn=self.role_arn, RoleSessionName="session", **session
        )["Credentials"]
        self.arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.role}/session"

    def allow(self, *statements: Statement) -> None:
        """Give the role these statements in place of those that it had."""
        document = {"Version": "2012-10-17", "Statement": list(statements) or [_NOTHING]}
        owner(self._target, "iam").put_role_policy(
            RoleName=self.role, PolicyName="given", PolicyDocument=json.dumps(document)
        )

    def client(self, service: str, **config: Any) -> Any:
        name: Any = service
        return boto3.client(
            name,
            aws_access_key_id=self.keys["AccessKeyId"],
            aws_secret_access_key=self.keys["SecretAccessKey"],
            aws_session_token=self.keys["SessionToken"],
            endpoint_url=self._target.endpoint,
            region_name="us-east-1",
            config=Config(retries={"total_max_attempts": 1}, **config),
        )


_NOTHING = {"Effect": "Allow", "Action": "none:None", "Resource": "*"}


def allow(action: Any, resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def refused(call: Callable[[], Any]) -> tuple[int, str, str]:
    """Status, code and text of a refusal; fails where there is none."""
    with pytest.raises(ClientError) as caught:
        call()
    answer = caught.value.response
    error = answer["Error"]
    return (
        answer["ResponseMetadata"]["HTTPStatusCode"],
        error["Code"],
        error.get("Message", ""),
    )
