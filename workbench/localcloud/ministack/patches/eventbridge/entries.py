"""PutEvents: ministack sends entries without a detail on, and at the hour of its own clock.

An entry needs a source, a type and a detail that is an object; it keeps the time it was given.
TestEventPattern takes an event's detail as it stands.
Sources: docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html and
API_TestEventPattern.html.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from typing import Any

Answer = tuple[int, dict[str, str], Any]
Entry = Mapping[str, Any]
_NEEDED = ("Source", "DetailType", "Detail")
_MOST_ENTRIES = 10

_given_time: ContextVar[list[float] | None] = ContextVar("given_time", default=None)


def install() -> None:
    """Check each entry, and give events the time of their entries."""
    from ministack.services import eventbridge

    now, from_payload = eventbridge._now_ts, eventbridge._event_from_test_payload

    def now_or_given() -> float:
        given = _given_time.get()
        found: float = given.pop() if given else now()
        return found

    def event_from_test_payload(event: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = from_payload(event)
        detail = event.get("detail", event.get("Detail"))
        if isinstance(detail, str):
            found["Detail"] = json.dumps(detail)
        return found

    eventbridge._now_ts = now_or_given
    eventbridge._event_from_test_payload = event_from_test_payload
    eventbridge._put_events = _checked(eventbridge._put_events)
    eventbridge._test_event_pattern = _of_an_event(eventbridge._test_event_pattern)


def _checked(put: Callable[..., Answer]) -> Callable[..., Answer]:
    def put_events(data: Mapping[str, Any], **named: Any) -> Answer:
        from ministack.services import eventbridge

        entries: Sequence[Entry] = data.get("Entries") or ()
        plain = all(_refusal(entry) is None and not entry.get("Time") for entry in entries)
        if named or plain or len(entries) > _MOST_ENTRIES:
            return put(data, **named)
        results: list[Any] = []
        for entry in entries:
            refused = _refusal(entry)
            if refused is not None:
                results.append({"ErrorCode": refused[0], "ErrorMessage": refused[1]})
                continue
            given = entry.get("Time")
            token = _given_time.set([float(given)] if isinstance(given, (int, float)) else None)
            try:
                answer = put({**data, "Entries": [entry]})
            finally:
                _given_time.reset(token)
            if answer[0] != 200:
                return answer
            results += json.loads(answer[2])["Entries"]
        failed = sum("ErrorCode" in each for each in results)
        done: Answer = eventbridge.json_response({"FailedEntryCount": failed, "Entries": results})
        return done

    return put_events


def _refusal(entry: Entry) -> tuple[str, str] | None:
    for name in _NEEDED:
        if not entry.get(name):
            reason = f"Reason: {name} is a required argument."
            return "InvalidArgument", f"Parameter {name} is not valid. {reason}"
    try:
        detail = json.loads(entry["Detail"])
    except (TypeError, ValueError):
        detail = None
    return None if isinstance(detail, dict) else ("MalformedDetail", "Detail is malformed.")


def _of_an_event(test: Callable[[Any], Answer]) -> Callable[[Mapping[str, Any]], Answer]:
    def test_event_pattern(data: Mapping[str, Any]) -> Answer:
        from ministack.services import eventbridge

        try:
            event = json.loads(data.get("Event") or "")
        except ValueError:
            event = None
        if isinstance(event, dict):
            return test(data)
        said = "Parameter Event is not valid."
        refused: Answer = eventbridge.error_response_json("ValidationException", said, 400)
        return refused

    return test_event_pattern
