"""Recognises the Lambda functions that native providers may replace.

A custom resource's type is only a name that anyone can use, so the function behind its service
token decides: its handler, and texts in its code that only the well-known provider has. A user's
own function always runs.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

from workbench.localcloud.providers import (
    auto_delete_objects,
    bucket_deployment,
    bucket_notifications,
    log_retention,
    reference_auth,
    secret_fetcher,
    table_manager,
)
from workbench.localcloud.providers.request import Provider

FRAMEWORK_HANDLER = "framework.onEvent"
"""The handler of CDK's provider framework, a function that calls the provider's own."""

USER_HANDLER_VARIABLE = "USER_ON_EVENT_FUNCTION_ARN"


@dataclass(frozen=True, slots=True)
class ProviderFunction:
    """A function behind a service token: its handler (``file.export``) and its zipped code."""

    arn: str
    handler: str
    environment: dict[str, str]
    code: bytes


@dataclass(frozen=True, slots=True)
class Signature:
    """A well-known provider: its handler and what its handler's file says."""

    handler: str
    says: tuple[str, ...]
    provider: Provider
    framework: bool = False


_TABLE_MANAGER = Signature(
    "amplify-table-manager-handler.onEvent",
    ("allowDestructiveGraphqlSchemaUpdates", "WAITER_STATE_MACHINE_ARN"),
    table_manager.provide,
)

SIGNATURES: dict[str, Signature] = {
    "Custom::CDKBucketDeployment": Signature(
        "index.handler",
        ("aws.cdk.s3deployment.", "SourceObjectKeys", "/opt/awscli/aws"),
        bucket_deployment.provide,
    ),
    "Custom::S3AutoDeleteObjects": Signature(
        "index.handler",
        ("aws-cdk:auto-delete-objects", "autoDeleteHandler"),
        auto_delete_objects.provide,
    ),
    "Custom::S3BucketNotifications": Signature(
        "index.handler",
        ("def handle_managed(", "put_bucket_notification_configuration"),
        bucket_notifications.provide,
    ),
    "Custom::LogRetention": Signature(
        "index.handler",
        ("PutRetentionPolicyCommand", "LogGroupRegion", "disableSleepForTesting"),
        log_retention.provide,
    ),
    "Custom::AmplifyDynamoDBTable": _TABLE_MANAGER,
    "Custom::ImportedAmplifyDynamoDBTable": _TABLE_MANAGER,
    "Custom::AmplifySecretFetcherResource": Signature(
        "index.handler",
        ("Failed to retrieve backend secret", "secretNames"),
        secret_fetcher.provide,
        framework=True,
    ),
    "Custom::AmplifyRefAuth": Signature(
        "index.handler",
        ("The specified user pool is configured with alias attributes", "oauthCognitoDomain"),
        reference_auth.provide,
        framework=True,
    ),
}


def recognise(
    resource_type: str, function: ProviderFunction, find: Callable[[str], ProviderFunction | None]
) -> tuple[Provider, ProviderFunction] | None:
    """The native provider for a resource, and the function whose work it does.

    ``find`` looks a function up by its ARN. None: the resource's own function must run.
    """
    signature = SIGNATURES.get(resource_type)
    if signature is None:
        return None
    if signature.framework:
        if function.handler != FRAMEWORK_HANDLER:
            return None
        behind = find(function.environment.get(USER_HANDLER_VARIABLE, ""))
        if behind is None:
            return None
        function = behind
    if function.handler != signature.handler or not _says(function, signature.says):
        return None
    return signature.provider, function


def _says(function: ProviderFunction, texts: tuple[str, ...]) -> bool:
    stem = function.handler.rsplit(".", 1)[0]
    try:
        with zipfile.ZipFile(io.BytesIO(function.code)) as archive:
            names = set(archive.namelist())
            for suffix in (".js", ".mjs", ".cjs", ".py"):
                if stem + suffix in names:
                    source = archive.read(stem + suffix)
                    return all(text.encode() in source for text in texts)
    except zipfile.BadZipFile:
        return False
    return False
