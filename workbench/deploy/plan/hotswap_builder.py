"""Turns changed resources into swap instructions, with every value evaluated.

Swappable are the resources whose change is one direct API call without a side effect on others:
function code and plain configuration, AppSync schemas, API keys, resolvers and their functions, the
files of a bucket deployment; on AWS also what ``aws_swaps`` lists.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.assembly.stateful_resources import BUCKET_DEPLOYMENT
from workbench.deploy.live.intrinsics import UnresolvableError
from workbench.deploy.live.models import LiveStack
from workbench.deploy.plan.aws_swaps import (
    BUILD_PROJECT,
    CLOUD_CONTROL,
    aws_swappable,
    build_project,
    build_resource,
)
from workbench.deploy.plan.instructions import (
    BucketSource,
    Swap,
    SwapApiKey,
    SwapAppSyncFunction,
    SwapBucketContent,
    SwapFunctionCode,
    SwapFunctionConfiguration,
    SwapResolver,
    SwapSchema,
    SwapTarget,
)
from workbench.deploy.plan.swap_work import SwapWork, Wanted, scope_at

_CODE = frozenset({"Code"})
_SENT_ALONG = 3_000_000
"""Smaller code is sent to Lambda with the call: a round trip less than by the bucket, and neither
the bootstrap nor its publishing role is asked first. (Lambda takes up to 50 MB in this way.)"""
_CONFIGURATION = frozenset({"Description", "Environment", "Timeout", "MemorySize", "Handler"})
# What Lambda has if a template says nothing (AWS::Lambda::Function, "Properties").
_DEFAULTS: Mapping[str, Any] = {
    "Description": "",
    "Environment": {"Variables": {}},
    "Timeout": 3,
    "MemorySize": 128,
}
_TEMPLATES = frozenset(
    {
        "RequestMappingTemplate",
        "RequestMappingTemplateS3Location",
        "ResponseMappingTemplate",
        "ResponseMappingTemplateS3Location",
        "Code",
        "CodeS3Location",
    }
)
_SWAPPABLE: Mapping[str, frozenset[str]] = {
    "AWS::Lambda::Function": _CODE | _CONFIGURATION,
    "AWS::AppSync::ApiKey": frozenset({"Expires", "Description"}),
    "AWS::AppSync::GraphQLSchema": frozenset({"Definition", "DefinitionS3Location"}),
    "AWS::AppSync::FunctionConfiguration": _TEMPLATES | {"Description"},
    "AWS::AppSync::Resolver": _TEMPLATES | {"PipelineConfig"},
    BUCKET_DEPLOYMENT: frozenset(
        {
            "SourceObjectKeys",
            "SourceMarkers",
            "Prune",
            "Include",
            "Exclude",
            "UserMetadata",
            "SystemMetadata",
        }
    ),
}
# A bucket deployment answers these attributes from its destination, which a swap never changes.
_STABLE_DEPLOYMENT_ATTRIBUTES = frozenset({"DestinationBucketArn"})


def swappable(type_: str, live: LiveStack) -> frozenset[str]:
    """The properties of a type whose change can be swapped where ``live`` is; empty for none."""
    found = _SWAPPABLE.get(type_)
    if found is not None:
        return found
    return frozenset() if live.is_local else aws_swappable(type_)


def build_swaps(assembly: Assembly, live: LiveStack, wanted: Wanted) -> tuple[Swap, ...]:
    """The instructions that bring one live resource to what ``assembly`` says.

    Raises UnresolvableError if the change needs something that only CloudFormation can do or know.
    """
    stack, here = assembly.stack(wanted.stack), live.stack(wanted.stack)
    resource = stack.template.resources.get(wanted.logical_id) if stack else None
    deployed = here.resources.get(wanted.logical_id) if here else None
    if resource is None or deployed is None or not deployed.physical_id:
        raise UnresolvableError(f"{wanted.logical_id} is not deployed")
    target = SwapTarget(
        stack=wanted.stack,
        logical_id=wanted.logical_id,
        construct_path=assembly.construct_paths.get(wanted.stack, {}).get(wanted.logical_id, ""),
        type=resource.type,
        physical_id=deployed.physical_id,
    )
    build = _BUILDERS.get(resource.type)
    if build is None or not swappable(resource.type, live):
        raise UnresolvableError(f"{resource.type} cannot be swapped")
    work = SwapWork(assembly, scope_at(assembly, live, wanted.stack), resource, target, wanted)
    return build(work)


def _function(work: SwapWork) -> tuple[Swap, ...]:
    swaps: list[Swap] = []
    properties = work.resource.properties
    if work.changed(_CODE):
        code = work.value("Code")
        if "ZipFile" in code:
            swaps.append(
                SwapFunctionCode(
                    work.target,
                    inline=str(code["ZipFile"]),
                    handler=work.text("Handler"),
                    runtime=work.text("Runtime"),
                )
            )
        elif "S3Key" in code and "S3ObjectVersion" not in code:
            key = str(code["S3Key"])
            asset = work.assembly.by_object_key.get(key)
            if asset is None:
                raise UnresolvableError(f"{key} is not an asset of this app")
            if not work.local and _size(asset.path) <= _SENT_ALONG:
                swaps.append(SwapFunctionCode(work.target, archive=asset.path))
            else:
                bucket = str(code["S3Bucket"])
                swap = SwapFunctionCode(work.target, bucket=bucket, key=key, asset=asset.hash)
                swaps.append(swap)
        elif "ImageUri" in code:
            address = str(code["ImageUri"])
            tag = address.rpartition(":")[2]
            built = next((i for i in work.assembly.images.values() if i.tag == tag), None)
            if built is None:
                raise UnresolvableError(f"{address} is not an image of this app")
            swaps.append(SwapFunctionCode(work.target, image=address, asset=built.hash))
        else:
            raise UnresolvableError("the code of a certain version of an object")
    if work.changed(_CONFIGURATION):
        names = work.wanted.properties & _CONFIGURATION or _CONFIGURATION
        configuration = {
            name: work.value(name) if name in properties else _DEFAULTS[name]
            for name in sorted(names)
            if name in properties or name in _DEFAULTS
        }
        swaps.append(SwapFunctionConfiguration(work.target, configuration))
    return tuple(swaps)


def _size(path: Path) -> int:
    """The bytes of a file, or of all files below a folder."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _schema(work: SwapWork) -> tuple[Swap, ...]:
    if "DefinitionS3Location" in work.resource.properties:
        file = work.file(work.text("DefinitionS3Location"))
        return (SwapSchema(work.target, work.api_id(), file=file),)
    return (SwapSchema(work.target, work.api_id(), definition=work.text("Definition")),)


def _api_key(work: SwapWork) -> tuple[Swap, ...]:
    expires = work.value("Expires")
    key_id = work.target.physical_id.rpartition("/")[2]
    return (
        SwapApiKey(
            work.target,
            work.api_id(),
            key_id,
            expires=int(float(expires)) if isinstance(expires, int | float | str) else None,
            description=work.text("Description"),
        ),
    )


def _app_sync_function(work: SwapWork) -> tuple[Swap, ...]:
    properties = work.scope.evaluate(work.resource.properties)
    function_id = work.target.physical_id.rpartition("/")[2]
    files = work.located(properties)
    return (SwapAppSyncFunction(work.target, work.api_id(), function_id, properties, files),)


def _resolver(work: SwapWork) -> tuple[Swap, ...]:
    properties = work.scope.evaluate(work.resource.properties)
    return (
        SwapResolver(
            work.target,
            work.api_id(),
            work.text("TypeName"),
            work.text("FieldName"),
            properties,
            work.located(properties),
        ),
    )


def _bucket_content(work: SwapWork) -> tuple[Swap, ...]:
    properties = work.scope.evaluate(work.resource.properties)
    if properties.get("DistributionId"):
        raise UnresolvableError("the files are served by a CDN whose cache must be invalidated")
    work.refuse_readers_of_others(_STABLE_DEPLOYMENT_ATTRIBUTES)
    keys = properties.get("SourceObjectKeys") or []
    markers = properties.get("SourceMarkers") or [{}] * len(keys)
    sources = []
    for key, replaced in zip(keys, markers, strict=True):
        asset = work.assembly.by_object_key.get(key)
        if asset is None:
            raise UnresolvableError(f"{key} is not an asset of this app")
        values = {str(marker): str(value) for marker, value in replaced.items()}
        sources.append(BucketSource(asset.hash, asset.path, asset.packaging, key, values))
    return (
        SwapBucketContent(
            work.target,
            bucket=str(properties["DestinationBucketName"]),
            prefix=str(properties.get("DestinationBucketKeyPrefix") or ""),
            sources=tuple(sources),
            prune=_flag(properties.get("Prune"), default=True),
            extract=_flag(properties.get("Extract"), default=True),
            include=tuple(properties.get("Include") or ()),
            exclude=tuple(properties.get("Exclude") or ()),
            user_metadata=properties.get("UserMetadata") or {},
            system_metadata=properties.get("SystemMetadata") or {},
            provider=str(properties.get("ServiceToken") or ""),
            properties={k: v for k, v in properties.items() if k != "ServiceToken"},
        ),
    )


def _flag(value: Any, *, default: bool) -> bool:
    return default if value is None else value in {True, "true"}


_BUILDERS: dict[str, Callable[[SwapWork], tuple[Swap, ...]]] = {
    "AWS::Lambda::Function": _function,
    "AWS::AppSync::ApiKey": _api_key,
    "AWS::AppSync::GraphQLSchema": _schema,
    "AWS::AppSync::FunctionConfiguration": _app_sync_function,
    "AWS::AppSync::Resolver": _resolver,
    BUCKET_DEPLOYMENT: _bucket_content,
    BUILD_PROJECT: build_project,
    **dict.fromkeys(CLOUD_CONTROL, build_resource),
}
