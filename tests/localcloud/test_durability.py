"""Acknowledged writes older than a second survive kills under load; no transaction is torn.

``python -m tests.bench.durability`` does it fifty times, and with a state of 75 MB.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.localcloud.durability import Load, moments
from workbench.localcloud import lifecycle

pytestmark = pytest.mark.cloud


@pytest.fixture
def load(tmp_path: Path) -> Iterator[Load]:
    made = Load(tmp_path / "local-cloud")
    made.prepare()
    yield made
    lifecycle.stop(made.folder)


def test_kills_under_load_cost_at_most_a_second(load: Load) -> None:
    losses = [load.run_and_kill(seconds) for seconds in moments(seed=11, count=5, longest=2.5)]
    assert sum(loss.acknowledged for loss in losses) > 100
    assert [loss.too_old for loss in losses] == [0] * 5, losses
    assert all(loss.counter == loss.markers for loss in losses), losses
