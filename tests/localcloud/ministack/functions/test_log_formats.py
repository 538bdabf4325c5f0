"""A function's log has the events that Lambda's runtimes write, as text and as JSON."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.localcloud.ministack.functions.conftest import NODE, Functions
from workbench.function_logs.tail import Tail

pytestmark = pytest.mark.cloud

PYTHON = "python3.11"
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
ID = r"[0-9a-f-]{36}"

CODE = {
    NODE: """
console.log('loading');
exports.handler = async () => {
  console.log('two\\nlines', { a: 1 });
  console.debug('hidden by INFO');
  console.warn({ b: 2 });
  process.stdout.write('raw\\n');
  console.error('bad', new TypeError('boom'));
  return process.env.AWS_LAMBDA_LOG_STREAM_NAME;
};
""",
    PYTHON: """
import logging, os
log = logging.getLogger('own')
logging.warning('loading')
def handler(event, context):
    log.warning('two\\nlines %s', 1, extra={'order': 7})
    log.info('hidden by WARNING')
    print('raw')
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception('bad')
    return os.environ['AWS_LAMBDA_LOG_STREAM_NAME']
""",
}


def events(functions: Functions, runtime: str, **given: Any) -> list[str]:
    """The events of one cold invocation, in the stream that the function was told."""
    name = functions.create(runtime, CODE[runtime], **given)
    stream = functions.invoke(name).told
    found = functions.clients.logs.get_log_events(
        logGroupName=f"/aws/lambda/{name}", logStreamName=stream, startFromHead=True
    )["events"]
    assert [each["timestamp"] for each in found] == sorted(each["timestamp"] for each in found)
    assert re.fullmatch(r"\d{4}/\d\d/\d\d/\[\$LATEST\][0-9a-f]{32}", stream)
    return [each["message"] for each in found]


def matches(found: list[str], expected: list[str]) -> None:
    """Each event is as expected, and there is no other."""
    assert len(found) == len(expected), found
    for text, pattern in zip(found, expected, strict=True):
        assert re.fullmatch(pattern, text, re.DOTALL), (text, pattern)


def test_node_s_console_writes_time_request_and_level(functions: Functions) -> None:
    matches(
        events(functions, NODE),
        [
            rf"{MOMENT}\tundefined\tINFO\tloading",
            rf"START RequestId: {ID} Version: \$LATEST",
            rf"{MOMENT}\t{ID}\tINFO\ttwo\nlines {{ a: 1 }}",
            rf"{MOMENT}\t{ID}\tDEBUG\thidden by INFO",
            rf"{MOMENT}\t{ID}\tWARN\t{{ b: 2 }}",
            "raw",
            rf"{MOMENT}\t{ID}\tERROR\tbad TypeError: boom\n    at .*",
            rf"END RequestId: {ID}",
            rf"REPORT RequestId: {ID}\tDuration: .*",
        ],
    )


def test_python_s_logging_writes_level_time_and_request(functions: Functions) -> None:
    matches(
        events(functions, PYTHON),
        [
            rf"\[WARNING\]\t{MOMENT}\t\tloading",
            rf"START RequestId: {ID} Version: \$LATEST",
            rf"\[WARNING\]\t{MOMENT}\t{ID}\ttwo\nlines 1",
            "raw",
            rf"\[ERROR\]\t{MOMENT}\t{ID}\tbad\nTraceback \(most recent call last\):\n.*",
            rf"END RequestId: {ID}",
            rf"REPORT RequestId: {ID}\tDuration: .*",
        ],
    )


def test_lines_come_while_the_function_runs(functions: Functions, tmp_path: Path) -> None:
    code = (
        "exports.handler = async file => {\n  console.log('begun');\n"
        "  while (!require('node:fs').existsSync(file)) await new Promise(d => setTimeout(d, 10));"
        "\n  return 'over';\n};"
    )
    name, go = functions.create(NODE, code), tmp_path / "go"
    tail = Tail(f"/aws/lambda/{name}", 0)
    with ThreadPoolExecutor() as threads:
        running = threads.submit(functions.invoke, name, str(go))
        found: list[str] = []
        while not found and not running.done():
            found = [each.message for each in tail.read(functions.clients.logs)]
        assert not running.done()
        assert found[-1].endswith("\tINFO\tbegun")
        go.touch()
        assert running.result().told == "over"
    end, report = (each.message for each in tail.read(functions.clients.logs))
    assert (end[:4], report[:7]) == ("END ", "REPORT ")


def logged_as_json(functions: Functions, runtime: str, **levels: str) -> list[Any]:
    """Each event that is JSON, without its time; else its text."""
    found: list[Any] = []
    for text in events(functions, runtime, LoggingConfig={"LogFormat": "JSON", **levels}):
        if not text.startswith("{"):
            found.append(text)
            continue
        record = json.loads(text)
        moment = record.pop("time", None) or record.pop("timestamp")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z", moment)
        found.append(record)
    return found


def test_node_s_console_writes_json(functions: Functions) -> None:
    loading, start, two, warn, raw, bad, report = logged_as_json(functions, NODE)
    (request,) = {each["requestId"] for each in (two, warn, bad, start["record"])}
    assert loading == {"level": "INFO", "message": "loading"}
    assert start == {
        "type": "platform.start", "record": {"requestId": request, "version": "$LATEST"},
    }  # fmt: skip
    assert two["message"] == "two\nlines { a: 1 }"
    assert (warn["level"], warn["message"], raw) == ("WARN", {"b": 2}, "raw")
    assert (bad["errorType"], bad["errorMessage"]) == ("TypeError", "boom")
    assert bad["stackTrace"][0] == "TypeError: boom"
    assert (report["type"], report["record"]["status"]) == ("platform.report", "success")
    assert {"durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB"} < set(
        report["record"]["metrics"]
    )


def test_python_s_logging_writes_json(functions: Functions) -> None:
    levels = {"ApplicationLogLevel": "INFO", "SystemLogLevel": "DEBUG"}
    loading, start, two, info, raw, bad, done, report = logged_as_json(functions, PYTHON, **levels)
    request = start["record"]["requestId"]
    assert loading == {
        "level": "WARNING", "message": "loading", "logger": "root", "requestId": "",
    }  # fmt: skip
    assert two == {
        "level": "WARNING", "message": "two\nlines 1", "logger": "own", "requestId": request,
        "order": 7,
    }  # fmt: skip
    assert (info["level"], raw) == ("INFO", "raw")
    assert (bad["errorType"], bad["errorMessage"]) == ("ZeroDivisionError", "division by zero")
    assert bad["location"].endswith("index.py:handler:12")
    assert [done["type"], report["type"]] == ["platform.runtimeDone", "platform.report"]


def test_levels_leave_events_out(functions: Functions) -> None:
    levels = {"ApplicationLogLevel": "ERROR", "SystemLogLevel": "WARN"}
    raw, bad = logged_as_json(functions, NODE, **levels)
    assert (raw, bad["level"]) == ("raw", "ERROR")
    failing = functions.create(
        NODE, "exports.handler = async () => { throw new TypeError('bang') }",
        LoggingConfig={"LogFormat": "JSON", **levels},
    )  # fmt: skip
    error, done, report = map(json.loads, functions.invoke(failing).log.splitlines())
    assert error["message"]["errorType"] == "TypeError"
    assert error["message"]["stackTrace"][0] == "TypeError: bang"
    assert (done["type"], report["record"]["status"]) == ("platform.runtimeDone", "error")
    assert report["record"]["errorType"] == "TypeError"
