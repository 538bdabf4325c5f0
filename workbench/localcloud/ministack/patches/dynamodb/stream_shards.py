"""Streams: ministack's shards have no first number, and its records no size.

A reader may begin at any number of the shard, whether or not a record has it. Numbers, limits and
view types are checked.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]
Request = Mapping[str, Any]

_DETECTED = "1 validation error detected: "
_FROM_NUMBER = ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")
_VIEWS = ("NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY")


def install() -> None:
    """Give shards their range, and read from any number of it."""
    from ministack.services import dynamodb
    from ministack.services import dynamodb_streams as streams

    refused = streams.error_response_json
    describe, iterate = streams._describe_stream, streams._get_shard_iterator
    listing, read = streams._list_streams, streams._get_records
    record, update = dynamodb._build_change_record, dynamodb._update_table

    def invalid(message: str) -> Reply:
        reply: Reply = refused("ValidationException", message, 400)
        return reply

    def bounded(handle: Callable[[Request], Reply], most: int) -> Callable[[Request], Reply]:
        def handled(data: Request) -> Reply:
            limit = data.get("Limit")
            if limit is None or 1 <= limit <= most:
                return handle(data)
            bound = "greater than or equal to 1" if limit < 1 else f"less than or equal to {most}"
            return invalid(
                f"{_DETECTED}Value '{limit}' at 'limit' failed to satisfy constraint: Member must "
                f"have value {bound}"
            )

        return handled

    def described(data: Request) -> Reply:
        status, headers, body = describe(data)
        if status != 200:
            return status, headers, body
        answer = json.loads(body)
        description = answer["StreamDescription"]
        for shard in description["Shards"]:
            shard["SequenceNumberRange"].setdefault(
                "StartingSequenceNumber", first_number(description["CreationRequestDateTime"])
            )
        reply: Reply = streams.json_response(answer)
        return reply

    def iterator(data: Request) -> Reply:
        kind, number = data.get("ShardIteratorType"), data.get("SequenceNumber")
        if kind in _FROM_NUMBER and number is not None:
            if not str(number).isdecimal():
                return invalid(
                    f"{_DETECTED}Value '{number}' at 'sequenceNumber' failed to satisfy "
                    "constraint: Member must satisfy regular expression pattern: [0-9]+"
                )
            return from_number(data, int(number), after=kind == "AFTER_SEQUENCE_NUMBER")
        if kind not in _FROM_NUMBER and number is not None:
            return invalid(
                f"SequenceNumber parameter is not allowed for ShardIteratorType of {kind}"
            )
        reply: Reply = iterate(data)
        return reply

    def from_number(data: Request, number: int, *, after: bool) -> Reply:
        """An iterator at the horizon, moved over the records before the number."""
        at_horizon = {key: value for key, value in data.items() if key != "SequenceNumber"}
        status, headers, body = iterate({**at_horizon, "ShardIteratorType": "TRIM_HORIZON"})
        if status != 200:
            return status, headers, body
        place = streams._decode_iterator(json.loads(body)["ShardIterator"])
        arn, name = place["arn"], place["t"]
        closed = dynamodb.closed_stream(arn)
        held = closed["records"] if closed else streams._records_for(place["a"], place["r"], name)
        numbers = [int(each["dynamodb"]["SequenceNumber"]) for each in held]
        passed = sum(each <= number if after else each < number for each in numbers)
        moved = streams._encode_iterator(
            name,
            place["s"],
            place["p"] + passed,
            account_id=place["a"],
            region=place["r"],
            stream_arn=arn,
        )
        reply: Reply = streams.json_response({"ShardIterator": moved})
        return reply

    def records(data: Request) -> Reply:
        status, headers, body = read(data)
        if status != 200 or b'"userIdentity"' not in body:
            return status, headers, body
        answer = json.loads(body)
        for each in answer["Records"]:
            identity = each.get("userIdentity")
            if identity:
                # As the API spells it; functions get the other spelling.
                each["userIdentity"] = {
                    "PrincipalId": identity["principalId"],
                    "Type": identity["type"],
                }
        reply: Reply = streams.json_response(answer)
        return reply

    def sized(*given: Any, **options: Any) -> Any:
        made = record(*given, **options)
        change = made["dynamodb"]
        change["SizeBytes"] = sum(
            int(dynamodb._item_size_bytes(change[part]))
            for part in ("Keys", "OldImage", "NewImage")
            if part in change
        )
        return made

    def updated(data: Request) -> Reply:
        asked = data.get("StreamSpecification")
        name = dynamodb._normalize_table_name(data.get("TableName"))
        table = dynamodb._tables.get(name) if isinstance(name, str) else None
        wrong = _refusal(name, table, asked) if table and isinstance(asked, Mapping) else None
        if wrong:
            return invalid(wrong)
        reply: Reply = update(data)
        return reply

    streams._describe_stream, streams._get_shard_iterator = described, iterator
    streams._list_streams, streams._get_records = bounded(listing, 100), bounded(records, 1000)
    dynamodb._build_change_record, dynamodb._update_table = sized, updated


def first_number(created: float) -> str:
    """The number with which a stream begins; those of its records are greater."""
    return f"{int(created * 1000):020d}{0:010d}"


def _refusal(name: str, table: Mapping[str, Any], asked: Mapping[str, Any]) -> str | None:
    view = asked.get("StreamViewType")
    if view is not None and view not in _VIEWS:
        return (
            f"{_DETECTED}Value '{view}' at 'streamSpecification.streamViewType' failed to satisfy "
            f"constraint: Member must satisfy enum value set: [{', '.join(_VIEWS)}]"
        )
    enabled = bool((table.get("StreamSpecification") or {}).get("StreamEnabled"))
    if enabled and asked.get("StreamEnabled"):
        return f"Table already has an enabled stream: TableName: {name}"
    if not enabled and asked.get("StreamEnabled") is False:
        return f"Table has no stream to disable: TableName: {name}"
    return None
