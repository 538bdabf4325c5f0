"""What IAM would say by the managed policy and the bootstrap's roles, and how policies are read."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data

from workbench.aws.permissions import MANAGED_POLICY

BOOTSTRAP_VERSION = 32
"""Of the CDK's bootstrap template whose policies stand in ``BOOTSTRAP`` (aws-cdk-cli 7ff50e7)."""

_STAGING = (
    "arn:${Partition}:s3:::${StagingBucket}",
    "arn:${Partition}:s3:::${StagingBucket}/*",
)
BOOTSTRAP: Mapping[str, tuple[dict[str, Any], ...]] = {
    "file-publishing": (
        {
            "Effect": "Allow",
            "Action": [
                "s3:GetObject*",
                "s3:GetBucket*",
                "s3:GetEncryptionConfiguration",
                "s3:List*",
                "s3:DeleteObject*",
                "s3:PutObject*",
                "s3:Abort*",
            ],
            "Resource": list(_STAGING),
            "Condition": {"StringEquals": {"aws:ResourceAccount": ["${AccountId}"]}},
        },
    ),
    "image-publishing": (
        {
            "Effect": "Allow",
            "Action": [
                "ecr:PutImage",
                "ecr:InitiateLayerUpload",
                "ecr:UploadLayerPart",
                "ecr:CompleteLayerUpload",
                "ecr:BatchCheckLayerAvailability",
                "ecr:DescribeRepositories",
                "ecr:DescribeImages",
                "ecr:BatchGetImage",
                "ecr:GetDownloadUrlForLayer",
            ],
            "Resource": "arn:${Partition}:ecr:${Region}:${AccountId}:repository/"
            "cdk-${Qualifier}-container-assets-${AccountId}-${Region}",
        },
        {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"},
    ),
    "deploy": (
        {
            "Effect": "Allow",
            "Action": [
                "cloudformation:CreateChangeSet",
                "cloudformation:DeleteChangeSet",
                "cloudformation:ExecuteChangeSet",
                "cloudformation:CreateStack",
                "cloudformation:UpdateStack",
                "cloudformation:RollbackStack",
                "cloudformation:ContinueUpdateRollback",
                "cloudformation:DeleteStack",
                "cloudformation:UpdateTerminationProtection",
                "cloudformation:CreateStackRefactor",
                "cloudformation:ExecuteStackRefactor",
                "sts:GetCallerIdentity",
            ],
            "Resource": "*",
        },
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject*", "s3:GetBucket*", "s3:List*"],
            "Resource": list(_STAGING),
        },
        {
            "Effect": "Allow",
            "Action": "iam:PassRole",
            "Resource": "arn:${Partition}:iam::${AccountId}:role/"
            "cdk-${Qualifier}-cfn-exec-role-${AccountId}-${Region}",
        },
        {
            "Effect": "Allow",
            "Action": ["ssm:GetParameter", "ssm:GetParameters"],
            "Resource": "arn:${Partition}:ssm:${Region}:${AccountId}:parameter"
            "/cdk-bootstrap/${Qualifier}/version",
        },
        # The managed policy AWSCloudFormationReadOnlyAccess.
        {
            "Effect": "Allow",
            "Action": [
                "cloudformation:Describe*",
                "cloudformation:EstimateTemplateCost",
                "cloudformation:Get*",
                "cloudformation:List*",
                "cloudformation:ValidateTemplate",
                "cloudformation:Detect*",
            ],
            "Resource": "*",
        },
    ),
}
"""By role: what it may do. Left out are its rights in other accounts, and on KMS keys."""

_ROLE = re.compile(
    r"cdk-(?P<qualifier>[^-]+)-(?P<kind>[a-z-]+)-role-(?P<account>\d+)-(?P<region>[\w-]+)"
)
_VARIABLE = re.compile(r"\$\{([\w:]+)\}")


@dataclass(frozen=True, slots=True)
class Ask:
    """One permission that a request needs: an action on a resource (``*`` where it has none)."""

    action: str
    resource: str = "*"


def managed_statements(name: str = MANAGED_POLICY) -> tuple[dict[str, Any], ...]:
    """The statements of an AWS managed policy."""
    return tuple(_managed()[name]["Document"]["Statement"])


def role_statements(role: str) -> tuple[dict[str, Any], ...]:
    """The statements of a bootstrap role, by the role's name."""
    found = _ROLE.fullmatch(role)
    if found is None:
        return ()
    values = {
        "Qualifier": found["qualifier"],
        "AccountId": found["account"],
        "Region": found["region"],
        "Partition": "aws",
        "StagingBucket": f"cdk-{found['qualifier']}-assets-{found['account']}-{found['region']}",
    }
    text = json.dumps(BOOTSTRAP.get(found["kind"], ()))
    return tuple(json.loads(_VARIABLE.sub(lambda name: values.get(name[1], name[0]), text)))


def allows(statements: Iterable[Mapping[str, Any]], ask: Ask, account: str) -> bool:
    """Whether identity policies with these statements allow it to a caller of this account."""
    allowed = False
    for statement in statements:
        if not _meets(statement, ask, account):
            continue
        if statement["Effect"] == "Deny":
            return False
        allowed = True
    return allowed


def _meets(statement: Mapping[str, Any], ask: Ask, account: str) -> bool:
    assert statement.keys() <= {"Sid", "Effect", "Action", "Resource", "Condition"}, statement
    if not any(
        fnmatch.fnmatchcase(ask.action.lower(), each.lower()) for each in _list(statement["Action"])
    ):
        return False
    if not any(fnmatch.fnmatchcase(ask.resource, each) for each in _list(statement["Resource"])):
        return False
    parts = ask.resource.split(":")
    # A bucket's ARN names no account: the buckets here are all the caller's.
    owner = parts[4] if len(parts) > 4 and parts[4] else account
    context = {"aws:ResourceAccount": owner, "aws:PrincipalAccount": account}
    return all(
        _holds(operator, context[key], [_filled(each, context) for each in _list(values)])
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def _holds(operator: str, value: str, expected: list[str]) -> bool:
    if operator == "StringEquals":
        return value in expected
    raise NotImplementedError(operator)


def _filled(text: str, context: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda name: context[name[1]], text)


def _list(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


@cache
def _managed() -> dict[str, Any]:
    return dict(json.loads(aws_managed_policies_data))
