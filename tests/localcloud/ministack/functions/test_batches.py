"""How records of a stream are tried again, split and given up."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.ministack.functions.batches import (
    Settings,
    ShardReader,
    expired,
    first_failure,
    settings_of,
)


def _runs(settings: Settings, poison: set[int], records: int) -> list[tuple[int, int]]:
    """The batches (first record, count) until all records are done or given up."""
    reader, now = ShardReader(0), 0.0
    runs: list[tuple[int, int]] = []
    while reader.at < records and len(runs) < 50:
        now += 100
        count = reader.take(records - reader.at, settings, now)
        runs.append((reader.at, count))
        batch = range(reader.at, reader.at + count)
        if not poison & set(batch) or reader.failed(count, settings, now):
            reader.succeeded(count)
    return runs


def test_a_batch_is_tried_once_more_and_given_up() -> None:
    settings = Settings(size=2, retries=1)
    assert _runs(settings, {0}, 4) == [(0, 2), (0, 2), (2, 2)]


def test_no_retries_are_no_retries() -> None:
    assert _runs(Settings(size=2, retries=0), {0}, 4) == [(0, 2), (2, 2)]


def test_without_a_limit_it_is_tried_for_ever() -> None:
    assert len(_runs(Settings(size=2), {0}, 4)) == 50


def test_a_failed_batch_is_split_until_the_record_is_found() -> None:
    settings = Settings(size=4, retries=1, bisects=True)
    found = [(0, 4), (0, 2), (2, 2), (2, 1), (3, 1), (3, 1)]
    assert _runs(settings, {3}, 4) == found


def test_a_failed_batch_is_tried_as_it_was() -> None:
    reader, settings = ShardReader(0), Settings(size=10, retries=5)
    assert reader.take(1, settings, 0.0) == 1
    assert not reader.failed(1, settings, 0.0)
    assert reader.take(5, settings, 0.5) == 0  # not at once
    assert reader.take(5, settings, 1.0) == 1


def test_a_reported_record_is_where_the_next_batch_begins() -> None:
    reader, settings = ShardReader(0), Settings(size=4, retries=1)
    assert not reader.failed(4, settings, 0.0, done=2)
    assert (reader.at, reader.take(2, settings, 9.0)) == (2, 2)
    assert reader.failed(2, settings, 9.0)


def test_a_window_waits_for_more_records() -> None:
    reader, settings = ShardReader(0), Settings(size=3, window=5)
    assert reader.take(1, settings, 10.0) == 0
    assert reader.take(2, settings, 14.0) == 0
    assert reader.take(2, settings, 15.0) == 2
    reader.succeeded(2)
    assert reader.take(3, settings, 15.0) == 3


def test_records_older_than_the_mapping_allows() -> None:
    assert expired([90, 70, 10], Settings(age=60)) == 2
    assert expired([90, 70, 10], Settings()) == 0


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        (None, None), ({}, None), ({"batchItemFailures": []}, None),
        ({"batchItemFailures": None}, None),
        ({"batchItemFailures": [{"itemIdentifier": "c"}, {"itemIdentifier": "b"}]}, 1),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": None}]}, 0),
        ({"batchItemFailures": [{"id": "b"}]}, 0),
        ({"batchItemFailures": [{"itemIdentifier": "unknown"}]}, 0),
        ("text", 0),
    ],
)  # fmt: skip
def test_which_record_a_function_reports(answer: Any, first: int | None) -> None:
    assert first_failure(answer, ["a", "b", "c"]) == first


def test_settings_of_a_template_and_of_the_api() -> None:
    template = {"BatchSize": "5", "MaximumRetryAttempts": "1", "BisectBatchOnFunctionError": "true"}
    assert settings_of(template) == Settings(size=5, retries=1, bisects=True)
    assert settings_of({"MaximumRetryAttempts": -1, "MaximumRecordAgeInSeconds": -1}) == Settings()
