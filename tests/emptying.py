"""Removes everything from a local cloud but the CDK's bootstrap resources."""

from __future__ import annotations

import time
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.clients import Clients
from workbench.localcloud.server.cdk_bootstrap import (
    BOOTSTRAP_VERSION,
    ROLES,
    STAGING_BUCKET,
    VERSION_PARAMETER,
)

STACK_SECONDS = 20.0


class NotEmptyError(Exception):
    """Something could not be removed."""


def empty(clients: Clients) -> None:
    """Remove all that tests make. Raises :class:`NotEmptyError`."""
    try:
        # A stack is not deleted while a bucket of it is full.
        _empty_buckets(clients)
        _delete_stacks(clients)
        _delete_buckets(clients)
        _delete_tables(clients)
        _delete_pools(clients)
        _delete_apis(clients)
        _delete_functions(clients)
        _delete_parameters(clients)
        _delete_roles(clients)
        _delete_log_groups(clients)
        _delete_hosted_apps(clients)
    except (ClientError, BotoCoreError) as error:
        raise NotEmptyError(str(error)) from error


def _bucket_names(clients: Clients) -> list[str]:
    return [bucket["Name"] for bucket in clients.s3.list_buckets()["Buckets"]]


def _empty_buckets(clients: Clients) -> None:
    for name in _bucket_names(clients):
        found = clients.s3.list_object_versions(Bucket=name)
        if found.get("IsTruncated"):
            raise NotEmptyError(f"{name} has too many objects")
        for each in (*found.get("Versions", ()), *found.get("DeleteMarkers", ())):
            clients.s3.delete_object(Bucket=name, Key=each["Key"], VersionId=each["VersionId"])


def _delete_buckets(clients: Clients) -> None:
    for name in _bucket_names(clients):
        if name != STAGING_BUCKET:
            clients.s3.delete_bucket(Bucket=name)


def _delete_stacks(clients: Clients) -> None:
    stacks = clients.cloudformation.describe_stacks()["Stacks"]
    roots = [stack["StackName"] for stack in stacks if not stack.get("ParentId")]
    for name in roots:
        clients.cloudformation.delete_stack(StackName=name)
    deadline = time.monotonic() + STACK_SECONDS
    while stacks := clients.cloudformation.describe_stacks()["Stacks"]:
        if time.monotonic() > deadline or any(
            stack["StackStatus"] == "DELETE_FAILED" for stack in stacks
        ):
            raise NotEmptyError(f"stacks stay: {[stack['StackName'] for stack in stacks]}")
        time.sleep(0.02)


def _delete_tables(clients: Clients) -> None:
    for name in clients.dynamodb.list_tables()["TableNames"]:
        clients.dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
        clients.dynamodb.delete_table(TableName=name)


def _delete_pools(clients: Clients) -> None:
    for pool in clients.cognito_idp.list_user_pools(MaxResults=60)["UserPools"]:
        clients.cognito_idp.update_user_pool(UserPoolId=pool["Id"], DeletionProtection="INACTIVE")
        described = clients.cognito_idp.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
        if domain := described.get("Domain"):
            clients.cognito_idp.delete_user_pool_domain(UserPoolId=pool["Id"], Domain=domain)
        clients.cognito_idp.delete_user_pool(UserPoolId=pool["Id"])
    identities: Any = clients.client("cognito-identity")
    for found in identities.list_identity_pools(MaxResults=60)["IdentityPools"]:
        identities.delete_identity_pool(IdentityPoolId=found["IdentityPoolId"])


def _delete_apis(clients: Clients) -> None:
    for api in clients.appsync.list_graphql_apis()["graphqlApis"]:
        clients.appsync.delete_graphql_api(apiId=api["apiId"])


def _delete_functions(clients: Clients) -> None:
    for function in clients.lambda_.list_functions()["Functions"]:
        clients.lambda_.delete_function(FunctionName=function["FunctionName"])


def _delete_parameters(clients: Clients) -> None:
    """All parameters but the bootstrap's version, which is set to what it was."""
    version = ""
    for page in clients.ssm.get_paginator("get_parameters_by_path").paginate(
        Path="/", Recursive=True
    ):
        for parameter in page["Parameters"]:
            if parameter["Name"] == VERSION_PARAMETER:
                version = parameter["Value"]
            else:
                clients.ssm.delete_parameter(Name=parameter["Name"])
    if version != str(BOOTSTRAP_VERSION):
        clients.ssm.put_parameter(
            Name=VERSION_PARAMETER, Value=str(BOOTSTRAP_VERSION), Type="String", Overwrite=True
        )


def _delete_roles(clients: Clients) -> None:
    iam: Any = clients.client("iam")
    for role in iam.list_roles()["Roles"]:
        name = role["RoleName"]
        if any(f"-{kept}-" in name for kept in ROLES):
            continue
        for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
            iam.delete_role_policy(RoleName=name, PolicyName=policy)
        for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
            iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
        iam.delete_role(RoleName=name)


def _delete_log_groups(clients: Clients) -> None:
    for group in clients.logs.describe_log_groups()["logGroups"]:
        clients.logs.delete_log_group(logGroupName=group["logGroupName"])


def _delete_hosted_apps(clients: Clients) -> None:
    amplify: Any = clients.client("amplify")
    for app in amplify.list_apps()["apps"]:
        amplify.delete_app(appId=app["appId"])
