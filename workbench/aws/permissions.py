"""What AWS's policies allow: which action was refused to whom, and where a policy with it stands.

The one place that turns a refusal for want of a permission into words. Amplify's managed policy has
what deploying needs; what panes and commands read and change beyond it is in ``PANES``, which
docs/aws.md shows as policies to add.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import ClientError

from workbench.aws.client_errors import error_code, error_message
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import cdk_bootstrap

PAGE: Final = "docs/aws.md"
MANAGED_POLICY: Final = "AmplifyBackendDeployFullAccess"

MANAGED: Final = frozenset(
    {
        "amplify:GetBackendEnvironment",
        "amplify:ListApps",
        "appsync:GetIntrospectionSchema",
        "appsync:GetSchemaCreationStatus",
        "appsync:ListFunctions",
        "appsync:StartSchemaCreation",
        "appsync:UpdateApiKey",
        "appsync:UpdateFunction",
        "appsync:UpdateResolver",
        "cloudformation:DeleteStack",
        "cloudformation:DescribeStackEvents",
        "cloudformation:DescribeStacks",
        "cloudformation:GetTemplate",
        "cloudformation:GetTemplateSummary",
        "cloudformation:ListStackResources",
        "cloudformation:ListStacks",
        "ec2:DescribeSubnets",
        "lambda:GetFunction",
        "lambda:InvokeFunction",
        "lambda:ListTags",
        "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration",
        "logs:FilterLogEvents",
        "rds:DescribeDBClusters",
        "rds:DescribeDBInstances",
        "rds:DescribeDBProxies",
        "rds:DescribeDBSubnetGroups",
        "s3:GetObject",
        "ssm:DeleteParameter",
        "ssm:DeleteParameters",
        "ssm:DescribeParameters",
        "ssm:GetParameter",
        "ssm:GetParameters",
        "ssm:GetParametersByPath",
        "ssm:PutParameter",
        "sts:AssumeRole",
    }
)
"""The actions of AmplifyBackendDeployFullAccess, version 9 of 14 November 2024."""

PANES: Final[Mapping[str, frozenset[str]]] = {
    "Users": frozenset(
        {
            "cognito-identity:GetIdentityPoolRoles",
            "cognito-idp:AdminAddUserToGroup",
            "cognito-idp:AdminConfirmSignUp",
            "cognito-idp:AdminCreateUser",
            "cognito-idp:AdminDeleteUser",
            "cognito-idp:AdminDisableUser",
            "cognito-idp:AdminEnableUser",
            "cognito-idp:AdminForgetDevice",
            "cognito-idp:AdminGetUser",
            "cognito-idp:AdminListDevices",
            "cognito-idp:AdminListGroupsForUser",
            "cognito-idp:AdminListUserAuthEvents",
            "cognito-idp:AdminRemoveUserFromGroup",
            "cognito-idp:AdminResetUserPassword",
            "cognito-idp:AdminSetUserMFAPreference",
            "cognito-idp:AdminSetUserPassword",
            "cognito-idp:AdminUpdateDeviceStatus",
            "cognito-idp:AdminUpdateUserAttributes",
            "cognito-idp:AdminUserGlobalSignOut",
            "cognito-idp:CreateGroup",
            "cognito-idp:DeleteGroup",
            "cognito-idp:DescribeUserPool",
            "cognito-idp:DescribeUserPoolClient",
            "cognito-idp:GetUserPoolMfaConfig",
            "cognito-idp:ListGroups",
            "cognito-idp:ListIdentityProviders",
            "cognito-idp:ListUserPoolClients",
            "cognito-idp:ListUserPools",
            "cognito-idp:ListUsers",
            "cognito-idp:ListUsersInGroup",
            "cognito-idp:UpdateGroup",
            "logs:DescribeLogStreams",
            "logs:GetLogEvents",
        }
    ),
    "Playground": frozenset(
        {"appsync:GraphQL", "appsync:ListDomainNames", "appsync:ListGraphqlApis"}
    ),
    "Functions": frozenset(
        {
            "cloudwatch:GetMetricData",
            "events:DescribeRule",
            "events:DisableRule",
            "events:EnableRule",
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:GetRole",
            "iam:GetRolePolicy",
            "iam:ListAttachedRolePolicies",
            "iam:ListRolePolicies",
            "iam:PassRole",
            "lambda:GetEventSourceMapping",
            "lambda:GetFunctionEventInvokeConfig",
            "lambda:ListEventSourceMappings",
            "lambda:UpdateEventSourceMapping",
            "logs:StartLiveTail",
            "scheduler:GetSchedule",
            "scheduler:UpdateSchedule",
            "sqs:GetQueueAttributes",
            "sqs:GetQueueUrl",
        }
    ),
    "Branches": frozenset(
        {
            "amplify:CreateBranch",
            "amplify:CreateDomainAssociation",
            "amplify:DeleteBranch",
            "amplify:DeleteDomainAssociation",
            "amplify:GetBranch",
            "amplify:GetJob",
            "amplify:ListBranches",
            "amplify:ListDomainAssociations",
            "amplify:ListJobs",
            "amplify:StartJob",
            "amplify:StopJob",
            "amplify:UpdateApp",
            "amplify:UpdateBranch",
        }
    ),
    "Counts of what would be lost": frozenset(
        {
            "cognito-idp:DescribeUserPool",
            "cognito-idp:ListUsers",
            "dynamodb:DescribeTable",
            "dynamodb:Scan",
            "s3:ListBucket",
        }
    ),
    "More hot-swaps": frozenset(
        {
            "cloudformation:GetResourceRequestStatus",
            "cloudformation:UpdateResource",
            "codebuild:UpdateProject",
        }
    ),
    "Deleting everything": frozenset(
        {
            "logs:DeleteLogGroup",
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:ListBucketVersions",
        }
    ),
}
"""By heading in docs/aws.md: what a pane or command needs beyond the managed policy."""

_DENIED = frozenset(
    {
        "403",
        "AccessDenied",
        "AccessDeniedException",
        "UnauthorizedException",
        "UnauthorizedOperation",
    }
)
_SAID = re.compile(
    r"(?:(?P<who>arn:[\w-]+:(?:iam|sts)::\S+) )?is not authorized to perform:? "
    r"(?P<action>[\w-]+:[\w*]+)"
)
_ROLE = re.compile(r":assumed-role/(?P<role>[^/]+)/")
_BOOTSTRAP_ROLE = re.compile(
    r"cdk-[^-]+-(?P<kind>cfn-exec|deploy|(?:file|image)-publishing|lookup)-role-"
)
_S3_ACTIONS: Mapping[str, str] = {
    "DeleteObject": "s3:DeleteObject",
    "DeleteObjects": "s3:DeleteObject",
    "GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "GetBucketLocation": "s3:GetBucketLocation",
    "GetObject": "s3:GetObject",
    "HeadBucket": "s3:ListBucket",
    "HeadObject": "s3:GetObject",
    "ListObjectVersions": "s3:ListBucketVersions",
    "ListObjectsV2": "s3:ListBucket",
    "PutObject": "s3:PutObject",
}
"""S3 may say no more than "Access Denied"."""


@dataclass(frozen=True, slots=True)
class Denial:
    """A refused action; ``role`` is whose it was to call it, empty for the user's own credentials.

    ``forbidden``: a policy denies it explicitly, so that adding one which allows it does not help.
    """

    action: str
    role: str = ""
    forbidden: bool = False

    @property
    def what(self) -> str:
        """What happened, as a sentence without its full stop."""
        if self._bootstrap_role:
            return f"The bootstrap's role {self.role} may not call {self.action}"
        if self.role.startswith("amplify-"):
            return f"The backend's role {self.role} may not call {self.action}"
        return f"Your AWS credentials may not call {self.action}"

    def __str__(self) -> str:
        return f"{self.what}. {self.next_step}"

    @property
    def next_step(self) -> str:
        """Who can allow it, and where the policy stands."""
        if self.forbidden:
            return "A policy denies it explicitly: ask whoever manages the account's policies."
        if self._bootstrap_role == "cfn-exec":
            return (
                f"Run `{cdk_bootstrap()}` with `--cloudformation-execution-policies` and a policy "
                "that allows it."
            )
        if self._bootstrap_role:
            return f"Run `{cdk_bootstrap()}` to renew the bootstrap."
        if self.role.startswith("amplify-"):
            return "Grant it to the function in the backend's code."
        if self.action in MANAGED:
            return (
                f"Ask for the AWS managed policy {MANAGED_POLICY}: it allows this, as all that a "
                "deployment needs."
            )
        for pane, actions in PANES.items():
            if self.action in actions:
                return f"{PAGE} has the policy to ask for: “{pane}”."
        return "Ask for a policy that allows it."

    @property
    def _bootstrap_role(self) -> str:
        found = _BOOTSTRAP_ROLE.match(self.role)
        return found["kind"] if found else ""


def denial_in(text: str) -> Denial | None:
    """The refusal that a text of AWS tells, with the action's name in it."""
    said = _SAID.search(text)
    if said is None:
        return None
    role = _ROLE.search(said["who"] or "")
    return Denial(said["action"], _named(role["role"] if role else ""), "explicit deny" in text)


def is_denied(error: BaseException) -> bool:
    """True if AWS refused a call because no policy allows it, or one denies it."""
    return isinstance(error, ClientError) and error_code(error) in _DENIED


def denial_of(error: BaseException, service: str = "") -> Denial | None:
    """The refusal that an exception means; None for every other error.

    ``service`` names the action where the answer does not: its prefix in policies.
    """
    if not isinstance(error, ClientError) or not is_denied(error):
        return None
    text = error_message(error)
    operation = error.operation_name
    unsaid = f"{service}:{operation}" if service else _S3_ACTIONS.get(operation, operation)
    return denial_in(text) or Denial(unsaid, forbidden="explicit deny" in text)


def permission_problem(error: BaseException) -> UserProblem | None:
    """A refusal as a problem that names the action and where its policy stands, else None."""
    denial = denial_of(error)
    return UserProblem(f"{denial.what}.", denial.next_step) if denial else None


def _named(role: str) -> str:
    """A role that is worth naming: one of the bootstrap or of the backend, not the user's own."""
    return role if role.startswith("amplify-") or _BOOTSTRAP_ROLE.match(role) else ""
