"""Functions as the user defined them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from workbench.backend.definitions.source_location import NOWHERE, Place


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret's name; its value is in SSM at Amplify's paths, never in the code or a template."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class FunctionDefinition:
    """What ``define_function`` returns; two are the same only where they are the same object.

    ``entry`` is the handler's file. ``requirements`` is a requirements file of a Python handler.
    ``schedule`` holds ``rate`` or ``cron`` expressions as EventBridge writes them.
    """

    name: str
    entry: Path
    handler: str = "handler"
    runtime: str = "python3.13"
    timeout_seconds: int = 3
    memory_mb: int = 512
    ephemeral_storage_mb: int = 512
    architecture: str = "arm64"
    environment: Mapping[str, str | Secret] = field(default_factory=dict)
    requirements: Path | None = None
    schedule: tuple[str, ...] = ()
    layers: Mapping[str, str] = field(default_factory=dict)
    log_retention_days: int | None = None
    resource_group: str = "function"
    place: Place = NOWHERE
