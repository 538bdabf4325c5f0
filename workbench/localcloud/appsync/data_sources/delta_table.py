"""The delta table of a versioned data source: each change, by day, kept for some minutes.

Keys, as AppSync writes them: ``ds_pk`` ``<data source>:<date>`` and ``ds_sk``
``<time>:<key values>:<version>``; with ``customPartitionKey`` the partition key's value moves from
``ds_sk`` to ``ds_pk``, and ``populateIndexFields`` keeps the first form in ``gsi_ds_pk`` and
``gsi_ds_sk``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.dynamodb_reads import read_page
from workbench.localcloud.appsync.data_sources.dynamodb_table import Item, Table
from workbench.localcloud.appsync.data_sources.dynamodb_writes import Write
from workbench.localcloud.appsync.evaluation import FieldError

_OWN = ("ds_pk", "ds_sk", "gsi_ds_pk", "gsi_ds_sk")


def settings(table: Table) -> Mapping[str, Any]:
    """The source's ``deltaSyncConfig``; times to live in minutes."""
    found: Mapping[str, Any] = table.source.settings.get("deltaSyncConfig") or {}
    return found


def name(table: Table) -> str:
    """The delta table's name; empty without one."""
    return str(settings(table).get("deltaSyncTableName") or "")


async def record(table: Table, write: Write, item: Item, at: int) -> None:
    """Keep a change; ``at`` in milliseconds since 1970."""
    if not name(table):
        return
    keys = [str(next(iter(value.values()))) for value in write.key.values()]
    custom = read.optional_text(write.request, "customPartitionKey")
    moment = datetime.fromtimestamp(at / 1000, UTC)
    version = str(item["_version"]["N"])
    clock = moment.strftime("%H:%M:%S.%f")[:-3]
    partition = f"{table.source.name}:{moment:%Y-%m-%d}"
    whole = ":".join((clock, *keys, version))
    entry: dict[str, Any] = {**item, "ds_pk": {"S": partition}, "ds_sk": {"S": whole}}
    if custom:
        first = next(iter(write.key[custom].values())) if custom in write.key else keys[0]
        rest = [value for key, value in zip(write.key, keys, strict=True) if key != custom]
        entry["ds_pk"] = {"S": f"{partition}:{first}"}
        entry["ds_sk"] = {"S": ":".join((clock, *rest, version))}
        if read.optional_flag(write.request, "populateIndexFields"):
            entry |= {"gsi_ds_pk": {"S": partition}, "gsi_ds_sk": {"S": whole}}
    minutes = int(settings(table).get("deltaSyncTableTTL") or 0)
    entry["_ttl"] = {"N": str(at // 1000 + minutes * 60)}
    await table.call("PutItem", {"TableName": name(table), "Item": entry})


async def changes(
    table: Table,
    since: int,
    now: int,
    *,
    parameters: dict[str, Any],
    token: str | None,
    base_key: str | None,
    index: str | None,
) -> dict[str, Any]:
    """A page of the changes after ``since``; its days are read one after another."""
    days = _days(since, now)
    day, inner = _opened(token, days)
    partition = f"{table.source.name}:{day}" + (f":{base_key}" if base_key else "")
    hash_name, sort_name = ("gsi_ds_pk", "gsi_ds_sk") if index else ("ds_pk", "ds_sk")
    asked = {
        **parameters,
        "TableName": name(table),
        "KeyConditionExpression": "#_pk = :_pk",
        "ExpressionAttributeNames": {
            **parameters.get("ExpressionAttributeNames", {}),
            "#_pk": hash_name,
        },
        "ExpressionAttributeValues": {
            **parameters.get("ExpressionAttributeValues", {}),
            ":_pk": {"S": partition},
        },
    }
    if index:
        asked["IndexName"] = index
    if day == days[0]:
        clock = datetime.fromtimestamp(since / 1000, UTC).strftime("%H:%M:%S.%f")[:-3]
        asked["KeyConditionExpression"] += " AND #_sk >= :_sk"
        asked["ExpressionAttributeNames"]["#_sk"] = sort_name
        asked["ExpressionAttributeValues"][":_sk"] = {"S": clock}
    page = await read_page(table, "Query", asked, inner)
    for item in page["items"]:
        for own in _OWN:
            item.pop(own, None)
    following = page["nextToken"]
    if following:
        page["nextToken"] = _closed(day, following)
    elif day != days[-1]:
        page["nextToken"] = _closed(days[days.index(day) + 1], None)
    return page


def _days(since: int, now: int) -> list[str]:
    first = datetime.fromtimestamp(since / 1000, UTC).date()
    last = datetime.fromtimestamp(now / 1000, UTC).date()
    count = max((last - first).days, 0)
    return [(first + timedelta(days=i)).isoformat() for i in range(count + 1)]


def _closed(day: str, inner: str | None) -> str:
    return base64.b64encode(
        json.dumps({"version": 3, "day": day, "token": inner}).encode()
    ).decode()


def _opened(token: str | None, days: list[str]) -> tuple[str, str | None]:
    if not token:
        return days[0], None
    try:
        found = json.loads(base64.b64decode(token, validate=True))
        day, inner = found["day"], found["token"]
    except (ValueError, KeyError, TypeError) as error:
        raise FieldError(
            "Invalid pagination token given.", "DynamoDB:UserIllegalArgumentException"
        ) from error
    if day not in days or not (inner is None or isinstance(inner, str)):
        raise FieldError("Invalid pagination token given.", "DynamoDB:UserIllegalArgumentException")
    return day, inner
