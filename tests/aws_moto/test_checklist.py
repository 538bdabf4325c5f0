"""The checklist for a real account runs through on moto, with what moto cannot do left out."""

from __future__ import annotations

from pathlib import Path

import pytest

from scripts.aws_checklist.__main__ import main
from scripts.aws_checklist.steps import STEPS
from tests.aws_moto.aws import Aws, Profile

SKIPPED = {"function answers", "function logs", "data", "subscription"}


@pytest.mark.npm
def test_every_step_passes_and_nothing_is_left(aws: Aws, profile: Profile) -> None:
    said: list[str] = []
    assert main(["--profile", profile.name, "--yes"], said.append) == 0, "\n".join(said)
    verdicts = {line[9:28].strip(): line[:4] for line in said if line[:4] in ("PASS", "SKIP")}
    assert {name for name, verdict in verdicts.items() if verdict == "SKIP"} == SKIPPED
    assert len(verdicts) == len(STEPS)
    assert "cloudformation:DeleteStack" in aws.calls.actions


def test_the_page_names_every_step() -> None:
    page = Path(__file__).parents[2] / "docs" / "aws-checklist.md"
    rows = [line for line in page.read_text("utf-8").splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[0].removeprefix("| ") for row in rows[1 : len(STEPS) + 1]] == [
        step.name for step in STEPS
    ]
