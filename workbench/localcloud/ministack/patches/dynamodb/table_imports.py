"""Imports of tables: ministack wants one item a line, and an object under the prefix.

DynamoDB reads items that follow each other on a line, and nothing from an empty bucket.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Rows = list[tuple[int, Any]]

_GAP = re.compile(r"\s*")
_decode = json.JSONDecoder().raw_decode
_NOT_HERE = re.compile(r"(\w+) (parsing|decompression) needs a library MiniStack does not ship; ")
_BOTH_UNITS = (
    "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both "
    "be specified when BillingMode is PROVISIONED"
)


def install() -> None:
    """Read the objects as DynamoDB does, and say what the local cloud does not read."""
    from ministack.services import dynamodb

    objects_of, finish = dynamodb._import_source_objects, dynamodb._finish_import
    import_table, refused = dynamodb._import_table, dynamodb.error_response_json

    def source_objects(source: Mapping[str, Any], compression: str) -> Any:
        try:
            return objects_of(source, compression)
        except dynamodb._ImportFailed as failure:
            if failure.code != "S3NoSuchKey":
                raise
            return source.get("S3Bucket"), []

    def finish_import(
        desc: dict[str, Any], status: str, code: str | None = None, message: str | None = None
    ) -> None:
        if message:
            message = _NOT_HERE.sub(r"The local cloud does not read \1: ", message)
        finish(desc, status, code, message)

    def checked(data: Mapping[str, Any]) -> Any:
        table = data.get("TableCreationParameters")
        if isinstance(table, Mapping) and table.get("BillingMode") == "PROVISIONED":
            units = table.get("ProvisionedThroughput") or {}
            if not {"ReadCapacityUnits", "WriteCapacityUnits"} <= set(units):
                return refused("ValidationException", _BOTH_UNITS, 400)
        return import_table(data)

    # It waits for a second before it reads.
    dynamodb._IMPORT_COMPLETE_AFTER_SEC = 0.0
    dynamodb._import_dynamodb_json_items = items_of
    dynamodb._import_source_objects = source_objects
    dynamodb._finish_import = finish_import
    dynamodb._import_table = checked


def items_of(content: bytes) -> tuple[Rows, Rows]:
    """An object's items and its mistakes, by position; a line's rest is left out after one."""
    items: Rows = []
    wrong: Rows = []
    for line in content.decode("utf-8", errors="replace").splitlines():
        at = _end_of_gap(line, 0)
        while at < len(line):
            number = len(items) + len(wrong)
            try:
                record, at = _decode(line, at)
            except ValueError as error:
                wrong.append((number, f"The item is not valid JSON: {error}"))
                break
            item = record.get("Item") if isinstance(record, dict) else None
            if isinstance(item, dict):
                items.append((number, item))
            else:
                wrong.append((number, "The item is not in DYNAMODB_JSON format"))
            at = _end_of_gap(line, at)
    return items, wrong


def _end_of_gap(line: str, at: int) -> int:
    found = _GAP.match(line, at)
    return found.end() if found else at
