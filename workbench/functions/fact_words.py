"""What is known of a function as sections of short lines, for a terminal and for the pane. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from workbench.functions.event_sources import EventSource, Queue
from workbench.functions.facts import FunctionFacts
from workbench.functions.next_runs import rate_seconds
from workbench.functions.schedules import Schedule
from workbench.functions.statistics_words import hour_words, last_run_words
from workbench.wording import plural

_FILES: Final = 40
"""Files of a bundle that are listed, the largest first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``source`` is the mapping or schedule that it is of, ``is_off`` where that is off.

    ``copy`` is what is worth copying of it. ``warns`` where one should look twice.
    """

    text: str
    copy: str = ""
    source: EventSource | Schedule | None = None
    warns: bool = False
    is_off: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines."""

    title: str
    lines: tuple[Line, ...]


def sections(facts: FunctionFacts, now: datetime) -> tuple[Section, ...]:
    """All of them, also those without anything, which say so."""
    found = [
        Section("Function", tuple(_function(facts))),
        Section("Last hour", tuple(_hour(facts, now))),
        Section("Started by", tuple(_started_by(facts, now))),
        Section("May", tuple(_grants(facts))),
        Section("Variables", tuple(_variables(facts))),
        Section("Code", tuple(_code(facts))),
    ]
    if facts.notes:
        found.append(Section("Not read", tuple(Line(note, warns=True) for note in facts.notes)))
    return tuple(found)


def source_words(source: EventSource) -> str:
    """A mapping: what it reads, whether it does, what became of its last batch, what waits."""
    kind = "queue" if ":sqs:" in source.arn else "stream"
    words = [f"{kind} {source.name}", source.state.lower(), f"batches of {source.batch}"]
    if source.window:
        words.append(f"collected for up to {plural(source.window, 'second')}")
    words += ["filtered"] if source.is_filtered else []
    if source.last and source.last != "No records processed":
        words.append(f"last batch: {source.last}")
    if source.queue is not None and source.queue.waiting is not None:
        words.append(f"{plural(source.queue.waiting, 'message')} waiting")
    if source.dead_letters is not None:
        words.append(dead_letter_words(source.dead_letters))
    if source.reason and not source.reason.startswith("USER_INITIATED"):
        words.append(source.reason)
    return ", ".join(words)


def dead_letter_words(queue: Queue) -> str:
    """``dead letters in failed: 3``."""
    count = "" if queue.waiting is None else f": {queue.waiting:,}"
    return f"dead letters in {queue.name}{count}"


def schedule_words(schedule: Schedule, now: datetime) -> str:
    """A schedule: when, whether it is on, when next."""
    zone = "" if schedule.zone == "UTC" else schedule.zone
    words = " ".join(filter(None, ("schedule", schedule.expression, zone)))
    return f"{words}, {'' if schedule.is_on else 'disabled'}{_due(schedule, now)}"


def _due(schedule: Schedule, now: datetime) -> str:
    if not schedule.is_on:
        return ""
    if schedule.next is not None:
        return f"next {schedule.next.astimezone(now.tzinfo):%a %b %d %Y %H:%M}"
    return "enabled" if rate_seconds(schedule.expression) else "never again"


# -- sections -------------------------------------------------------------------------------------


def _function(facts: FunctionFacts) -> Iterator[Line]:
    function = facts.function
    given = {
        "function": function.function,
        "runtime": " ".join(filter(None, (function.runtime, facts.runtime_version[:12]))),
        "handler": function.handler,
        "memory": f"{function.memory} MB",
        "timeout": plural(function.timeout, "second"),
        "log group": function.log_group,
        "construct": function.construct_path,
        "changed": facts.modified[:19].replace("T", " "),
    }
    for name, value in given.items():
        yield Line(f"{name:<10} {value}", value)


def _hour(facts: FunctionFacts, now: datetime) -> Iterator[Line]:
    if facts.statistics is None:
        yield Line("not invoked yet, or not known")
        return
    yield Line(hour_words(facts.statistics))
    last = last_run_words(facts.statistics.last_run, now.replace(tzinfo=None))
    if last:
        yield Line(f"last run   {last}")


def _started_by(facts: FunctionFacts, now: datetime) -> Iterator[Line]:
    for start in facts.starts:
        yield Line(" ".join(filter(None, (start.kind.value, start.what, start.detail))), start.what)
    for source in facts.sources:
        failed = source.last.startswith("PROBLEM") or bool(
            source.dead_letters and source.dead_letters.waiting
        )
        yield Line(source_words(source), source.arn, source, failed, not source.is_on)
    for schedule in facts.schedules:
        words = schedule_words(schedule, now)
        yield Line(words, schedule.name, schedule, is_off=not schedule.is_on)
    for queue in facts.dead_letters:
        yield Line(
            f"asynchronous: {dead_letter_words(queue)}", queue.arn, warns=bool(queue.waiting)
        )
    if not (facts.starts or facts.sources or facts.schedules):
        yield Line("nothing in this backend: invoke it")


def _grants(facts: FunctionFacts) -> Iterator[Line]:
    for grant in facts.grants.grants:
        wide = " (not only of this backend)" if grant.is_wide else ""
        yield Line(f"{grant.text}{wide}", grant.resource, warns=grant.is_wide)
    if facts.grants.boundary:
        yield Line(
            f"within the permissions boundary {facts.grants.boundary}", facts.grants.boundary
        )
    if not facts.grants.grants:
        yield Line("nothing that is known")


def _variables(facts: FunctionFacts) -> Iterator[Line]:
    for each in facts.variables:
        value = each.value
        if each.path:
            kind = "secret at" if each.is_secret else "read when it starts:"
            value = f"{kind} {each.path}"
        yield Line(f"{each.name} = {value}", each.path or each.value)
    if not facts.variables:
        yield Line("none")


def _code(facts: FunctionFacts) -> Iterator[Line]:
    packed = f"{_size(facts.packed_size)} packed"
    if facts.bundle is None:
        yield Line(packed)
        return
    sizes = facts.bundle.sizes
    yield Line(f"{plural(len(sizes), 'file')}, {_size(facts.bundle.size)}, {packed}")
    largest = sorted(sizes.items(), key=lambda each: (-each[1], each[0]))
    for name, size in largest[:_FILES]:
        yield Line(f"{_size(size):>9}  {name}", name)
    if len(largest) > _FILES:
        yield Line(f"{plural(len(largest) - _FILES, 'smaller file')} more")


def _size(size: int) -> str:
    if size < 1024:
        return plural(size, "byte")
    return f"{size / 1024:,.1f} KB" if size < 1024**2 else f"{size / 1024**2:,.1f} MB"
