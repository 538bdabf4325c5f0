"""Docker image assets of a cloud assembly: how each is built, and where it is published.

Source: the cloud assembly schema of aws-cdk-lib (``dockerImages`` in ``*.assets.json``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from workbench.deploy.assembly.role_name import RoleName


class _Read(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True
    )


class CacheOption(_Read):
    """Where a build's cache comes from or goes to."""

    type: str
    params: dict[str, str] = Field(default_factory=dict)

    def __str__(self) -> str:
        return ",".join([f"type={self.type}", *(f"{k}={v}" for k, v in self.params.items())])


class ImageSource(_Read):
    """How an image is built: from a folder, or by a command that prints the image's name."""

    directory: str = ""
    executable: tuple[str, ...] = ()
    docker_file: str = ""
    docker_build_target: str = ""
    docker_build_args: dict[str, str] = Field(default_factory=dict)
    docker_build_contexts: dict[str, str] = Field(default_factory=dict)
    docker_build_secrets: dict[str, str] = Field(default_factory=dict)
    docker_build_ssh: str = ""
    network_mode: str = ""
    platform: str = ""
    docker_outputs: tuple[str, ...] = ()
    cache_from: tuple[CacheOption, ...] = ()
    cache_to: CacheOption | None = None
    cache_disabled: bool = False


class ImageDestination(_Read):
    """Where an image goes; names still hold ``${AWS::AccountId}`` and ``${AWS::Region}``."""

    repository_name: str
    image_tag: str
    assume_role_arn: str = ""
    assume_role_external_id: str = ""


class ImageEntry(_Read):
    """One image of the asset manifest."""

    source: ImageSource
    destinations: dict[str, ImageDestination]
    display_name: str = ""


@dataclass(frozen=True, slots=True)
class ImageAsset:
    """A Docker image that a template needs; ``folder`` is the assembly's, paths start there."""

    hash: str
    folder: Path
    source: ImageSource
    repository: str
    tag: str
    role: RoleName
    display_name: str = ""


def image_assets(folder: Path, entries: Mapping[str, ImageEntry]) -> dict[str, ImageAsset]:
    """The manifest's images by their hash."""
    return {
        key: ImageAsset(
            hash=key,
            folder=folder,
            source=entry.source,
            repository=destination.repository_name,
            tag=destination.image_tag,
            role=RoleName(destination.assume_role_arn, destination.assume_role_external_id),
            display_name=entry.display_name,
        )
        for key, entry in entries.items()
        for destination in entry.destinations.values()
    }
