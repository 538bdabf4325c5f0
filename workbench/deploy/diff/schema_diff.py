"""What a new GraphQL schema changes, by type and field instead of by file name."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache

from graphql import GraphQLError, parse, print_ast
from graphql.language import ast

from workbench.deploy.assembly.assembly import Assembly, FileAsset
from workbench.deploy.assembly.template import Template
from workbench.deploy.live.models import LiveStack
from workbench.model.deployment import Diff, PropertyChange, ResourceChange

SCHEMA_TYPE = "AWS::AppSync::GraphQLSchema"
LONGEST = 24
"""A schema's change shows at most so many fields; a new model brings over a hundred."""

_HASH = re.compile(r"[0-9a-f]{64}")
_GENERATED = ("Query", "Mutation", "Subscription")

Schema = Mapping[str, Mapping[str, str]]
"""Type name → member (field, input field, enum value) → its type or arguments as SDL."""


def explain_schemas(
    diff: Diff,
    live: LiveStack | None,
    assembly: Assembly,
    read_deployed: Callable[[str], str | None],
) -> Diff:
    """Say of each changed AppSync schema which types and fields change.

    ``read_deployed`` gives the SDL text of a schema asset by its hash, None if it is not known:
    then the change stays one of the asset.
    """
    if live is None or not any(change.type == SCHEMA_TYPE for change in diff.changes):
        return diff
    changes = tuple(
        _explained(change, live, assembly, read_deployed) if change.type == SCHEMA_TYPE else change
        for change in diff.changes
    )
    return replace(diff, changes=changes)


def schema_assets(assembly: Assembly) -> Iterator[FileAsset]:
    """The assets that hold the AppSync schemas of an assembly."""
    for stack in assembly.root.walk():
        for logical_id, resource in stack.template.resources.items():
            if resource.type == SCHEMA_TYPE:
                asset = assembly.assets.get(_asset_hash(stack.template, logical_id))
                if asset is not None:
                    yield asset


def schema_texts(
    live: LiveStack, assembly: Assembly, read_deployed: Callable[[str], str | None]
) -> Iterator[tuple[str, str]]:
    """The SDL texts of each schema that changes, before and after; of those that are known."""
    for stack in assembly.root.walk():
        standing = live.stack(stack.path)
        for logical_id, resource in stack.template.resources.items():
            if resource.type != SCHEMA_TYPE or standing is None:
                continue
            old = _asset_hash(standing.effective_template, logical_id)
            asset = assembly.assets.get(_asset_hash(stack.template, logical_id))
            if asset is None or asset.hash == old:
                continue
            before = read_deployed(old)
            if before is not None:
                yield before, asset.path.read_text(encoding="utf-8")


def schema_changes(before: str, after: str) -> tuple[PropertyChange, ...]:
    """Compare two SDL texts by type and member.

    What the user wrote comes first, operations next; filters and inputs, which follow from the
    models, are one line. Raises ``GraphQLSyntaxError`` if a text is not SDL.
    """
    old, new = _members(before), _members(after)
    models: list[PropertyChange] = []
    operations: list[PropertyChange] = []
    derived: list[str] = []
    for name in sorted(old.keys() | new.keys()):
        found = list(_compared(name, old.get(name, {}), new.get(name, {})))
        if not found:
            continue
        if name in _GENERATED:
            operations += found
        elif _is_derived(name):
            derived.append(name)
        else:
            models += found
    shown = [*models, *operations]
    result = shown[:LONGEST]
    if len(shown) > LONGEST:
        result.append(PropertyChange(f"and {len(shown) - LONGEST} more", None, None))
    if derived:
        result.append(PropertyChange("inputs and filters", None, _listed(derived)))
    return tuple(result)


def _explained(
    change: ResourceChange,
    live: LiveStack,
    assembly: Assembly,
    read_deployed: Callable[[str], str | None],
) -> ResourceChange:
    stack, standing = assembly.stack(change.stack), live.stack(change.stack)
    if stack is None or standing is None:
        return change
    before = read_deployed(_asset_hash(standing.effective_template, change.logical_id))
    asset = assembly.assets.get(_asset_hash(stack.template, change.logical_id))
    if before is None or asset is None:
        return change
    try:
        found = schema_changes(before, asset.path.read_text(encoding="utf-8"))
    except (GraphQLError, OSError, UnicodeDecodeError):
        # Its deployment will say what is wrong with it; the change of the asset is shown as it is.
        return change
    return replace(change, properties=found) if found else change


def _asset_hash(template: Template, logical_id: str) -> str:
    resource = template.resources.get(logical_id)
    if resource is None:
        return ""
    location = json.dumps(resource.properties.get("DefinitionS3Location"))
    found = _HASH.search(location)
    return found.group() if found else ""


def _compared(
    name: str, old: Mapping[str, str], new: Mapping[str, str]
) -> Iterator[PropertyChange]:
    if not old or not new:
        members = _listed([member for member in new or old if member != "rules"])
        yield PropertyChange(name, members if old else None, members if new else None)
        return
    for member in dict.fromkeys([*new, *old]):
        before, after = old.get(member), new.get(member)
        if before != after:
            yield PropertyChange(f"{name}.{member}", before, after)


def _is_derived(name: str) -> bool:
    return name.endswith("Input") or (name.startswith("Model") and name.endswith("Connection"))


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:4])
    return f"{shown} and {len(names) - 4} more" if len(names) > 4 else shown


@lru_cache(maxsize=4)
def parsed_schema(sdl: str) -> ast.DocumentNode:
    """An SDL text, parsed. The quickstart's schema (600 lines) takes 8 ms; it is kept."""
    return parse(sdl, no_location=True)


@lru_cache(maxsize=4)
def _members(sdl: str) -> Schema:
    types: dict[str, dict[str, str]] = {}
    for node in parsed_schema(sdl).definitions:
        if isinstance(node, ast.EnumTypeDefinitionNode):
            types[node.name.value] = {value.name.value: "value" for value in node.values}
        elif isinstance(node, ast.UnionTypeDefinitionNode):
            types[node.name.value] = {item.name.value: "member" for item in node.types}
        elif isinstance(
            node,
            ast.ObjectTypeDefinitionNode
            | ast.InterfaceTypeDefinitionNode
            | ast.InputObjectTypeDefinitionNode,
        ):
            own = "".join(f" {print_ast(item)}" for item in node.directives)
            members = types.setdefault(node.name.value, {})
            if own and node.name.value not in _GENERATED:
                members["rules"] = own.strip()
            for member in node.fields:
                text = print_ast(member).partition(member.name.value)[2]
                members[member.name.value] = " ".join(text.split()).removeprefix(": ")
    return types
