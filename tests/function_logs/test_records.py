"""Records as Lambda writes them, in both log formats; lines are those of AWS's developer guide."""

from __future__ import annotations

import json

import pytest

from workbench.function_logs.invocations import InvocationReader
from workbench.function_logs.log_events import LogEvent
from workbench.function_logs.records import LogRecord, RecordKind, Report, record_of
from workbench.model.events import Level

ID = "79b4f56e-95b1-4643-9700-2807f4e68189"
OTHER = "11111111-95b1-4643-9700-2807f4e68189"
AT = "2024-08-23T19:28:07.462Z"
REPORT = (
    f"REPORT RequestId: {ID}\tDuration: 4.50 ms\tBilled Duration: 5 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 70 MB\tInit Duration: 133.61 ms\t"
)


def record(message: str, stream: str = "s") -> LogRecord:
    return record_of(LogEvent(1, stream, message))


@pytest.mark.parametrize(
    ("message", "text", "level", "request_id"),
    [
        (f"{AT}\t{ID}\tINFO\tone\ntwo\n", "one\ntwo", Level.INFO, ID),
        (f"{AT}\tundefined\tERROR\tin the module", "in the module", Level.ERROR, ""),
        (f"[WARNING]\t{AT}\t{ID}\tcareful", "careful", Level.WARNING, ID),
        (f"[ERROR]\t{AT}\t\tinit", "init", Level.ERROR, ""),
        (f"{AT} {ID} Task timed out after 3.00 seconds", "Task timed out after 3.00 seconds",
         Level.ERROR, ID),
        (f"RequestId: {ID} Error: Runtime exited", "Runtime exited", Level.ERROR, ID),
        (f'{AT}\t{ID}\tERROR\tInvoke Error \t{{"errorType":"E","stack":["Error: no","  at x"]}}',
         "Invoke Error: Error: no\n  at x", Level.ERROR, ID),
        (f"{AT}\t{ID}\tERROR\tInvoke Error \t{{}}", "Invoke Error \t{}", Level.ERROR, ID),
        ("printed", "printed", Level.INFO, ""),
        ("{not json", "{not json", Level.INFO, ""),
        ('{"a": 1}', '{"a": 1}', Level.INFO, ""),
        (json.dumps({"timestamp": AT, "level": "ERROR", "requestId": ID, "message": "bad"}),
         "bad", Level.ERROR, ID),
        (json.dumps({"timestamp": AT, "level": "INFO", "requestId": ID, "message": {"a": "ü"}}),
         '{"a": "ü"}', Level.INFO, ID),
    ],
)  # fmt: skip
def test_a_line_without_what_the_runtime_puts_before_it(
    message: str, text: str, level: Level, request_id: str
) -> None:
    found = record(message)
    assert (found.kind, found.text, found.level, found.request) == (
        RecordKind.LINE, text, level, request_id,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("message", "report"),
    [
        (REPORT, Report(4.5, 5, 128, 70, 133.61)),
        (
            f"REPORT RequestId: {ID}\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\t"
            "Memory Size: 128 MB\tMax Memory Used: 70 MB\tStatus: timeout",
            Report(3000, 3000, 128, 70, status="timeout"),
        ),
        (
            json.dumps(
                {
                    "type": "platform.report",
                    "record": {
                        "requestId": ID,
                        "metrics": {
                            "durationMs": 4.5, "billedDurationMs": 5, "memorySizeMB": 128,
                            "maxMemoryUsedMB": 70,
                        },
                        "status": "error",
                        "errorType": "Runtime.ExitError",
                    },
                }
            ),
            Report(4.5, 5, 128, 70, status="error", error_type="Runtime.ExitError"),
        ),
        (f"REPORT RequestId: {ID}\tDuration: ?", Report(0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_a_report(message: str, report: Report) -> None:
    found = record(message)
    assert (found.kind, found.report, found.request) == (RecordKind.REPORT, report, ID)


def test_a_streams_lines_are_the_invocations_between_start_and_report() -> None:
    reader = InvocationReader()
    first = [
        record("INIT_START Runtime Version: nodejs:20.v1"),
        record(f"START RequestId: {ID} Version: $LATEST"),
        record(f"START RequestId: {OTHER} Version: $LATEST", "t"),
        record("printed"),
        record("of the other", "t"),
    ]
    begun = reader.take(first)
    assert [(each.request, len(each.lines), each.report) for each in begun] == [
        (ID, 1, None), (OTHER, 1, None),
    ]  # fmt: skip
    (ended,) = reader.take(
        [record(f"{AT}\t{ID}\tINFO\tlate"), record(f"END RequestId: {ID}"), record(REPORT)]
    )
    assert [each.text for each in ended.lines] == ["printed", "late"]
    assert ended.report is not None
    assert not ended.failed


@pytest.mark.parametrize(
    "line",
    [
        f'{AT}\t{ID}\tERROR\tInvoke Error \t{{"errorType":"Error","errorMessage":"x","stack":[]}}',
        "[ERROR] ValueError: x\nTraceback (most recent call last):\n  File …",
        json.dumps({"level": "ERROR", "requestId": ID, "message": {}, "errorType": "E"}),
    ],
)
def test_a_handlers_error_is_a_failure_though_the_report_says_nothing(line: str) -> None:
    start = record(f"START RequestId: {ID} Version: $LATEST")
    (found,) = InvocationReader().take([start, record(line), record(REPORT)])
    assert found.failed
    logged = record(f"{AT}\t{ID}\tERROR\tonly said")
    (said,) = InvocationReader().take([start, logged, record(REPORT)])
    assert not said.failed
