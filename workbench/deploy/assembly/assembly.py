"""A cloud assembly as CDK writes it, read into frozen models: stacks, nested stacks, assets.

Reading is on the path of every save, so templates are parsed by pydantic's JSON parser and kept by
their content hash: an unchanged nested template is not parsed twice.
Source: the cloud assembly schema of aws-cdk-lib (``manifest.json``, ``*.assets.json``).
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from workbench.deploy.assembly.construct_paths import (
    ConstructPaths,
    read_construct_paths,
    template_paths,
)
from workbench.deploy.assembly.image_assets import ImageAsset, ImageEntry, image_assets
from workbench.deploy.assembly.role_name import NO_ROLE, RoleName
from workbench.deploy.assembly.template import NESTED_STACK, Template
from workbench.model.deployment import StackPath
from workbench.model.user_problem import UserProblem

_HASH = re.compile(r"[0-9a-f]{64}")
_ASSEMBLIES_KEPT = 2
"""How many assemblies' templates stay parsed: the one that is deployed, and the one that is new."""

_templates: OrderedDict[str, Template] = OrderedDict()


class AssemblyProblem(UserProblem):
    """The assembly folder is missing, half written, or has no such stack."""

    def __init__(self, what: str) -> None:
        super().__init__(what, "Save again: this evaluates the backend from the start.")


@dataclass(frozen=True, slots=True)
class DeploymentRoles:
    """Who deploys the stack: the roles and the bootstrap that its synthesizer chose.

    ``execution`` is the ARN of the role that CloudFormation acts as. An empty ``version_parameter``
    says that the stack needs no bootstrap.
    """

    deploy: RoleName = NO_ROLE
    execution: str = ""
    version_parameter: str = ""
    required_version: int = 0


@dataclass(frozen=True, slots=True)
class FileAsset:
    """A file asset; a ``zip`` asset's ``path`` is a folder to be zipped (or a ready .zip file).

    ``bucket`` still holds ``${AWS::AccountId}`` and ``${AWS::Region}``; ``object_key`` is final.
    ``role`` publishes it.
    """

    hash: str
    path: Path
    packaging: Literal["file", "zip"]
    bucket: str
    object_key: str
    display_name: str = ""
    is_template: bool = False
    role: RoleName = NO_ROLE


@dataclass(frozen=True)
class AssemblyStack:
    """One stack of the assembly; ``nested`` maps a nested stack's logical id to its stack.

    ``template_hash`` is the asset hash of the template (empty if the manifest names none).
    """

    path: StackPath
    template: Template
    template_file: Path
    template_hash: str
    nested: Mapping[str, AssemblyStack] = field(default_factory=dict)

    def walk(self) -> Iterator[AssemblyStack]:
        """This stack and all stacks nested in it, parents first."""
        yield self
        for child in self.nested.values():
            yield from child.walk()


@dataclass(frozen=True)
class Assembly:
    """What one synth made for one root stack.

    ``assets`` maps an asset's hash to the asset, ``images`` the hash of a Docker image.
    """

    directory: Path
    stack_name: str
    root: AssemblyStack
    tags: Mapping[str, str]
    assets: Mapping[str, FileAsset]
    images: Mapping[str, ImageAsset] = field(default_factory=dict)
    metadata_file: Path | None = None
    roles: DeploymentRoles = DeploymentRoles()

    @cached_property
    def by_object_key(self) -> Mapping[str, FileAsset]:
        """The assets by the key that templates name them by."""
        return {asset.object_key: asset for asset in self.assets.values()}

    @cached_property
    def construct_paths(self) -> ConstructPaths:
        """Where each resource comes from in the CDK app; read when first asked for (3 ms).

        A template that was not made of constructs says it itself, in its resources' metadata.
        """
        paths = read_construct_paths(self.metadata_file, self.stack_name)
        return {
            stack.path: {**template_paths(stack.template), **paths.get(stack.path, {})}
            for stack in self.root.walk()
        }

    def stack(self, path: StackPath) -> AssemblyStack | None:
        """The stack at ``path`` (``()`` is the root), or None."""
        here: AssemblyStack | None = self.root
        for step in path:
            here = here.nested.get(step) if here else None
        return here


class _Manifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    artifacts: dict[str, _Artifact]


class _Artifact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    type: str
    properties: dict[str, Any] = Field(default_factory=dict)
    dependencies: list[str] = Field(default_factory=list)
    additional_metadata_file: str | None = Field(default=None, alias="additionalMetadataFile")
    display_name: str | None = Field(default=None, alias="displayName")


class _Source(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")
    path: str | None = None
    packaging: Literal["file", "zip"] = "file"


class _Destination(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    bucket_name: str = Field(alias="bucketName")
    object_key: str = Field(alias="objectKey")
    role: str = Field(default="", alias="assumeRoleArn")
    external_id: str = Field(default="", alias="assumeRoleExternalId")


class _AssetFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    source: _Source
    destinations: dict[str, _Destination]
    display_name: str = Field(default="", alias="displayName")


class _AssetManifest(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)
    files: dict[str, _AssetFile] = Field(default_factory=dict)
    docker_images: dict[str, ImageEntry] = Field(default_factory=dict, alias="dockerImages")


def read_assembly(directory: Path, stack_name: str) -> Assembly:
    """Read the assembly in ``directory`` and its stack ``stack_name``.

    Raises AssemblyProblem if a file is missing or unreadable or the stack is not in it.
    """
    try:
        manifest = _Manifest.model_validate_json((directory / "manifest.json").read_bytes())
        artifact = _stack_artifact(manifest, stack_name)
        asset_manifest = _asset_manifest(directory, manifest, artifact)
        assets = _assets(directory, asset_manifest)
        by_key = {asset.object_key: asset for asset in assets.values()}
        template_file = str(artifact.properties["templateFile"])
        found = _HASH.search(str(artifact.properties.get("stackTemplateAssetObjectUrl", "")))
        root = _read_stack((), directory / template_file, found.group() if found else "", by_key)
    except (OSError, ValidationError, KeyError) as error:
        raise AssemblyProblem(
            f"The cloud assembly in {directory} is unreadable: {error}"
        ) from error
    _forget_old_templates(len(by_key))
    metadata_file = artifact.additional_metadata_file
    return Assembly(
        directory=directory,
        stack_name=stack_name,
        root=root,
        tags=dict(artifact.properties.get("tags", {})),
        assets=assets,
        images=image_assets(directory, asset_manifest.docker_images),
        metadata_file=directory / metadata_file if metadata_file else directory / "manifest.json",
        roles=_roles(artifact.properties),
    )


def _roles(properties: Mapping[str, Any]) -> DeploymentRoles:
    version = int(properties.get("requiresBootstrapStackVersion") or 0)
    parameter = str(properties.get("bootstrapStackVersionSsmParameter") or "")
    return DeploymentRoles(
        deploy=RoleName(
            str(properties.get("assumeRoleArn") or ""),
            str(properties.get("assumeRoleExternalId") or ""),
        ),
        execution=str(properties.get("cloudFormationExecutionRoleArn") or ""),
        version_parameter=parameter if version else "",
        required_version=version,
    )


def _stack_artifact(manifest: _Manifest, stack_name: str) -> _Artifact:
    stacks = {k: a for k, a in manifest.artifacts.items() if a.type == "aws:cloudformation:stack"}
    for key, artifact in stacks.items():
        if stack_name in (key, artifact.properties.get("stackName"), artifact.display_name):
            return artifact
    names = ", ".join(stacks) or "none"
    raise AssemblyProblem(f"The synthesised app has no stack {stack_name} (it has: {names}).")


def _asset_manifest(directory: Path, manifest: _Manifest, artifact: _Artifact) -> _AssetManifest:
    for name in artifact.dependencies:
        dependency = manifest.artifacts.get(name)
        if dependency and dependency.type == "cdk:asset-manifest":
            file = directory / str(dependency.properties["file"])
            return _AssetManifest.model_validate_json(file.read_bytes())
    return _AssetManifest()


def _assets(directory: Path, manifest: _AssetManifest) -> dict[str, FileAsset]:
    return {
        key: FileAsset(
            hash=key,
            path=directory / file.source.path,
            packaging=file.source.packaging,
            bucket=destination.bucket_name,
            object_key=destination.object_key,
            display_name=file.display_name,
            is_template=file.source.path.endswith(".template.json"),
            role=RoleName(destination.role, destination.external_id),
        )
        for key, file in manifest.files.items()
        if file.source.path
        for destination in file.destinations.values()
    }


def _read_stack(
    path: StackPath, file: Path, template_hash: str, by_key: Mapping[str, FileAsset]
) -> AssemblyStack:
    template = _read_template(file, template_hash)
    nested: dict[str, AssemblyStack] = {}
    for logical_id, resource in template.resources.items():
        if resource.type != NESTED_STACK:
            continue
        asset = _nested_asset(resource.properties.get("TemplateURL"), by_key)
        if asset:
            nested[logical_id] = _read_stack((*path, logical_id), asset.path, asset.hash, by_key)
    return AssemblyStack(path, template, file, template_hash, nested)


def _nested_asset(url: Any, by_key: Mapping[str, FileAsset]) -> FileAsset | None:
    """The template asset that a nested stack's TemplateURL ends with, through Join and Sub."""
    for text in _strings(url):
        asset = by_key.get(text.rsplit("/", 1)[-1])
        if asset:
            return asset
    return None


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _read_template(file: Path, template_hash: str) -> Template:
    kept = _templates.get(template_hash) if template_hash else None
    if kept is None:
        kept = Template.model_validate_json(file.read_bytes())
        if template_hash:
            _templates[template_hash] = kept
    elif template_hash in _templates:
        _templates.move_to_end(template_hash)
    return kept


def _forget_old_templates(in_use: int) -> None:
    """A model's save brings three new ones, 60 KB each in memory."""
    while len(_templates) > in_use * _ASSEMBLIES_KEPT:
        _templates.popitem(last=False)
