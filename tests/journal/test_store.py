from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from workbench.journal.codec import decode, encode
from workbench.journal.store import Journal
from workbench.journal.writer import KEEP_EVENTS_OF, KEEP_LOGS_OF, LOG_LINES_A_DEPLOYMENT
from workbench.model.deployment import (
    DeploymentResult,
    Diff,
    Effect,
    Failure,
    LiveResource,
    Method,
    PropertyChange,
    ResourceChange,
)
from workbench.model.events import (
    AnyEvent,
    DeploymentFinished,
    DeploymentStarted,
    DiffComputed,
    Level,
    LogLine,
    PlanMade,
    ResourcesListed,
    Stage,
    StageFinished,
    Trigger,
)


def deployment(number: int, *, log_lines: int = 1) -> list[AnyEvent]:
    change = ResourceChange(
        stack=("data",),
        logical_id="Table",
        construct_path="data/Table",
        type="AWS::DynamoDB::Table",
        effect=Effect.REPLACE,
        properties=(PropertyChange("KeySchema", "a", "b", replaces=True),),
        holds_data=True,
    )
    failure = Failure("It broke", "why", "mend it", details=("one", "two"))
    return [
        DeploymentStarted(at=1.0, deployment=number, trigger=Trigger("save", ("amplify/a.ts",))),
        *(line(f"line {index}", number) for index in range(log_lines)),
        StageFinished(at=2.0, deployment=number, stage=Stage.SYNTH, seconds=0.5, ok=True),
        DiffComputed(at=2.1, deployment=number, diff=Diff((change,), ("hash",), ("out",))),
        PlanMade(at=2.2, deployment=number, method=Method.HOTSWAP, steps=("swap",)),
        DeploymentFinished(
            at=3.0,
            deployment=number,
            result=DeploymentResult.FAILED,
            seconds=2.0,
            failure=failure,
        ),
    ]


def line(text: str, number: int | None = None) -> LogLine:
    return LogLine(at=1.5, deployment=number, level=Level.INFO, source="synth", text=text)


def written(path: Path, events: list[AnyEvent]) -> Journal:
    journal = Journal(path)
    for event in events:
        journal.append(event)
    assert journal.flush()
    return journal


@pytest.mark.parametrize("event", deployment(1), ids=lambda event: event.kind)
def test_events_survive_the_codec(event: AnyEvent) -> None:
    assert decode(encode(event)) == event


def test_history_tells_what_happened(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite3", [*deployment(1), *deployment(2)])
    records = journal.deployments()
    assert [record.number for record in records] == [2, 1]
    assert [r.number for r in journal.deployments(before=2)] == [1]
    record = records[0]
    assert record.trigger == Trigger("save", ("amplify/a.ts",))
    assert record.result is DeploymentResult.FAILED
    assert record.failure == Failure("It broke", "why", "mend it", details=("one", "two"))
    assert (str(record.summary), record.method) == ("±1", Method.HOTSWAP)
    assert [(timing.stage, timing.seconds) for timing in record.stages] == [("synth", 0.5)]
    assert record.seconds == 2.0
    assert list(journal.events_of(2)) == deployment(2)
    assert journal.next_number() == 3


def test_a_new_reader_sees_what_another_process_wrote(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    written(path, deployment(1)).close()
    reader = Journal(path)
    assert list(reader.events_of(1)) == deployment(1)
    listed = ResourcesListed(
        at=4.0,
        stack_name="s",
        resources=(LiveResource((), "A", "a", "T", "CREATE_COMPLETE", "p"),),
    )
    written(path, [listed]).close()
    assert reader.latest_resources() == listed


def test_a_missing_journal_is_an_empty_history(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "none" / "j.sqlite3")
    assert journal.deployments() == ()
    assert journal.latest_resources() is None
    assert journal.next_number() == 1


def test_followers_get_each_event_once(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite3", deployment(1))
    position, events = journal.events_after(0)
    assert list(events) == deployment(1)
    journal.append(line("later"))
    journal.flush()
    position, events = journal.events_after(position)
    assert list(events) == [line("later")]
    assert journal.events_after(position) == (position, ())


def test_a_killed_writer_leaves_a_readable_journal(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    code = f"""
import os, signal, time
from pathlib import Path
from workbench.model.events import DeploymentStarted, Trigger
from workbench.journal.store import Journal
journal = Journal(Path({str(path)!r}))
journal.append(DeploymentStarted(at=1.0, deployment=4, trigger=Trigger("start")))
journal.flush()
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=30)
    assert ended.returncode == -9
    journal = Journal(path)
    assert [record.number for record in journal.unfinished()] == [4]
    assert journal.next_number() == 5


def test_a_full_disk_is_said_once_and_writing_resumes(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    # The kernel refuses to let this process's files grow beyond a limit, as a full disk would.
    code = f"""
import resource, signal, sys, time
from pathlib import Path
from workbench.model.events import DeploymentStarted, Level, LogLine, Trigger
from workbench.journal.store import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
said = []
journal = Journal(Path({str(path)!r}), said.append)
journal.append(DeploymentStarted(at=1.0, deployment=1, trigger=Trigger("start")))
assert journal.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
for number in range(2000):
    text = "x" * 1000
    journal.append(
        LogLine(at=1.0, deployment=1, level=Level.INFO, source="s", text=f"{{number}} {{text}}")
    )
assert not journal.flush(3.0)
assert len(said) == 1, said
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
deadline = time.monotonic() + 20
while len(journal.events_of(1)) < 2001 and time.monotonic() < deadline:
    time.sleep(0.1)
assert len(journal.events_of(1)) == 2001, len(journal.events_of(1))
assert len(said) == 1
"""
    ended = subprocess.run(
        [sys.executable, "-c", code], check=False, timeout=60, capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stderr


def test_a_damaged_journal_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite3"
    path.write_bytes(b"this is no database" * 100)
    said: list[str] = []
    journal = Journal(path, said.append)
    journal.append(deployment(1)[0])
    deadline = time.monotonic() + 10
    while journal.next_number() != 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    journal.close()
    assert journal.next_number() == 2
    assert len(said) == 1
    assert list(tmp_path.glob("damaged-*-j.sqlite3"))


def test_old_log_lines_go_and_deployments_stay(tmp_path: Path) -> None:
    events = [event for number in range(1, KEEP_LOGS_OF + 3) for event in deployment(number)]
    journal = written(tmp_path / "j.sqlite3", events)
    kinds = {event.kind for event in journal.events_of(1)}
    assert "log" not in kinds
    assert "deployment-started" in kinds
    assert any(event.kind == "log" for event in journal.events_of(10))
    assert journal.deployment(1) is not None


def test_a_flood_is_bounded_and_does_not_block(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "j.sqlite3")
    journal.append(deployment(1)[0])
    count = LOG_LINES_A_DEPLOYMENT + 500
    for number in range(count):
        journal.append(line(f"line {number}", 1))
    assert journal.flush(30)
    with sqlite3.connect(tmp_path / "j.sqlite3") as connection:
        kept = connection.execute("SELECT count(*) FROM events WHERE kind='log'").fetchone()[0]
    assert kept == LOG_LINES_A_DEPLOYMENT + 1
    assert "keeps no more" in journal.events_of(1)[-1].text  # type: ignore[union-attr]


def test_only_the_last_thousand_deployments_can_be_looked_into(tmp_path: Path) -> None:
    journal = written(tmp_path / "j.sqlite3", deployment(1))
    assert journal.events_of(1)
    later = written(tmp_path / "j.sqlite3", deployment(KEEP_EVENTS_OF + 1))
    assert not later.events_of(1)
    assert later.deployment(1) is not None
