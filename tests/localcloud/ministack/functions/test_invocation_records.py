from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.ministack.functions.conftest import NODE, Functions
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import OpenedFunctions
from workbench.functions.past_invocations import past_invocations, source_of
from workbench.functions.statistics import statistics
from workbench.localcloud.ministack.functions import invocation_records
from workbench.localcloud.ministack.functions.invocation_records import (
    InvocationRecord,
    InvocationRecords,
)

pytestmark = pytest.mark.cloud

REGION = "us-east-1"


def record(number: int, function: str = "f", event: Any = None) -> InvocationRecord:
    return InvocationRecord(function, REGION, f"request-{number}", 1.0, 0.5, event, number, False)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "invocations.sqlite3"


@pytest.fixture
def records(path: Path) -> Iterator[InvocationRecords]:
    opened = InvocationRecords(path)
    yield opened
    opened.close()


def test_each_function_keeps_its_newest(records: InvocationRecords) -> None:
    for at in range(250):
        records.add(record(at))
    records.add(record(1, "other"))
    found = records.newest("f", REGION, limit=200)
    assert [each["requestId"] for each in found] == [f"request-{at}" for at in range(249, 49, -1)]
    older = records.newest("f", REGION, limit=2, before=int(found[0]["number"]))
    assert [each["requestId"] for each in older] == ["request-248", "request-247"]
    assert len(records.newest("other", REGION)) == 1
    assert records.newest("f", "eu-west-1") == []
    assert len(records.newest("f", REGION, request="request-100")) == 1


def test_long_events_are_cut_and_all_together_are_bounded(
    records: InvocationRecords, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invocation_records, "LONGEST", 1000)
    monkeypatch.setattr(invocation_records, "ALL_CHARACTERS", 20_000)
    for at in range(50):
        records.add(record(at, f"f{at}", "x" * 5000))
    (newest,) = records.newest("f49", REGION)
    assert (len(newest["event"]), newest["truncated"]) == (1000, True)
    assert records.newest("f0", REGION) == []
    assert path.stat().st_mode & 0o077 == 0


def test_a_damaged_file_costs_the_history_alone(path: Path) -> None:
    path.write_bytes(b"no database" * 1000)
    records = InvocationRecords(path)
    records.add(record(1))
    assert len(records.newest("f", REGION)) == 1
    records.close()
    again = InvocationRecords(path)
    assert len(again.newest("f", REGION)) == 1
    again.close()


def test_invocations_are_counted_by_minute(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    records = InvocationRecords(path)
    now = time.time()
    for at in range(20):
        records.add(InvocationRecord("f", REGION, "r", now, 0.1, None, None, at == 0))
    records.add(InvocationRecord("f", REGION, "r", now, 9.0, None, None, False))
    records.add(InvocationRecord("f", REGION, "r", now - 120, 0.1, None, None, False))
    records.add(InvocationRecord("f", REGION, "r", now - 7200, 0.1, None, None, False))
    records.add(InvocationRecord("f", "eu-west-1", "r", now, 0.1, None, None, False))
    found = records.statistics(REGION)["f"]
    first = now // 60 == time.time() // 60
    assert sorted(found["minutes"]) == ([[0, 21, 1], [2, 1, 0]] if first else found["minutes"])
    assert found["p50"] == pytest.approx(100, rel=0.03)
    assert found["p95"] == pytest.approx(100, rel=0.03)
    assert found["lastRun"] == int((now + 9) * 1000)
    # What a flood does not record is counted all the same, and a restart forgets nothing.
    monkeypatch.setattr(records._waiting, "put_nowait", _full)
    records.add(InvocationRecord("g", REGION, "r", now, 0.1, None, None, True))
    records.close()
    again = InvocationRecords(path)
    assert again.statistics(REGION)["g"]["minutes"][0][1:] == [1, 1]
    assert again.statistics(REGION)["f"]["lastRun"] == found["lastRun"]
    again.close()


def _full(_record: object) -> None:
    raise queue.Full


def test_invocations_are_told_with_their_events(functions: Functions, tmp_path: Path) -> None:
    code = "exports.handler = async event => { if (event.bad) throw new Error('no'); return 1 }"
    name = functions.create(NODE, code)
    for event in ({"n": 1}, {"bad": True}):
        functions.invoke(name, event)
    function = BackendFunction(
        name, name, f"arn:aws:lambda:{REGION}:000000000000:function:{name}", NODE, "", 128, 3,
        f"/aws/lambda/{name}", False, False, "", "", (),
    )  # fmt: skip
    opened = OpenedFunctions(functions.clients, "stack", tmp_path, tmp_path)
    counted = statistics(opened, [function])[name]
    assert (counted.runs, counted.errors, counted.minutes[0].runs) == (2, 1, 0)
    assert 0 < counted.p50 <= counted.p95
    bad, good = past_invocations(opened, function)
    assert (good.event, good.result, good.failed) == ('{"n": 1}', "1", False)
    assert json.loads(bad.result)["errorMessage"] == "no"
    assert bad.failed
    assert counted.last_run >= bad.at >= good.at
    log = functions.clients.logs.filter_log_events(logGroupName=function.log_group)["events"]
    assert any(bad.request in each["message"] for each in log)


@pytest.mark.parametrize(
    ("event", "source"),
    [
        ({"Records": [{"eventSource": "aws:s3"}]}, "aws:s3"),
        ({"Records": [{"EventSource": "aws:sns"}]}, "aws:sns"),
        ({"triggerSource": "PreSignUp_SignUp"}, "PreSignUp_SignUp"),
        ({"info": {"parentTypeName": "Query", "fieldName": "greet"}}, "Query.greet"),
        ({"typeName": "Query", "fieldName": "greet"}, "Query.greet"),
        ({"requestContext": {"http": {"method": "GET", "path": "/a"}}}, "GET /a"),
        ({"requestContext": {}, "httpMethod": "POST", "path": "/b"}, "POST /b"),
        ({"detail-type": "Scheduled Event"}, "Scheduled Event"),
        ({"requestContext": 1}, ""),
        ([1], ""),
    ],
)
def test_the_shape_of_an_event_says_who_sent_it(event: Any, source: str) -> None:
    assert source_of(json.dumps(event)) == source
