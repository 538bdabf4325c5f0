"""Where each resource comes from in the CDK app, as a path a developer recognises."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.deploy.assembly.template import Template
from workbench.model.deployment import StackPath

ConstructPaths = Mapping[StackPath, Mapping[str, str]]
"""Stack path → logical id → construct path below the root stack, such as ``data/amplifyData``."""

_PATH_METADATA = "aws:cdk:path"
_NESTED = ".NestedStack"
_NESTED_RESOURCE = ".NestedStackResource"
_MEANINGLESS = ("Resource", "Default")
_PROVIDED = "CustomResource-"  # how CDK names a bucket deployment's resource, memory size after it


def read_construct_paths(metadata_file: Path | None, stack_name: str) -> ConstructPaths:
    """The construct paths from a stack's metadata (its own file, or the manifest in older CDKs).

    The metadata knows logical ids by construct path for all nested stacks together; a nested stack
    is recognised by its own resource, which CDK puts at
    ``parent/X.NestedStack/X.NestedStackResource``.
    An unreadable file gives no paths: they are for display only.
    """
    entries = _logical_ids(metadata_file, stack_name)
    owners: dict[str, StackPath] = {"": ()}
    stacks = {
        path: logical_id for path, logical_id in entries.items() if path.endswith(_NESTED_RESOURCE)
    }
    for path in sorted(stacks, key=lambda p: p.count("/")):
        inside = _nested_construct(path)
        owners[inside] = (*owners[_owner(path, owners)], stacks[path])
    paths: dict[StackPath, dict[str, str]] = {}
    for path, logical_id in entries.items():
        paths.setdefault(owners[_owner(path, owners)], {})[logical_id] = readable(path)
    return paths


def template_paths(template: Template) -> dict[str, str]:
    """Logical id → construct path, as the CDK wrote it into the resources' own metadata.

    For a stack whose assembly is not at hand. Resources without ``aws:cdk:path`` are left out.
    """
    found: dict[str, str] = {}
    for logical_id, resource in template.resources.items():
        path = resource.metadata.get(_PATH_METADATA)
        below = path.partition("/")[2] if isinstance(path, str) else ""
        if below:
            found[logical_id] = readable(below)
    return found


def readable(path: str) -> str:
    """A construct path without the parts CDK adds: ``Todo.NestedStack/…`` is ``Todo``."""
    if path.endswith(_NESTED_RESOURCE):
        return _nested_construct(path)
    parts = path.strip("/").split("/")
    while len(parts) > 1 and (parts[-1] in _MEANINGLESS or parts[-1].startswith(_PROVIDED)):
        parts.pop()
    if len(parts) > 1 and parts[-1] == f"{parts[-2]}.AppSyncFunction":
        parts.pop()
    return "/".join(parts)


def _logical_ids(metadata_file: Path | None, stack_name: str) -> dict[str, str]:
    """Construct path below the root stack → logical id."""
    if metadata_file is None:
        return {}
    try:
        content: Any = json.loads(metadata_file.read_bytes())
    except (OSError, ValueError):
        return {}
    if metadata_file.name == "manifest.json":
        artifact = content.get("artifacts", {}).get(stack_name, {})
        content = artifact.get("metadata", {})
    found: dict[str, str] = {}
    for path, entries in content.items():
        below = path.strip("/").partition("/")[2]
        for entry in entries:
            if below and entry.get("type") == "aws:cdk:logicalId":
                found[below] = str(entry.get("data"))
    return found


def _nested_construct(path: str) -> str:
    """``a/X.NestedStack/X.NestedStackResource`` → ``a/X``."""
    parts = path.split("/")
    return "/".join([*parts[:-2], parts[-1].removesuffix(_NESTED_RESOURCE)])


def _owner(path: str, owners: Mapping[str, StackPath]) -> str:
    """The construct path of the nearest stack around ``path``."""
    parts = path.split("/")
    for end in range(len(parts) - 1, 0, -1):
        candidate = "/".join(parts[:end])
        if candidate in owners:
            return candidate
    return ""
