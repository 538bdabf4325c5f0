"""Mappings of streams: ministack retries a failed batch for ever, whatever the mapping says.

Here they keep to its retries, record age, splits, windows and reported items, and one
whose function is slow or fails does not keep the others waiting.
"""

from __future__ import annotations

import base64
import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.localcloud.ministack.functions.batches import (
    Discarded,
    ShardReader,
    expired,
    first_failure,
    settings_of,
)
from workbench.localcloud.ministack.functions.destinations import deliver
from workbench.localcloud.ministack.functions.tumbling_windows import (
    Window,
    keep,
    length_of,
    open_window,
    state_of,
    window_of,
)

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Shard:
    """One shard of a stream: its records after ``at``, and where a mapping has read to."""

    identifier: str
    positions: Any
    key: str
    start: int
    waiting: Sequence[Record]


@dataclass(frozen=True, slots=True)
class _Reading:
    mapping: dict[str, Any]
    function: Record
    shard: _Shard
    reader: ShardReader


_readers: dict[tuple[str, str], ShardReader] = {}


def install() -> None:
    """Take the place of both pollers of streams."""
    from ministack.services import lambda_svc

    lambda_svc._poll_dynamodb_streams = lambda: _poll("dynamodb", _table_shards)
    lambda_svc._poll_kinesis = lambda: _poll("kinesis", _kinesis_shards)
    release = lambda_svc._release_esm_poll_state

    def release_readers(mapping: str) -> None:
        release(mapping)
        for key in [key for key in _readers if key[0] == mapping]:
            del _readers[key]

    lambda_svc._release_esm_poll_state = release_readers


def _poll(service: str, shards: Any) -> bool:
    """Hand over what is due; whether there was any."""
    from ministack.core.arn import ArnParseError, parse_arn
    from ministack.services import lambda_svc

    found = False
    for account, region, mapping in lambda_svc._iter_all_esms():
        tokens = lambda_svc._request_account_id.set(account), lambda_svc._request_region.set(region)
        try:
            source = parse_arn(mapping.get("EventSourceArn", ""))
            if source.service != service or not _is_enabled(mapping):
                continue
            function, _ = lambda_svc._get_func_record_for_qualifier(
                mapping["FunctionName"], mapping.get("Qualifier")
            )
            if function is not None:
                for shard in shards(mapping, source, function):
                    found = _read(mapping, function, shard) or found
        except ArnParseError:
            continue
        finally:
            lambda_svc._request_account_id.reset(tokens[0])
            lambda_svc._request_region.reset(tokens[1])
    return found


def _is_enabled(mapping: Mapping[str, Any]) -> bool:
    return str(mapping.get("Enabled", True)).lower() != "false"


def _table_shards(mapping: Mapping[str, Any], source: Any, _function: Any) -> Iterator[_Shard]:
    from ministack.services import dynamodb, lambda_svc

    if source.account_id != lambda_svc.get_account_id() or source.region != lambda_svc.get_region():
        return
    named = lambda_svc._dynamodb_stream_table_from_arn_spec(source)
    table = dynamodb._tables.get(named[0]) if named else None
    if not table or table.get("LatestStreamArn") != mapping["EventSourceArn"]:
        return
    name, positions = named[0], lambda_svc._dynamodb_stream_positions
    horizon = dynamodb.stream_start_position(name)
    with lambda_svc._dynamodb_stream_positions_lock:
        if mapping["UUID"] not in positions:
            from_start = mapping.get("StartingPosition") == "TRIM_HORIZON"
            positions[mapping["UUID"]] = (
                horizon if from_start else dynamodb.stream_end_position(name)
            )
        start = positions[mapping["UUID"]] = max(positions[mapping["UUID"]], horizon)
    waiting = dynamodb.stream_records_since(name, start, settings_of(mapping).size)
    yield _Shard(
        "shardId-00000000000000000000-00000000", positions, mapping["UUID"], start, waiting
    )


def _kinesis_shards(mapping: Mapping[str, Any], source: Any, function: Any) -> Iterator[_Shard]:
    from ministack.services import kinesis, lambda_svc

    arn = mapping["EventSourceArn"]
    name = lambda_svc._kinesis_stream_name_from_arn_spec(source)
    stream = name and kinesis._streams.get_scoped(source.account_id, source.region, name)
    if not stream or stream.get("StreamARN") != arn or stream["StreamStatus"] != "ACTIVE":
        return
    if source.region != lambda_svc.get_region() or (
        source.account_id != lambda_svc.get_account_id()
        and lambda_svc._cross_account_read_blocked(arn, function, mapping["FunctionName"])
    ):
        return
    is_new = mapping["UUID"] not in lambda_svc._kinesis_positions
    positions = lambda_svc._kinesis_positions.setdefault(mapping["UUID"], {})
    size = settings_of(mapping).size
    for identifier, shard in stream["shards"].items():
        records = shard["records"]
        if identifier not in positions:
            from_start = is_new and mapping.get("StartingPosition") == "TRIM_HORIZON"
            positions[identifier] = 0 if from_start else len(records)
        start = positions[identifier]
        waiting = [
            _kinesis_record(record, identifier, arn) for record in records[start : start + size]
        ]
        yield _Shard(identifier, positions, identifier, start, waiting)


def _kinesis_record(record: Record, shard: str, arn: str) -> Record:
    from ministack.services import lambda_svc

    data = record["Data"]
    if isinstance(data, str):
        data = data.encode()
        with contextlib.suppress(ValueError):
            data = base64.b64decode(data, validate=True)
    return {
        "kinesis": {
            "kinesisSchemaVersion": "1.0",
            "partitionKey": record["PartitionKey"],
            "sequenceNumber": record["SequenceNumber"],
            "data": base64.b64encode(data).decode(),
            "approximateArrivalTimestamp": record["ApproximateArrivalTimestamp"],
        },
        "eventSource": "aws:kinesis",
        "eventVersion": "1.0",
        "eventID": f"{shard}:{record['SequenceNumber']}",
        "eventName": "aws:kinesis:record",
        "invokeIdentityArn": f"arn:aws:iam::{lambda_svc.get_account_id()}:role/lambda-role",
        "awsRegion": lambda_svc.get_region(),
        "eventSourceARN": arn,
    }


def _read(mapping: dict[str, Any], function: Record, shard: _Shard) -> bool:
    """Start the shard's next batch, unless one runs or none is due."""
    from ministack.services import lambda_svc

    key = (mapping["UUID"], shard.identifier)
    if lambda_svc._esm_inflight.get(":".join(key), 0):
        return False
    reader = _readers.get(key)
    if reader is None or reader.at != shard.start:
        reader = _readers[key] = ShardReader(shard.start)
    reading = _Reading(mapping, function, shard, reader)
    settings, waiting, window = settings_of(mapping), len(shard.waiting), None
    if length := length_of(mapping):
        arrivals = [_arrival(record) for record in shard.waiting]
        window = open_window(mapping, shard.identifier)
        if window is None and arrivals:
            window = window_of(arrivals[0], length)
        if window:
            waiting = window.count(arrivals)
            is_over = waiting < len(arrivals) or time.time() >= window.end
            if (not waiting and is_over) or window.is_too_large:
                return _end_window(reading, window)
            if is_over:
                settings = replace(settings, window=0)
    count = reader.take(waiting, settings, time.monotonic())
    if not count:
        return False
    batch = list(shard.waiting[:count])
    lambda_svc._dispatch_esm_batch(":".join(key), _run, reading, batch, window)
    return True


def _end_window(reading: _Reading, window: Window) -> bool:
    """Start the window's last invocation, unless a failed one waits to be tried again."""
    from ministack.services import lambda_svc

    mapping, reader, shard = reading.mapping, reading.reader, reading.shard.identifier
    if time.monotonic() < reader.not_before:
        return False

    def run() -> None:
        event = window.event([], shard, mapping["EventSourceArn"], is_last=True)
        result = lambda_svc._execute_function(reading.function, event)
        if not result.get("error") or reader.failed_again(settings_of(mapping), time.monotonic()):
            reader.succeeded(0)
            keep(mapping, shard, None)

    lambda_svc._dispatch_esm_batch(f"{mapping['UUID']}:{shard}", run)
    return True


def _run(reading: _Reading, batch: list[Record], window: Window | None = None) -> None:
    from ministack.services import lambda_svc

    mapping, reader = reading.mapping, reading.reader
    settings, now = settings_of(mapping), time.time()
    too_old = expired([now - _arrival(record) for record in batch], settings)
    if too_old:
        _discard(reading, batch[:too_old], Discarded.AGE, {})
        reader.succeeded(too_old)
        _move(reading)
        return
    matching = lambda_svc._apply_filter_criteria(batch, mapping)
    result: Record = {}
    if matching:
        shard, stream = reading.shard.identifier, mapping["EventSourceArn"]
        event = (
            window.event(matching, shard, stream, is_last=False)
            if window
            else {"Records": matching}
        )
        result = lambda_svc._execute_function(reading.function, event)
        if window and not result.get("error"):
            keep(mapping, shard, replace(window, state=state_of(result.get("body"))))
    failed_at: int | None = 0 if result.get("error") else None
    if matching and failed_at is None and settings.reports_items:
        failed_at = first_failure(result.get("body"), [_sequence(record) for record in batch])
    if failed_at is None:
        reader.succeeded(len(batch))
        mapping["LastProcessingResult"] = "OK"
    else:
        mapping["LastProcessingResult"] = "PROBLEM: Function call failed"
        if reader.failed(len(batch), settings, time.monotonic(), failed_at):
            rest = batch[failed_at:]
            _discard(reading, rest, Discarded.ATTEMPTS, result)
            reader.succeeded(len(rest))
    _move(reading)


def _move(reading: _Reading) -> None:
    from ministack.services import lambda_svc

    if reading.mapping["UUID"] in lambda_svc._esms:  # it was not deleted meanwhile
        reading.shard.positions[reading.shard.key] = reading.reader.at


def _arrival(record: Record) -> float:
    if "kinesis" in record:
        return float(record["kinesis"]["approximateArrivalTimestamp"])
    return float((record.get("dynamodb") or {}).get("ApproximateCreationDateTime") or time.time())


def _sequence(record: Record) -> str:
    if "kinesis" in record:
        return str(record["kinesis"]["sequenceNumber"])
    return str((record.get("dynamodb") or {}).get("SequenceNumber", ""))


def _discard(
    reading: _Reading, records: Sequence[Record], why: Discarded, result: Mapping[str, Any]
) -> None:
    """Give records up; the mapping's destination is told which."""
    from ministack.services import lambda_svc

    mapping, config = reading.mapping, reading.function.get("config") or reading.function
    target = ((mapping.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if not target:
        return
    first, last = records[0], records[-1]
    source = "KinesisBatchInfo" if "kinesis" in first else "DDBStreamBatchInfo"
    told = {
        "requestContext": {
            "requestId": lambda_svc.new_uuid(),
            "functionArn": config.get("FunctionArn", ""),
            "condition": why.value,
            "approximateInvokeCount": reading.reader.attempts,
        },
        "responseContext": {
            "statusCode": 200,
            "executedVersion": config.get("Version", "$LATEST"),
            "functionError": "Unhandled" if result.get("error") else None,
        },
        "version": "1.0",
        "timestamp": _time(time.time()),
        source: {
            "shardId": reading.shard.identifier,
            "startSequenceNumber": _sequence(first),
            "endSequenceNumber": _sequence(last),
            "approximateArrivalOfFirstRecord": _time(_arrival(first)),
            "approximateArrivalOfLastRecord": _time(_arrival(last)),
            "batchSize": len(records),
            "streamArn": mapping["EventSourceArn"],
        },
    }
    folder = f"{mapping['UUID']}/{reading.shard.identifier}"
    deliver(target, told, folder=folder, result="Failure")


def _time(seconds: float) -> str:
    milliseconds = int(seconds * 1000) % 1000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{milliseconds:03d}Z"
