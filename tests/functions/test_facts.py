"""All that is known of a function, its sources switched, its schedules run: on a local cloud."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.functions.fact_backend import DAILY, FactBackend
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget
from workbench.cli.commands.functions.show import _document
from workbench.functions.event_sources import switch_source
from workbench.functions.fact_words import sections
from workbench.functions.facts import FunctionFacts
from workbench.functions.past_invocations import past_invocations
from workbench.functions.schedules import event_text, run_now, switch_schedule

pytestmark = pytest.mark.cloud


def shown(facts: FunctionFacts) -> str:
    found = sections(facts, datetime.now().astimezone())
    return "\n".join(f"{section.title}: {line.text}" for section in found for line in section.lines)


def test_everything_is_shown_switched_and_run(local_cloud: LocalTarget, tmp_path: Path) -> None:
    backend = FactBackend(Clients(local_cloud), tmp_path)
    backend.send(backend.dead)
    facts = backend.facts()
    text = shown(facts)
    assert facts.notes == ()
    assert (
        "queue f-jobs, disabled, batches of 5, 0 messages waiting, dead letters in f-dead: 1"
        in text
    )
    assert "schedule cron(0 9 * * ? *), next " in text
    assert "schedule rate(7 days), next " in text
    assert "May: may read and write table Chat" in text
    assert "invoke, write and call sqs:* on any resource (not only of this backend)" in text
    assert "Variables: API_TOKEN = •••" in text
    assert "Variables: COLOUR = green" in text
    assert "1 file, 70 bytes" in text
    assert "t0p" not in json.dumps(_document(facts))

    (source,) = facts.sources
    assert switch_source(backend.opened, source, on=True) == "Enabled"
    daily, weekly = facts.schedules
    for schedule in (daily, weekly):
        switch_schedule(backend.opened, schedule, on=False)
    changed = backend.facts()
    assert changed.sources[0].is_on
    assert [(each.is_on, each.next) for each in changed.schedules] == [(False, None)] * 2
    kept = backend.clients.client("scheduler").get_schedule(Name="f-weekly")
    assert (kept["Description"], kept["Target"]["Arn"]) == ("kept", backend.arn)

    run_now(backend.opened, backend.function, daily)
    deadline = time.monotonic() + 30
    while not (past := past_invocations(backend.opened, backend.function)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert json.loads(past[0].event) == DAILY
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    weekly_event = event_text(backend.opened, backend.function, weekly, at)
    assert json.loads(weekly_event) == {"at": "2026-03-02T09:00:00Z"}
