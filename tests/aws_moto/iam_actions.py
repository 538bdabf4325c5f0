"""Which permissions a request needs, as IAM's service authorization reference lists them.

``asks_of`` knows the operations that are written down here, and no others: a new call of the
product must be added, so that somebody thinks about who may make it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.aws_moto.iam_policies import Ask
from tests.aws_moto.requests import Request

_Resource = Callable[[Mapping[str, Any], str], str]
"""The resource's ARN by the request's parameters and ``region:account``."""


class UnknownActionError(Exception):
    """A request that nobody has thought about."""


def asks_of(request: Request, account: str) -> tuple[Ask, ...]:
    """The permissions that a request needs; none for calls that everybody may make."""
    if request.action in FREE:
        return ()
    known = _known(request.service, request.operation)
    prefix = f"{request.region or 'us-east-1'}:{account}"
    action, resource = known
    asked = [Ask(action, resource(request.parameters, prefix))]
    asked += _more(request, prefix)
    return tuple(asked)


def action_of(call: str) -> str:
    """The action of a call: ``s3:ListObjectsV2`` needs ``s3:ListBucket``."""
    service, _, operation = call.partition(":")
    return _known(service, operation)[0]


def _known(service: str, operation: str) -> tuple[str, _Resource]:
    known = _ACTIONS.get(service, {}).get(operation)
    if known is None:
        raise UnknownActionError(f"{service}:{operation}")
    return known


def _more(request: Request, prefix: str) -> list[Ask]:
    """What AWS checks besides: what the caller hands on must be the caller's to use."""
    given = request.parameters
    found: list[Ask] = []
    if request.service == "cloudformation":
        if role := given.get("RoleARN"):
            found.append(Ask("iam:PassRole", role))
        if url := given.get("TemplateURL"):
            found.append(Ask("s3:GetObject", f"arn:aws:s3:::{urlsplit(url).path.lstrip('/')}"))
    if request.operation == "UpdateFunctionCode" and "S3Bucket" in given:
        found.append(
            Ask("s3:GetObject", f"arn:aws:s3:::{given['S3Bucket']}/{unquote(given['S3Key'])}")
        )
    if request.operation == "DeleteObjects" and b"<VersionId>" in request.body:
        found.append(Ask("s3:DeleteObjectVersion", f"arn:aws:s3:::{given['Bucket']}/*"))
    return found


def _any(_given: Mapping[str, Any], _prefix: str) -> str:
    return "*"


def _stack(given: Mapping[str, Any], prefix: str) -> str:
    name = given.get("StackName", "")
    if name.startswith("arn:"):
        return str(name)
    return f"arn:aws:cloudformation:{prefix}:stack/{name}/*" if name else "*"


def _change_set(given: Mapping[str, Any], prefix: str) -> str:
    return _stack(given, prefix) if "StackName" in given else "*"


def _bucket(given: Mapping[str, Any], _prefix: str) -> str:
    return f"arn:aws:s3:::{given['Bucket']}"


def _object(given: Mapping[str, Any], _prefix: str) -> str:
    return f"arn:aws:s3:::{given['Bucket']}/{given['Key']}"


def _objects(given: Mapping[str, Any], _prefix: str) -> str:
    return f"arn:aws:s3:::{given['Bucket']}/*"


def _function(given: Mapping[str, Any], prefix: str) -> str:
    name = unquote(str(given["FunctionName"]))
    return name if name.startswith("arn:") else f"arn:aws:lambda:{prefix}:function:{name}"


def _tagged_function(given: Mapping[str, Any], _prefix: str) -> str:
    return str(given.get("Resource", "*"))


def _parameter(given: Mapping[str, Any], prefix: str) -> str:
    name = given.get("Name") or given.get("Path") or given["Names"][0]
    return f"arn:aws:ssm:{prefix}:parameter/{str(name).lstrip('/')}"


def _log_group(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:logs:{prefix}:log-group:{given['logGroupName']}:*"


def _first_log_group(given: Mapping[str, Any], _prefix: str) -> str:
    return str(given["logGroupIdentifiers"][0])


def _api(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:appsync:{prefix}:apis/{given['apiId']}"


def _app(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:amplify:{prefix}:apps/{given['appId']}"


def _pool(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:cognito-idp:{prefix}:userpool/{given.get('UserPoolId', '*')}"


def _identity_pool(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:cognito-identity:{prefix}:identitypool/{given['IdentityPoolId']}"


def _table(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:dynamodb:{prefix}:table/{given['TableName']}"


def _project(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:codebuild:{prefix}:project/{given['name']}"


def _repository(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:ecr:{prefix}:repository/{given['repositoryName']}"


def _rule(given: Mapping[str, Any], prefix: str) -> str:
    bus = given.get("EventBusName", "default")
    path = given["Name"] if bus == "default" else f"{bus}/{given['Name']}"
    return f"arn:aws:events:{prefix}:rule/{path}"


def _schedule(given: Mapping[str, Any], prefix: str) -> str:
    group = given.get("groupName") or given.get("GroupName") or "default"
    return f"arn:aws:scheduler:{prefix}:schedule/{group}/{given['Name']}"


def _queue(given: Mapping[str, Any], prefix: str) -> str:
    name = given.get("QueueName") or str(given["QueueUrl"]).rpartition("/")[2]
    return f"arn:aws:sqs:{prefix}:{name}"


def _mapping(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:lambda:{prefix}:event-source-mapping:{given['UUID']}"


def _named_role(given: Mapping[str, Any], prefix: str) -> str:
    return f"arn:aws:iam::{prefix.rpartition(':')[2]}:role/{given['RoleName']}"


def _policy(given: Mapping[str, Any], _prefix: str) -> str:
    return str(given["PolicyArn"])


def _role(given: Mapping[str, Any], _prefix: str) -> str:
    return str(given["RoleArn"])


def _plain(service: str, resource: _Resource, *operations: str) -> dict[str, tuple[str, _Resource]]:
    return {operation: (f"{service}:{operation}", resource) for operation in operations}


FREE = frozenset(
    {
        "sts:GetCallerIdentity",
        "cognito-idp:AssociateSoftwareToken",
        "cognito-idp:ConfirmSignUp",
        "cognito-idp:DeleteWebAuthnCredential",
        "cognito-idp:GetTokensFromRefreshToken",
        "cognito-idp:InitiateAuth",
        "cognito-idp:ListWebAuthnCredentials",
        "cognito-idp:RespondToAuthChallenge",
        "cognito-idp:SignUp",
        "cognito-idp:VerifySoftwareToken",
        "cognito-identity:GetCredentialsForIdentity",
        "cognito-identity:GetId",
    }
)
"""No policy is asked for these: they prove by their own parameters who calls."""

_ACTIONS: Mapping[str, Mapping[str, tuple[str, _Resource]]] = {
    "amplify": {
        **_plain("amplify", _any, "ListApps"),
        **_plain("amplify", _app, "CreateBranch", "DeleteBranch", "GetBranch", "ListBranches"),
        **_plain("amplify", _app, "CreateDomainAssociation", "DeleteDomainAssociation"),
        **_plain("amplify", _app, "GetJob", "ListDomainAssociations", "ListJobs"),
        **_plain("amplify", _app, "StartJob", "StopJob", "UpdateApp", "UpdateBranch"),
    },
    "appsync": {
        **_plain("appsync", _any, "ListDomainNames", "ListGraphqlApis"),
        **_plain("appsync", _api, "GetIntrospectionSchema", "GetSchemaCreationStatus"),
        **_plain("appsync", _api, "StartSchemaCreation", "UpdateApiKey", "UpdateFunction"),
        **_plain("appsync", _api, "UpdateResolver", "ListFunctions"),
    },
    "cloudcontrol": {
        "GetResourceRequestStatus": ("cloudformation:GetResourceRequestStatus", _any),
        "UpdateResource": ("cloudformation:UpdateResource", _any),
    },
    "cloudformation": {
        **_plain("cloudformation", _any, "ListStacks"),
        **_plain("cloudformation", _stack, "CreateStack", "DeleteStack", "UpdateStack"),
        **_plain("cloudformation", _stack, "DescribeStackEvents", "DescribeStacks"),
        **_plain("cloudformation", _stack, "GetTemplate", "GetTemplateSummary"),
        **_plain("cloudformation", _stack, "ContinueUpdateRollback", "RollbackStack"),
        **_plain("cloudformation", _stack, "ListStackResources"),
        **_plain("cloudformation", _change_set, "CreateChangeSet", "DeleteChangeSet"),
        **_plain("cloudformation", _change_set, "DescribeChangeSet", "ExecuteChangeSet"),
    },
    "cloudwatch": _plain("cloudwatch", _any, "GetMetricData"),
    "codebuild": _plain("codebuild", _project, "UpdateProject"),
    "cognito-identity": _plain("cognito-identity", _identity_pool, "GetIdentityPoolRoles"),
    "cognito-idp": _plain("cognito-idp", _any, "ListUserPools")
    | _plain(
        "cognito-idp",
        _pool,
        *("AdminAddUserToGroup", "AdminConfirmSignUp", "AdminCreateUser", "AdminDeleteUser"),
        *("AdminDisableUser", "AdminEnableUser", "AdminGetUser", "AdminListDevices"),
        *("AdminForgetDevice", "AdminUpdateDeviceStatus"),
        *("AdminListGroupsForUser", "AdminListUserAuthEvents", "AdminRemoveUserFromGroup"),
        *("AdminResetUserPassword", "AdminSetUserMFAPreference", "AdminSetUserPassword"),
        *("AdminUpdateUserAttributes", "AdminUserGlobalSignOut", "CreateGroup", "DeleteGroup"),
        *("DescribeUserPool", "DescribeUserPoolClient", "GetUserPoolMfaConfig", "ListGroups"),
        *("ListIdentityProviders", "ListUserPoolClients", "ListUsers"),
        *("ListUsersInGroup", "UpdateGroup"),
    ),
    "dynamodb": _plain("dynamodb", _table, "DescribeTable", "Scan"),
    "ecr": {
        **_plain("ecr", _any, "GetAuthorizationToken"),
        **_plain("ecr", _repository, "DescribeImages"),
    },
    "events": _plain("events", _rule, "DescribeRule", "DisableRule", "EnableRule"),
    "iam": {
        **_plain("iam", _named_role, "GetRole", "GetRolePolicy"),
        **_plain("iam", _named_role, "ListAttachedRolePolicies", "ListRolePolicies"),
        **_plain("iam", _policy, "GetPolicy", "GetPolicyVersion"),
    },
    "lambda": {
        **_plain("lambda", _any, "ListEventSourceMappings"),
        **_plain("lambda", _mapping, "GetEventSourceMapping", "UpdateEventSourceMapping"),
        **_plain("lambda", _function, "GetFunctionEventInvokeConfig"),
        **_plain("lambda", _function, "GetFunction", "UpdateFunctionCode"),
        **_plain("lambda", _function, "UpdateFunctionConfiguration"),
        "Invoke": ("lambda:InvokeFunction", _function),
        "ListTags": ("lambda:ListTags", _tagged_function),
    },
    "logs": {
        **_plain("logs", _log_group, "DeleteLogGroup", "DescribeLogStreams", "FilterLogEvents"),
        **_plain("logs", _log_group, "GetLogEvents"),
        **_plain("logs", _first_log_group, "StartLiveTail"),
    },
    "s3": {
        "DeleteObject": ("s3:DeleteObject", _object),
        "DeleteObjects": ("s3:DeleteObject", _objects),
        "GetBucketEncryption": ("s3:GetEncryptionConfiguration", _bucket),
        "GetBucketLocation": ("s3:GetBucketLocation", _bucket),
        "GetObject": ("s3:GetObject", _object),
        "HeadObject": ("s3:GetObject", _object),
        "ListObjectVersions": ("s3:ListBucketVersions", _bucket),
        "ListObjectsV2": ("s3:ListBucket", _bucket),
        "PutObject": ("s3:PutObject", _object),
    },
    "scheduler": _plain("scheduler", _schedule, "GetSchedule", "UpdateSchedule"),
    "sqs": _plain("sqs", _queue, "GetQueueAttributes", "GetQueueUrl"),
    "ssm": _plain(
        "ssm",
        _parameter,
        *("DeleteParameter", "GetParameter", "GetParameters", "GetParametersByPath"),
        "PutParameter",
    ),
    "sts": {"AssumeRole": ("sts:AssumeRole", _role)},
}
"""Service → operation → its action and resource."""
