"""Puts changes of a table's indexes into steps: CloudFormation makes one of a table in an update.

A deployed index keeps its keys and its projection, too: for others it is deleted and created again.
All but the last change of each table are made first, in the stack as it stands, so that a
deployment that ends between two steps leaves the old backend at work. The last one comes with the
new backend. Amplify's own tables need none of this: its table manager takes such steps itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from workbench.deploy.assembly.assembly import Assembly, AssemblyStack
from workbench.deploy.assembly.stateful_resources import TABLE
from workbench.deploy.assembly.template import TemplateResource
from workbench.deploy.live.models import LiveStack
from workbench.deploy.plan.data_loss import data_name
from workbench.deploy.plan.instructions import ChangeIndexes, TableIndexes

MOST_INDEXES = 20
"""DynamoDB's quota for a table; deletions come first where more would stand for a moment."""
_INDEXES, _LOCAL = "GlobalSecondaryIndexes", "LocalSecondaryIndexes"
_ATTRIBUTES = "AttributeDefinitions"
_Action = Literal["create", "delete"]
_Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class IndexSteps:
    """``first`` are the steps ahead of the stack's update; ``last`` says what comes with it."""

    first: tuple[ChangeIndexes, ...] = ()
    last: str = ""


def index_steps(live: LiveStack, assembly: Assembly) -> IndexSteps:
    """The steps for all tables; side by side where several tables change."""
    tables = [steps for steps in _tables(live, assembly.root, assembly) if len(steps) > 1]
    ahead = zip_longest(*(steps[:-1] for steps in tables))
    return IndexSteps(
        tuple(
            ChangeIndexes(assembly.stack_name, tuple(table for table in tables_now if table))
            for tables_now in ahead
        ),
        ", ".join(steps[-1].change for steps in tables),
    )


def _tables(
    live: LiveStack, new: AssemblyStack, assembly: Assembly
) -> Iterator[list[TableIndexes]]:
    for logical_id, after in new.template.resources.items():
        before = live.template.resources.get(logical_id)
        if (
            before is None
            or logical_id not in live.resources
            or before.type != TABLE
            or after.type != TABLE
        ):
            continue
        path = assembly.construct_paths.get(new.path, {}).get(logical_id, logical_id)
        yield [
            TableIndexes(
                new.path,
                logical_id,
                f"{change.action} the index {change.name} of {data_name(path)}",
                change.indexes,
                change.attributes,
            )
            for change in _changes(before, after)
        ]
    for logical_id, child in new.nested.items():
        standing = live.nested.get(logical_id)
        if standing is not None:
            yield from _tables(standing, child, assembly)


@dataclass(frozen=True, slots=True)
class _Change:
    """One change, and the table's indexes and attributes after it, as a template has them."""

    action: _Action
    name: str
    indexes: tuple[_Json, ...] = ()
    attributes: tuple[_Json, ...] = ()


def _changes(before: TemplateResource, after: TemplateResource) -> list[_Change]:
    old, new = before.properties, after.properties
    was, wanted = (_named(each.get(_INDEXES, []), "IndexName") for each in (old, new))
    types, new_types = (_named(each.get(_ATTRIBUTES, []), "AttributeName") for each in (old, new))
    if was is None or wanted is None or types is None or new_types is None:
        return []
    retyped = {name for name in types.keys() & new_types if types[name] != new_types[name]}
    if any(old.get(each) != new.get(each) for each in ("TableName", "KeySchema", _LOCAL)):
        return []
    if retyped & _own_keys(new):
        return []
    standing = dict(was)
    found: list[_Change] = []
    for action, name in _order(was, wanted, retyped):
        if action == "delete":
            del standing[name]
        else:
            standing[name] = wanted[name]
        kept = {
            key: (types if was.get(index) is standing[index] else new_types)[key]
            for index in standing
            for key in _keys(standing[index])
        } | {key: new_types[key] for key in _own_keys(new)}
        found.append(_Change(action, name, tuple(standing.values()), tuple(kept.values())))
    return found


def _order(
    was: Mapping[str, _Json], wanted: Mapping[str, _Json], retyped: set[str]
) -> list[tuple[_Action, str]]:
    """Create what the new backend asks for before the old one loses an index.

    An index of another shape goes last, since its queries fail from its deletion to its creation.
    An attribute has one type in a table, so that an index on another type waits for all those on
    the old one to go.
    """
    rebuilt = [
        name
        for name in was
        if name in wanted
        and (_shape(was[name]) != _shape(wanted[name]) or retyped & set(_keys(was[name])))
    ]
    added = [name for name in wanted if name not in was]
    late = [name for name in added if retyped & set(_keys(wanted[name]))]
    early = [name for name in added if name not in late]
    gone = [name for name in was if name not in wanted]
    deletions: list[tuple[_Action, str]] = [("delete", name) for name in gone]
    creations: list[tuple[_Action, str]] = [("create", name) for name in early]
    crowded = len(was) + len(early) > MOST_INDEXES
    return [
        *(deletions + creations if crowded else creations + deletions),
        *(("delete", name) for name in rebuilt),
        *(("create", name) for name in rebuilt),
        *(("create", name) for name in late),
    ]


def _named(items: Any, key: str) -> dict[str, _Json] | None:
    """A template's list by name; None where names are known to CloudFormation alone."""
    if not isinstance(items, list):
        return None
    if not all(isinstance(item, dict) and isinstance(item.get(key), str) for item in items):
        return None
    return {item[key]: item for item in items}


def _shape(index: _Json) -> Any:
    projection = index.get("Projection") or {}
    others = projection.get("NonKeyAttributes") or []
    return (
        index.get("KeySchema"),
        projection.get("ProjectionType"),
        sorted(others) if all(isinstance(each, str) for each in others) else others,
    )


def _keys(keyed: _Json) -> list[str]:
    return [str(key["AttributeName"]) for key in keyed.get("KeySchema") or []]


def _own_keys(table: _Json) -> set[str]:
    """The attributes of the table's own keys and of its local indexes."""
    return {*_keys(table), *(key for index in table.get(_LOCAL) or [] for key in _keys(index))}
