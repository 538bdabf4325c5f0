"""A function's event source mappings as they are now, what waits in their queues, dead letters.

They are read from Lambda, not from the stacks: one that was made by hand is there, too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions, ask

_SECONDS: Final = 120
"""How long a mapping may take to turn on or off."""
_MOVING: Final = ("Creating", "Enabling", "Disabling", "Updating")

_Found = TypeVar("_Found")
Note = Callable[[FunctionsProblem], None]
"""Is told what could not be read; the rest is."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue with the numbers of its messages, None where they may not be read."""

    arn: str
    waiting: int | None = None
    in_flight: int | None = None

    @property
    def name(self) -> str:
        """Its name."""
        return self.arn.rpartition(":")[2]


@dataclass(frozen=True, slots=True)
class EventSource:
    """One mapping; ``queue`` where it reads one, ``dead_letters`` where failed records go.

    ``state`` is Lambda's word (``Enabled``, ``Disabling``, …), ``last`` what became of its last
    batch, ``reason`` why its state is what it is.
    """

    uuid: str
    arn: str
    state: str
    last: str
    reason: str
    batch: int
    window: int
    is_filtered: bool
    queue: Queue | None = None
    dead_letters: Queue | None = None

    @property
    def is_on(self) -> bool:
        """Whether it reads, or is about to."""
        return self.state not in ("Disabled", "Disabling", "Deleting")

    @property
    def name(self) -> str:
        """What it reads: a queue's or table's name, a stream's, a topic's."""
        tail = ":".join(self.arn.split(":")[5:]) or self.arn
        table = tail.partition("/stream/")[0]
        return table.removeprefix("table/").removeprefix("stream/")


def event_sources(
    opened: OpenedFunctions, function: BackendFunction, note: Note
) -> tuple[EventSource, ...]:
    """The function's mappings; blocks. What could not be read is noted."""
    pages = opened.clients.lambda_.get_paginator("list_event_source_mappings")

    def read() -> list[Any]:
        answers = pages.paginate(FunctionName=function.function)
        return [mapping for page in answers for mapping in page["EventSourceMappings"]]

    found: list[Any] = _noted(note, read, [])
    return tuple(_with_queues(opened, mapping, note) for mapping in found)


def function_dead_letters(
    opened: OpenedFunctions, function: BackendFunction, dead_letter_target: str, note: Note
) -> tuple[Queue, ...]:
    """Where events of asynchronous invocations go when they fail: its queue, its destination."""
    client = opened.clients.lambda_

    def destination() -> str:
        try:
            config: Any = client.get_function_event_invoke_config(FunctionName=function.function)
        except client.exceptions.ResourceNotFoundException:
            return ""
        failed = config.get("DestinationConfig", {}).get("OnFailure", {})
        return str(failed.get("Destination") or "")

    arns = dict.fromkeys(filter(None, (dead_letter_target, _noted(note, destination, ""))))
    return tuple(queue_of(opened, arn, note) for arn in arns)


def queue_of(opened: OpenedFunctions, arn: str, note: Note) -> Queue:
    """A target with its numbers, if it is a queue."""
    return _numbered(arn, _attributes(opened, arn, note))


def switch_source(
    opened: OpenedFunctions, source: EventSource, *, on: bool, pause: float = 0.5
) -> str:
    """Turn a mapping on or off, and wait until Lambda has; returns its state. Blocks.

    Raises FunctionsProblem.
    """
    client = opened.clients.lambda_
    answer: Any = ask(lambda: client.update_event_source_mapping(UUID=source.uuid, Enabled=on))
    state = str(answer.get("State") or "")
    ends = time.monotonic() + _SECONDS
    while state in _MOVING:
        if time.monotonic() > ends:
            raise FunctionsProblem(
                f"{source.name} is still {state.lower()}.", "Look again in a minute."
            )
        time.sleep(pause)
        answer = ask(lambda: client.get_event_source_mapping(UUID=source.uuid))
        state = str(answer.get("State") or "")
    return state


# -- reading --------------------------------------------------------------------------------------


def _with_queues(opened: OpenedFunctions, mapping: Any, note: Note) -> EventSource:
    arn = str(mapping.get("EventSourceArn") or "")
    failed = mapping.get("DestinationConfig", {}).get("OnFailure", {})
    dead = str(failed.get("Destination") or "")
    queue = None
    if ":sqs:" in arn:
        attributes = _attributes(opened, arn, note)
        queue = _numbered(arn, attributes)
        dead = _redriven_to(attributes) or dead
    return EventSource(
        uuid=str(mapping["UUID"]),
        arn=arn or ", ".join(mapping.get("Topics") or ()),
        state=str(mapping.get("State") or ""),
        last=str(mapping.get("LastProcessingResult") or ""),
        reason=str(mapping.get("StateTransitionReason") or ""),
        batch=int(mapping.get("BatchSize") or 0),
        window=int(mapping.get("MaximumBatchingWindowInSeconds") or 0),
        is_filtered=bool(mapping.get("FilterCriteria", {}).get("Filters")),
        queue=queue,
        dead_letters=queue_of(opened, dead, note) if dead else None,
    )


def _redriven_to(attributes: dict[str, str]) -> str:
    try:
        return str(json.loads(attributes.get("RedrivePolicy") or "{}")["deadLetterTargetArn"])
    except (ValueError, KeyError, TypeError):
        return ""


def _attributes(opened: OpenedFunctions, arn: str, note: Note) -> dict[str, str]:
    """A queue's attributes; empty for what is no queue, or may not be read."""
    if ":sqs:" not in arn:
        return {}
    *_, account, name = arn.split(":")
    sqs = opened.clients.client("sqs")

    def read() -> dict[str, str]:
        url = sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)["QueueUrl"]
        found = sqs.get_queue_attributes(
            QueueUrl=url,
            AttributeNames=[
                "ApproximateNumberOfMessages",
                "ApproximateNumberOfMessagesNotVisible",
                "RedrivePolicy",
            ],
        )
        return dict(found.get("Attributes") or {})

    return _noted(note, read, {}, "SQS")


def _numbered(arn: str, attributes: dict[str, str]) -> Queue:
    def number(name: str) -> int | None:
        found = attributes.get(name)
        return int(found) if found is not None else None

    return Queue(
        arn,
        number("ApproximateNumberOfMessages"),
        number("ApproximateNumberOfMessagesNotVisible"),
    )


def _noted(note: Note, read: Callable[[], _Found], otherwise: _Found, of: str = "Lambda") -> _Found:
    try:
        return ask(read, of)
    except FunctionsProblem as problem:
        note(problem)
        return otherwise
