"""Counts the stored rows that no longer fit: in a changed schema, or in a new index.

Nothing of it is lost, so this warns and blocks nothing. Rows are read on the local cloud, for some
seconds at most; on AWS, where reading costs, only those of a table that one request reads.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.aws.client_errors import error_message
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.assembly.stateful_resources import AMPLIFY_TABLE, TABLE
from workbench.deploy.assembly.template import TemplateResource
from workbench.deploy.diff.narrowed_types import (
    Types,
    Value,
    misfit,
    narrowed_fields,
    read_types,
)
from workbench.deploy.diff.schema_diff import schema_texts
from workbench.deploy.live.models import LiveStack
from workbench.model.deployment import Diff, Effect, StackPath

if TYPE_CHECKING:
    from workbench.aws.clients import Clients

SECONDS = 2.0
"""30,000 local rows of 170 bytes, on two busy cores. Only a save that narrows a field or makes an
index waits for it."""
_ONE_REQUEST = 1_000_000
"""Bytes: less than one page of a scan."""
_TABLES = {TABLE, AMPLIFY_TABLE}
Row = Mapping[str, Value]
_Check = Callable[[Value | None], str]


@dataclass(slots=True)
class _Checks:
    """What is looked for in one model's table: by attribute, and by the keys of new indexes."""

    table: str
    fields: dict[str, _Check] = field(default_factory=dict)
    indexes: dict[str, Mapping[str, str]] = field(default_factory=dict)

    def found(self, row: Row) -> Iterator[str]:
        """What is wrong with one row, each as ``price is missing {}: reading it fails``."""
        for name, check in self.fields.items():
            wrong = check(row.get(name))
            if wrong:
                yield f"{name} {wrong} {{}}: reading it fails"
        for index, keys in self.indexes.items():
            for name, kind in keys.items():
                if kind not in row.get(name, {}):
                    wrong = "is of another type" if name in row else "is missing"
                    yield f"{name} {wrong} {{}}: the index {index} leaves them out"


def rows_that_no_longer_fit(
    clients: Clients,
    diff: Diff,
    live: LiveStack | None,
    assembly: Assembly,
    read_deployed: Callable[[str], str | None],
) -> tuple[str, ...]:
    """A line for each thing that stored rows lack, with how many do.

    Rows of a table that is replaced are lost, which is said elsewhere. ``read_deployed`` gives the
    SDL text of a deployed schema by its asset's hash.
    """
    from botocore.exceptions import BotoCoreError, ClientError
    from graphql import GraphQLError

    if live is None or not live.stands:
        return ()
    replaced = {
        (change.stack, change.logical_id)
        for change in diff.changes
        if change.effect is Effect.REPLACE
    }
    tables = dict(_tables(live, assembly, replaced))
    try:
        for before, after in schema_texts(live, assembly, read_deployed):
            _add_fields(tables, read_types(before), read_types(after))
    except (GraphQLError, OSError, UnicodeDecodeError):
        pass  # the deployment says what is wrong with the schema
    lines: list[str] = []
    for model, checks in tables.items():
        if checks.table and (checks.fields or checks.indexes):
            try:
                lines += _counted(clients, model, checks)
            except (BotoCoreError, ClientError) as error:
                lines.append(f"{model}: its rows could not be looked at: {error_message(error)}")
    return tuple(lines)


def _tables(
    live: LiveStack, assembly: Assembly, replaced: set[tuple[StackPath, str]]
) -> Iterator[tuple[str, _Checks]]:
    """The models' tables on both sides; one that is only on one side has no rows to look at."""
    for stack in assembly.root.walk():
        standing = live.stack(stack.path)
        for logical_id, after in stack.template.resources.items():
            if after.type not in _TABLES or not logical_id.endswith("Table"):
                continue
            before = standing and standing.effective_template.resources.get(logical_id)
            deployed = standing and standing.resources.get(logical_id)
            stays = (stack.path, logical_id) not in replaced
            checks = _Checks(deployed.physical_id if before and deployed and stays else "")
            if before:
                checks.indexes = _new_indexes(before, after)
            yield logical_id.removesuffix("Table"), checks


def _add_fields(tables: dict[str, _Checks], before: Types, after: Types) -> None:
    def check(kind: Any) -> _Check:
        return lambda value: misfit(value, kind, after)

    # A relation's field is of another model, or of a connection of some.
    models = {*tables, *(f"Model{model}Connection" for model in tables)}
    for model, checks in tables.items():
        found = narrowed_fields(model, before, after, models)
        checks.fields = {name: check(kind) for name, kind in found.items()}


def _new_indexes(before: TemplateResource, after: TemplateResource) -> dict[str, Mapping[str, str]]:
    """The key attributes that are new in an index, or have another type, with their types.

    What lacks one of the others is not in the deployed index either.
    """
    was, now = _indexes(before), _indexes(after)
    found = {
        name: {key: kind for key, kind in keys.items() if was.get(name, {}).get(key) != kind}
        for name, keys in now.items()
    }
    return {name: keys for name, keys in found.items() if keys}


def _indexes(table: TemplateResource) -> dict[str, Mapping[str, str]]:
    properties = _pascal(table.properties)
    types = {
        each.get("AttributeName"): each.get("AttributeType", "S")
        for each in _objects(properties.get("AttributeDefinitions"))
    }
    return {
        str(index.get("IndexName")): {
            key["AttributeName"]: types.get(key["AttributeName"], "S")
            for key in _objects(index.get("KeySchema"))
        }
        for index in _objects(properties.get("GlobalSecondaryIndexes"))
    }


def _pascal(value: Any) -> Any:
    """Amplify's table writes its properties with small first letters."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: _pascal(item) for key, item in value.items()}
    return [_pascal(item) for item in value] if isinstance(value, list) else value


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _counted(clients: Clients, model: str, checks: _Checks) -> Iterator[str]:
    if not clients.is_local:
        table = clients.dynamodb.describe_table(TableName=checks.table)["Table"]
        if table.get("TableSizeBytes", 0) > _ONE_REQUEST:
            yield f"{model}: rows that do not fit are not counted in a table of this size on AWS"
            return
    names = {*checks.fields, *(key for keys in checks.indexes.values() for key in keys)}
    aliases = {f"#n{number}": name for number, name in enumerate(sorted(names))}
    pages = clients.dynamodb.get_paginator("scan").paginate(
        TableName=checks.table,
        ProjectionExpression=", ".join(aliases),
        ExpressionAttributeNames=aliases,
    )
    found: Counter[str] = Counter()
    read, whole = 0, True
    until = time.monotonic() + SECONDS
    for page in pages:
        read += page["Count"]
        for row in page["Items"]:
            found.update(checks.found(row))
        if page.get("LastEvaluatedKey") and (not clients.is_local or time.monotonic() > until):
            whole = False
            break
    of = f"{read} rows" if whole else f"the first {read} rows"
    for wrong, count in found.items():
        yield f"{model}: {wrong.format(f'in {count} of {of}')}"
