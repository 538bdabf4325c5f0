"""How often functions ran in the last hour, how many failed, and how long they took.

The local cloud counts itself; AWS is asked for CloudWatch's metrics, one request for up to 500 of
them (100 functions). Source: CloudWatch API reference, GetMetricData.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from workbench.aws.target import LocalTarget
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions, ask
from workbench.localcloud.client import ask as ask_local_cloud
from workbench.localcloud.contract import FUNCTION_STATISTICS_PATH

MINUTES: Final = 60
_QUERIES: Final = 500
_HOUR: Final = MINUTES * 60


@dataclass(frozen=True, slots=True)
class Minute:
    """What a function did in a minute."""

    runs: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class Statistics:
    """A function's last hour; times in milliseconds, 0 where it did not run.

    ``minutes`` has 60, the oldest first. ``last_run`` since the epoch; on AWS it is known within
    the hour, to the minute. ``throttles`` is None on the local cloud, which does not count them.
    """

    minutes: tuple[Minute, ...]
    p50: float = 0.0
    p95: float = 0.0
    last_run: int = 0
    throttles: int | None = None

    @property
    def runs(self) -> int:
        """Invocations of the last hour."""
        return sum(each.runs for each in self.minutes)

    @property
    def errors(self) -> int:
        """Failed ones among them."""
        return sum(each.errors for each in self.minutes)


def statistics(
    opened: OpenedFunctions, functions: Sequence[BackendFunction]
) -> Mapping[str, Statistics]:
    """By physical name, for those that are known; blocks. Raises FunctionsProblem."""
    target = opened.clients.target
    if isinstance(target, LocalTarget):
        return _of_local_cloud(target, opened.clients.region)
    found: dict[str, Statistics] = {}
    at_once = _QUERIES // len(_METRICS)
    for first in range(0, len(functions), at_once):
        part = functions[first : first + at_once]
        found |= ask(lambda part=part: _of_cloudwatch(opened, part), "CloudWatch")  # type: ignore[misc]
    return found


# -- the local cloud ------------------------------------------------------------------------------


def _of_local_cloud(target: LocalTarget, region: str) -> Mapping[str, Statistics]:
    query = urlencode({"region": region})
    try:
        answer = ask_local_cloud(
            f"{target.endpoint}{FUNCTION_STATISTICS_PATH}?{query}", target.keys
        )
    except OSError as error:
        raise FunctionsProblem(
            f"The local cloud could not be reached: {error}.", "Start it with a deployment."
        ) from None
    if answer.status != 200:
        raise FunctionsProblem(
            "This local cloud does not count invocations.",
            "It is of an earlier release: stop it, and deploy again.",
        )
    return {
        name: Statistics(
            _minutes((int(age), int(runs), int(errors)) for age, runs, errors in each["minutes"]),
            p50=float(each["p50"]),
            p95=float(each["p95"]),
            last_run=int(each["lastRun"]),
        )
        for name, each in json.loads(answer.body)["functions"].items()
    }


def _minutes(counted: Iterable[tuple[int, int, int]]) -> tuple[Minute, ...]:
    """60 minutes from those with invocations: their age, runs and errors."""
    found = [Minute()] * MINUTES
    for age, runs, errors in counted:
        if 0 <= age < MINUTES:
            found[MINUTES - 1 - age] = Minute(runs, errors)
    return tuple(found)


# -- AWS ------------------------------------------------------------------------------------------

_METRICS: Final = (
    ("runs", "Invocations", "Sum", 60),
    ("errors", "Errors", "Sum", 60),
    ("throttles", "Throttles", "Sum", 60),
    ("p50", "Duration", "p50", _HOUR),
    ("p95", "Duration", "p95", _HOUR),
)
_Values = dict[int, float]
"""By the second that a value's time begins at."""


def _of_cloudwatch(
    opened: OpenedFunctions, functions: Sequence[BackendFunction]
) -> dict[str, Statistics]:
    end = (int(time.time()) // 60 + 1) * 60
    queries = [
        _query(f"{key}{at}", function, metric, stat, period)
        for at, function in enumerate(functions)
        for key, metric, stat, period in _METRICS
    ]
    values = dict(_answers(opened.clients.client("cloudwatch"), queries, end - _HOUR, end))
    return {
        function.function: _read({key: values.get(f"{key}{at}", {}) for key, *_ in _METRICS}, end)
        for at, function in enumerate(functions)
    }


def _query(
    key: str, function: BackendFunction, metric: str, stat: str, period: int
) -> dict[str, Any]:
    dimensions = [{"Name": "FunctionName", "Value": function.function}]
    named = {"Namespace": "AWS/Lambda", "MetricName": metric, "Dimensions": dimensions}
    return {"Id": key, "MetricStat": {"Metric": named, "Period": period, "Stat": stat}}


def _answers(
    cloudwatch: Any, queries: list[dict[str, Any]], start: int, end: int
) -> Iterator[tuple[str, _Values]]:
    found: dict[str, _Values] = {}
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries,
        StartTime=datetime.fromtimestamp(start, UTC),
        EndTime=datetime.fromtimestamp(end, UTC),
    )
    for page in pages:
        for each in page["MetricDataResults"]:
            times = (int(at.timestamp()) for at in each["Timestamps"])
            found.setdefault(each["Id"], {}).update(zip(times, each["Values"], strict=True))
    yield from found.items()


def _read(values: Mapping[str, _Values], end: int) -> Statistics:
    runs, errors = values["runs"], values["errors"]
    ran = [at for at, count in runs.items() if count]
    return Statistics(
        _minutes(
            ((end - 60 - at) // 60, int(count), int(errors.get(at, 0)))
            for at, count in runs.items()
        ),
        p50=_of_hours(values["p50"], runs),
        p95=_of_hours(values["p95"], runs),
        last_run=max(ran, default=0) * 1000,
        throttles=int(sum(values["throttles"].values())),
    )


def _of_hours(percentiles: _Values, runs: _Values) -> float:
    """CloudWatch cuts at full hours: of two parts, each counts by how often the function ran."""
    weights = {
        start: sum(count for at, count in runs.items() if start <= at < start + _HOUR)
        for start in percentiles
    }
    total = sum(weights.values())
    if not total:
        return max(percentiles.values(), default=0.0)
    return round(sum(percentiles[start] * weights[start] for start in percentiles) / total, 2)
