from __future__ import annotations

import pytest

from workbench.function_logs.lines import level_of
from workbench.model.events import Level


@pytest.mark.parametrize(
    ("message", "level"),
    [
        ("START RequestId: 8f5 Version: $LATEST", Level.DEBUG),
        ("INIT_START Runtime Version: nodejs:22.v1", Level.DEBUG),
        ("END RequestId: 8f5", Level.DEBUG),
        ("REPORT RequestId: 8f5\tDuration: 2.1 ms\tBilled Duration: 3 ms", Level.INFO),
        ("START of the import", Level.INFO),
        ("2026-01-01T00:00:00.000Z\t8f5\tINFO\thello", Level.INFO),
        ("2026-01-01T00:00:00.000Z\t8f5\tERROR\tInvoke Error", Level.ERROR),
        ("2026-01-01T00:00:00.000Z\t8f5\tWARN\tcareful", Level.WARNING),
        ("[ERROR] KeyError: 'x'", Level.ERROR),
        ("[WARNING]\t2026\tcareful", Level.WARNING),
        ("2026-01-01T00:00:00.000Z 8f5 Task timed out after 3.00 seconds", Level.ERROR),
        ("RequestId: 8f5 Error: Runtime exited with error: signal: killed", Level.ERROR),
        ("Runtime.OutOfMemory", Level.ERROR),
        ('{"level": "warn", "message": "x"}', Level.WARNING),
        ('{"type": "platform.start"}', Level.DEBUG),
        ('{"type": "platform.report"}', Level.INFO),
        ('{"type": "platform.report", "record": {"status": "timeout"}}', Level.ERROR),
        ('{"log_level": "ERROR", "errorMessage": "x"}', Level.ERROR),
        ("{not json", Level.INFO),
    ],
)
def test_a_line_matters_as_its_runtime_says(message: str, level: Level) -> None:
    assert level_of(message) is level
