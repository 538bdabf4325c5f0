"""The functions' last hour from CloudWatch: one request, and a denial that is named."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.aws_moto.aws import Aws
from tests.functions.live_stacks import function, live
from workbench.aws.clients import Clients
from workbench.functions.backend_functions import backend_functions
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions
from workbench.functions.statistics import statistics


def metric(clients: Clients, name: str, metric: str, minutes: int, values: list[float]) -> None:
    client: Any = clients.client("cloudwatch")
    at = datetime.fromtimestamp(int(time.time()) // 60 * 60 - minutes * 60, UTC)
    for value in values:
        datum = {
            "MetricName": metric,
            "Timestamp": at,
            "Value": value,
            "Dimensions": [{"Name": "FunctionName", "Value": name}],
        }
        client.put_metric_data(Namespace="AWS/Lambda", MetricData=[datum])


def test_the_last_hour_costs_one_request(aws: Aws, clients: Clients, tmp_path: Any) -> None:
    functions = backend_functions(live({f"n{at:02}": function() for at in range(50)}))
    opened = OpenedFunctions(clients, "stack", tmp_path, tmp_path)
    for minutes, runs, errors in ((3, 4.0, 1.0), (40, 2.0, 0.0), (90, 9.0, 9.0)):
        metric(clients, "f-n07", "Invocations", minutes, [runs])
        metric(clients, "f-n07", "Errors", minutes, [errors])
    metric(clients, "f-n07", "Throttles", 3, [2.0])
    metric(clients, "f-n07", "Duration", 3, [10.0, 20.0, 30.0, 900.0])
    aws.calls.clear()
    found = statistics(opened, functions)
    assert aws.calls.actions == ["cloudwatch:GetMetricData"]
    busy = found["f-n07"]
    assert (busy.runs, busy.errors, busy.throttles) == (6, 1, 2)
    assert (busy.p50, busy.p95) == (30.0, 900.0)
    assert 3 * 60 <= time.time() - busy.last_run / 1000 <= 5 * 60
    assert (found["f-n08"].runs, found["f-n08"].p95, found["f-n08"].last_run) == (0, 0.0, 0)

    aws.faults.deny("cloudwatch:GetMetricData")
    with pytest.raises(FunctionsProblem) as raised:
        statistics(opened, functions)
    assert "may not call cloudwatch:GetMetricData" in raised.value.what
    assert "“Functions”" in raised.value.next_step
