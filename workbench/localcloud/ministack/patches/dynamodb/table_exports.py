"""Exports of tables: ministack says that they are done, but writes nothing to the bucket.

The layout and the manifests are those of DynamoDB's developer guide, "DynamoDB table export output
format". There is no history of a table: it is exported as it is now.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import logging
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from workbench.localcloud.ministack.bridge.service_calls import ServiceCalls
from workbench.localcloud.service_error import ServiceError

logger = logging.getLogger("local cloud")

Reply = tuple[int, dict[str, str], Any]
Export = dict[str, Any]

_ITEMS_OF_A_FILE = 50_000
_NOW = 60.0
"""Seconds that the asked time of an export may be away from now."""

_CUT_OFF = "The local cloud was stopped during the export. Export the table again."
_NO_BUCKET = (
    "The specified bucket does not exist (Service: Amazon S3; Status Code: 404; "
    "Error Code: NoSuchBucket)"
)

_running: set[str] = set()


def install() -> None:
    """Check the request, then write the files in a thread."""
    from ministack.core.concurrency import spawn_background
    from ministack.services import dynamodb

    start, describe = dynamodb._export_table_to_point_in_time, dynamodb._describe_export
    refused, answered = dynamodb.error_response_json, dynamodb.json_response

    def export_table(data: Mapping[str, Any]) -> Reply:
        name = dynamodb._table_name_from_arn(data.get("TableArn") or "")
        table = dynamodb._tables.get(name) if name else None
        refusal = _refusal(data, pitr=bool(dynamodb._pitr_settings.get(name))) if table else None
        if refusal:
            reply: Reply = refused(*refusal, 400)
            return reply
        status, headers, body = start(data)
        if status != 200 or table is None:
            return status, headers, body
        arn = json.loads(body)["ExportDescription"]["ExportArn"]
        export = dynamodb._exports.get(arn)
        if "ExportTime" not in export:  # not one that was asked for twice by its token
            export["ExportTime"] = export["StartTime"]
        if arn not in _running and export["ExportStatus"] == "IN_PROGRESS":
            _running.add(arn)
            spawn_background(_run, export, table, thread_name="export-table")
        reply = answered({"ExportDescription": export})
        return reply

    def describe_export(data: Mapping[str, Any]) -> Reply:
        arn = data.get("ExportArn")
        export = dynamodb._exports.get(arn) if isinstance(arn, str) else None
        if export is None:
            missing: Reply = describe(data)
            return missing
        if export["ExportStatus"] == "IN_PROGRESS" and arn not in _running:
            _end(export, "FAILED", FailureCode="UNKNOWN", FailureMessage=_CUT_OFF)
        reply: Reply = answered({"ExportDescription": export})
        return reply

    dynamodb._export_table_to_point_in_time = export_table
    dynamodb._describe_export = describe_export


def _refusal(data: Mapping[str, Any], *, pitr: bool) -> tuple[str, str] | None:
    if not pitr:
        name = str(data["TableArn"]).rpartition("/")[2]
        return (
            "PointInTimeRecoveryUnavailableException",
            f"Point in time recovery is not enabled for table '{name}'",
        )
    if data.get("ExportFormat") == "ION":
        return "ValidationException", "The local cloud exports DYNAMODB_JSON, not ION."
    if data.get("ExportType") == "INCREMENTAL_EXPORT":
        return "ValidationException", "The local cloud makes full exports, not incremental ones."
    at = data.get("ExportTime")
    if isinstance(at, int | float) and abs(time.time() - at) > _NOW:
        return (
            "InvalidExportTimeException",
            "The local cloud keeps no history of a table: leave ExportTime out to export it as it "
            "is now.",
        )
    return None


def _run(export: Export, table: Mapping[str, Any]) -> None:
    try:
        _write(export, table)
    except ServiceError as problem:
        code = f"S3{problem.code}"
        message = _NO_BUCKET if problem.code == "NoSuchBucket" else problem.message
        _end(export, "FAILED", FailureCode=code, FailureMessage=message)
    except Exception:
        logger.exception("export %s failed", export["ExportArn"])
        _end(export, "FAILED", FailureCode="UNKNOWN", FailureMessage="Internal Failure")
    finally:
        _running.discard(export["ExportArn"])


def _end(export: Export, status: str, **more: Any) -> None:
    export.update(more, ExportStatus=status, EndTime=time.time())


def _write(export: Export, table: Mapping[str, Any]) -> None:
    buckets = ServiceCalls().buckets
    bucket, prefix = export["S3Bucket"], export.get("S3Prefix") or ""
    top = f"{prefix.rstrip('/')}/AWSDynamoDB" if prefix else "AWSDynamoDB"
    folder = f"{top}/{export['ExportArn'].rpartition('/')[2]}"

    def put(name: str, content: bytes) -> None:
        buckets.put(bucket, f"{folder}/{name}", content, {})

    buckets.put(bucket, f"{top}/_started", b"", {})
    files, count, size = [], 0, int(table.get("TableSizeBytes") or 0)
    for number, content in _data_files(table["items"]):
        name = f"data/{secrets.token_hex(13)}.json.gz"
        put(name, content)
        count += number
        digest = hashlib.md5(content, usedforsecurity=False)
        files.append(
            {
                "itemCount": number,
                "md5Checksum": base64.b64encode(digest.digest()).decode(),
                "etag": digest.hexdigest(),
                "dataFileS3Key": f"{folder}/{name}",
            }
        )
    ended = time.time()
    summary = {
        "version": "2020-06-30",
        "exportArn": export["ExportArn"],
        "startTime": _text(export["StartTime"]),
        "endTime": _text(ended),
        "tableArn": export["TableArn"],
        "tableId": export["TableId"],
        "exportTime": _text(export["ExportTime"]),
        "s3Bucket": bucket,
        "s3Prefix": prefix or None,
        "s3SseAlgorithm": export.get("S3SseAlgorithm", "AES256"),
        "s3SseKmsKeyId": export.get("S3SseKmsKeyId"),
        "manifestFilesS3Key": f"{folder}/manifest-files.json",
        "billedSizeBytes": size,
        "itemCount": count,
        "outputFormat": "DYNAMODB_JSON",
        "exportType": "FULL_EXPORT",
    }
    lines = "".join(f"{json.dumps(each)}\n" for each in files)
    for name, text in (("manifest-files", lines), ("manifest-summary", json.dumps(summary))):
        content = text.encode()
        put(f"{name}.json", content)
        digest = hashlib.md5(content, usedforsecurity=False)
        put(f"{name}.md5", base64.b64encode(digest.digest()))
    manifest = f"{folder}/manifest-summary.json"
    _end(export, "COMPLETED", ItemCount=count, BilledSizeBytes=size, ExportManifest=manifest)


def _data_files(items: Mapping[str, Any]) -> Iterator[tuple[int, bytes]]:
    """Each file's items and content; one for a table without items."""
    lines = _lines(items)
    first = True
    while (part := list(islice(lines, _ITEMS_OF_A_FILE))) or first:
        yield len(part), gzip.compress("".join(part).encode())
        first = False


def _lines(items: Mapping[str, Any]) -> Iterable[str]:
    for pk in list(items):
        partition = items.get(pk, {})
        for sk in list(partition):
            item = partition.get(sk)
            if item is not None:
                yield json.dumps({"Item": item}, separators=(",", ":")) + "\n"


def _text(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
