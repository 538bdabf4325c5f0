"""A bucket as the user defined it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workbench.backend.definitions.access import Grant
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import NOWHERE, Place

StorageEvent = Literal["on_upload", "on_delete"]


@dataclass(frozen=True, slots=True, eq=False)
class StorageDefinition:
    """What ``define_storage`` returns; ``existing_bucket`` is the name of a bucket that exists."""

    name: str
    access: Mapping[str, tuple[Grant, ...]] = field(default_factory=dict)
    triggers: Mapping[StorageEvent, FunctionDefinition] = field(default_factory=dict)
    is_default: bool = False
    versioned: bool = False
    keep_on_delete: bool = False
    cors_origins: tuple[str, ...] = ("*",)
    existing_bucket: str = ""
    place: Place = NOWHERE
