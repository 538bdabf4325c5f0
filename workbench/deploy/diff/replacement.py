"""Whether a change to a property replaces the resource, and what the service refuses.

Rules come from the CloudFormation resource schemas that the ``cfn-lint`` package carries
(``createOnlyProperties``, ``conditionalCreateOnlyProperties``), read as data files one type at a
time: importing cfn-lint itself costs a second, one schema a millisecond. Types of Amplify's own and
Cognito's unwritten rules are added here.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workbench.deploy.assembly.json_diff import Difference
from workbench.deploy.assembly.stateful_resources import (
    AMPLIFY_TABLE,
    DATA_TYPES,
    TABLE,
    USER_POOL,
)

_REFUSED_BY_COGNITO = "Cognito refuses this; the user pool would have to be recreated"
_INDEX_REBUILT = "the index is deleted and created again; queries of it fail meanwhile"
_NAMED_TABLE = "CloudFormation refuses this for a table that keeps its name"
_FIXED_IN_POOL = frozenset({"UsernameAttributes", "AliasAttributes", "UsernameConfiguration"})


class Outcome(StrEnum):
    """What a change to one property does to its resource; ``MAYBE`` if it depends on the case."""

    IN_PLACE = "in place"
    MAYBE = "maybe"
    REPLACES = "replaces"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one property's change, and a note for the user if there is more to say."""

    outcome: Outcome
    note: str = ""


IN_PLACE = Verdict(Outcome.IN_PLACE)


def judge(
    resource_type: str, difference: Difference, after: dict[str, Any], *, renamed: bool = False
) -> Verdict:
    """What a difference does to a resource of this type; ``after`` are its new properties.

    ``renamed``: the new properties have another table's name.

    A conditional rule counts as a replacement for types that hold data, where a false alarm costs
    less than a lost table, and as an update in place for all others.
    """
    if resource_type == AMPLIFY_TABLE:
        return _judge_amplify_table(difference, after)
    if resource_type == USER_POOL:
        return _judge_user_pool(difference)
    if (
        resource_type == TABLE
        and (of_table := _judge_table(difference, after, renamed)) is not None
    ):
        return of_table
    if difference.path[:1] == ("ServiceToken",):
        return Verdict(Outcome.REFUSED, "CloudFormation refuses another provider for this resource")
    always, sometimes = create_only(resource_type)
    steps = tuple(step for step in difference.path if not step.startswith("["))
    if any(_overlaps(steps, pointer) for pointer in always):
        return Verdict(Outcome.REPLACES)
    if resource_type in DATA_TYPES and any(_overlaps(steps, pointer) for pointer in sometimes):
        return Verdict(Outcome.MAYBE, "may replace")
    return IN_PLACE


def keeps_identity(resource_type: str) -> bool:
    """True if a replacement keeps name and ARN: Amplify's table is recreated under its name."""
    return resource_type == AMPLIFY_TABLE


_Pointers = tuple[tuple[str, ...], ...]


@lru_cache(maxsize=512)
def create_only(resource_type: str) -> tuple[_Pointers, _Pointers]:
    """The property paths of a type that always replace, and those that sometimes do.

    Both empty for an unknown type (a custom resource). Source: the us-east-1 schemas of cfn-lint.
    """
    schema = resource_schema(resource_type)
    return (
        _pointers(schema.get("createOnlyProperties")),
        _pointers(schema.get("conditionalCreateOnlyProperties")),
    )


def resource_schema(resource_type: str) -> dict[str, Any]:
    """A type's CloudFormation schema, which says how its properties behave; empty if unknown."""
    folder = _schemas()
    name = _schema_names().get(resource_type)
    file = folder / "resources" / f"{name}.json" if folder and name else None
    if file is None or not file.is_file():
        return {}
    schema: dict[str, Any] = json.loads(file.read_bytes())
    return schema


@lru_cache(maxsize=1)
def _schemas() -> Path | None:
    spec = find_spec("cfnlint")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "data" / "schemas"


@lru_cache(maxsize=1)
def _schema_names() -> dict[str, str]:
    folder = _schemas()
    file = folder / "providers" / "us-east-1.json" if folder else None
    if file is None or not file.is_file():
        return {}
    names: dict[str, str] = json.loads(file.read_bytes())
    return names


def _pointers(properties: list[str] | None) -> _Pointers:
    return tuple(
        tuple(step for step in pointer.split("/")[2:] if step != "*")
        for pointer in properties or ()
    )


def _overlaps(steps: tuple[str, ...], pointer: tuple[str, ...]) -> bool:
    shared = min(len(steps), len(pointer))
    return steps[:shared] == pointer[:shared]


def _judge_amplify_table(difference: Difference, after: dict[str, Any]) -> Verdict:
    """Amplify's table manager recreates a table for other keys, in sandboxes for other indexes.

    Unless destructive updates are allowed, it refuses other keys.
    """
    destructive = _is_true(after.get("allowDestructiveGraphqlSchemaUpdates"))
    top = difference.path[0] if difference.path else ""
    if top == "keySchema":
        if destructive:
            return Verdict(Outcome.REPLACES, "the table is deleted and created again")
        return Verdict(Outcome.REFUSED, "the table manager refuses other keys for a table")
    if top == "globalSecondaryIndexes" and not _only_capacity(difference):
        if destructive and _is_true(after.get("replaceTableUponGsiUpdate")):
            return Verdict(Outcome.REPLACES, "a sandbox recreates the table for another index")
        return IN_PLACE
    if top == "ServiceToken":
        return Verdict(Outcome.REFUSED, "CloudFormation refuses another provider for this resource")
    return IN_PLACE


def _judge_table(difference: Difference, after: dict[str, Any], renamed: bool) -> Verdict | None:
    """What is fixed in a DynamoDB table and its indexes; None for what its schema says."""
    top, inside = difference.path[:1], len(difference.path) > 2
    if top == ("GlobalSecondaryIndexes",) and inside:
        fixed = difference.path[2] in {"KeySchema", "Projection"}
        return Verdict(Outcome.IN_PLACE, _INDEX_REBUILT) if fixed else IN_PLACE
    own = {key["AttributeName"] for key in _listed(after.get("KeySchema"))}
    for index in _listed(after.get("LocalSecondaryIndexes")):
        own |= {key["AttributeName"] for key in _listed(index.get("KeySchema"))}
    retypes = top == ("AttributeDefinitions",) and inside and difference.path[1].strip("[]") in own
    if retypes or top in {("KeySchema",), ("LocalSecondaryIndexes",)}:
        if renamed:
            return Verdict(Outcome.MAYBE)
        return Verdict(Outcome.MAYBE, _NAMED_TABLE if "TableName" in after else "may replace")
    if top == ("AttributeDefinitions",) and inside:
        return Verdict(Outcome.IN_PLACE, _INDEX_REBUILT)
    return None


def _listed(value: Any) -> list[Any]:
    return [item for item in value or [] if isinstance(item, dict)]


def _only_capacity(difference: Difference) -> bool:
    return "provisionedThroughput" in difference.path


def _judge_user_pool(difference: Difference) -> Verdict:
    """Cognito adds custom attributes to a pool; it changes or removes none, nor sign-in names."""
    top = difference.path[0] if difference.path else ""
    if top in _FIXED_IN_POOL:
        return Verdict(Outcome.REFUSED, _REFUSED_BY_COGNITO)
    if top != "Schema":
        return IN_PLACE
    added = difference.after if len(difference.path) == 2 else None
    if isinstance(added, dict) and not isinstance(difference.before, dict):
        is_custom = "AttributeDataType" in added or str(added.get("Name", "")).startswith("custom:")
        if is_custom and not _is_true(added.get("Required")):
            return IN_PLACE
    return Verdict(Outcome.REFUSED, _REFUSED_BY_COGNITO)


def _is_true(value: Any) -> bool:
    return value is True or value == "true"
