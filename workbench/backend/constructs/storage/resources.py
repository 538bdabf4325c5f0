"""The storage stack: buckets, their triggers, and the grants on their paths."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aws_cdk import RemovalPolicy, Tags, aws_iam, aws_s3
from aws_cdk import aws_lambda_event_sources as event_sources
from constructs import Construct

from workbench.backend.constructs.auth.resources import AuthResources, publish_reference
from workbench.backend.constructs.functions.resources import FRIENDLY_NAME, FunctionResources
from workbench.backend.constructs.identity import environment_name
from workbench.backend.constructs.refusals import refused_at
from workbench.backend.constructs.root import Root
from workbench.backend.constructs.storage.access import (
    Grantee,
    StorageAccess,
    compile_access,
    place_of,
    policy_statements,
)
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError, Place
from workbench.backend.definitions.storage import StorageDefinition

Functions = Mapping[FunctionDefinition, FunctionResources]
_EXPOSED = ("x-amz-server-side-encryption", "x-amz-request-id", "x-amz-id-2", "ETag")


@dataclass(frozen=True, slots=True)
class StorageCfnResources:
    """A bucket as CloudFormation has it; None where it existed before."""

    cfn_bucket: Any = None


@dataclass(frozen=True, slots=True)
class StorageResources:
    """A bucket as a CDK construct."""

    bucket: Any
    cfn_resources: StorageCfnResources


def make_buckets(
    root: Root,
    buckets: Sequence[StorageDefinition],
    auth: AuthResources | None,
    functions: Functions,
) -> dict[StorageDefinition, StorageResources]:
    """Make every bucket; raises DefinitionError where two have one name."""
    taken: dict[str, Place] = {}
    found: dict[StorageDefinition, StorageResources] = {}
    for storage in buckets:
        if first := taken.get(storage.name):
            raise DefinitionError(
                f"Two buckets are named {storage.name}.",
                f"Give one of them another name; the other is at {first.file}:{first.line}.",
                storage.place,
            )
        taken[storage.name] = storage.place
        with refused_at(storage.place):
            found[storage] = _make(root, storage, auth, functions)
    return found


def _make(
    root: Root, storage: StorageDefinition, auth: AuthResources | None, functions: Functions
) -> StorageResources:
    stack = root.nested("storage", "storage-S3")
    scope = Construct(stack, storage.name)
    Tags.of(scope).add(FRIENDLY_NAME, storage.name)
    bucket = _bucket(root, scope, storage)
    for event, function in storage.triggers.items():
        kind = aws_s3.EventType.OBJECT_CREATED
        if event == "on_delete":
            kind = aws_s3.EventType.OBJECT_REMOVED
        source = event_sources.S3EventSourceV2(bucket, events=[kind])
        functions[function].lambda_function.add_event_source(source)
    access = compile_access(storage.access)
    for number, (grantee, statements) in enumerate(access.grants, start=1):
        policy = aws_iam.Policy(
            stack,
            f"{storage.name}Access{number}",
            statements=[
                aws_iam.PolicyStatement.from_json(each)
                for each in policy_statements(statements, bucket.bucket_arn)
            ],
        )
        policy.attach_to_role(_role(grantee, storage, auth, functions))
    if any(grantee.function for grantee, _ in access.grants):
        key = environment_name(storage.name, "BUCKET_NAME")
        publish_reference(root, stack, key, bucket.bucket_name)
    return StorageResources(bucket, StorageCfnResources(bucket.node.default_child))


def storage_outputs(
    made: Sequence[tuple[StorageDefinition, StorageResources]], region: str
) -> dict[str, str]:
    """The payload of ``AWS::Amplify::Storage``; raises DefinitionError without one default."""
    defaults = [each for each in made if each[0].is_default]
    if len(made) == 1:
        defaults = list(made)
    if not defaults:
        raise DefinitionError(
            "No default storage is set.",
            "Give is_default=True to exactly one define_storage.",
            made[0][0].place,
        )
    if len(defaults) > 1:
        first = defaults[0][0].place
        raise DefinitionError(
            "More than one default storage is set.",
            f"Remove is_default=True here; the other one is at {first.file}:{first.line}.",
            defaults[1][0].place,
        )
    described = []
    for storage, resources in made:
        access: StorageAccess = compile_access(storage.access)
        entry: dict[str, Any] = {
            "name": storage.name,
            "bucketName": resources.bucket.bucket_name,
            "storageRegion": region,
        }
        if storage.access:
            entry["paths"] = access.outputs
        described.append(json.dumps(entry, separators=(",", ":")))
    return {
        "storageRegion": region,
        "bucketName": defaults[0][1].bucket.bucket_name,
        "buckets": json.dumps(described, separators=(",", ":")),
    }


def _bucket(root: Root, scope: Any, storage: StorageDefinition) -> Any:
    if storage.existing_bucket:
        return aws_s3.Bucket.from_bucket_name(scope, "Bucket", storage.existing_bucket)
    goes = root.is_sandbox or not storage.keep_on_delete
    return aws_s3.Bucket(
        scope,
        "Bucket",
        versioned=storage.versioned,
        cors=[
            aws_s3.CorsRule(
                max_age=3000,
                exposed_headers=list(_EXPOSED),
                allowed_headers=["*"],
                allowed_origins=list(storage.cors_origins),
                allowed_methods=[
                    getattr(aws_s3.HttpMethods, name)
                    for name in ("GET", "HEAD", "PUT", "POST", "DELETE")
                ],
            )
        ],
        auto_delete_objects=goes,
        removal_policy=RemovalPolicy.DESTROY if goes else RemovalPolicy.RETAIN,
        enforce_ssl=True,
    )


def _role(
    grantee: Grantee, storage: StorageDefinition, auth: AuthResources | None, functions: Functions
) -> Any:
    if grantee.function:
        return functions[grantee.function].lambda_function.role
    place = place_of(grantee, storage.access) or storage.place
    if auth is None:
        raise DefinitionError(
            f"The storage {storage.name} grants access to users, but the backend has no auth.",
            "Give define_backend auth=auth.",
            place,
        )
    if grantee.role == "guest":
        return auth.unauthenticated_user_iam_role
    if grantee.role == "authenticated":
        return auth.authenticated_user_iam_role
    group = grantee.role.removeprefix("group:")
    if group not in auth.groups:
        raise DefinitionError(
            f"The storage {storage.name} grants access to the group {group}, which auth has not.",
            f"Add {group!r} to define_auth's groups.",
            place,
        )
    return auth.groups[group].role
