"""Functions that the CDK bundles in a container, without one at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.project.models import Project
from workbench.synth.container_bundling import container_problem
from workbench.synth.python.error_report import report_of
from workbench.synth.typescript.failure_report import diagnostics_of

MISSING = (
    "Failed to bundle asset amplify-app-me-sandbox-1/function/thumbs/Code/Stage, bundle output is "
    "located at /x/bundling-temp-error: Error: spawnSync docker ENOENT"
)
ENDED = (
    "Failed to bundle asset amplify-app-me-sandbox-1/function/thumbs/Code/Stage, bundle output is "
    "located at /x: Error: docker exited with status 1\n--> Command: docker run --rm"
)


def test_a_missing_tool_is_named_with_the_construct() -> None:
    found = container_problem(MISSING)
    assert found is not None
    what, hint = found
    assert what == "function/thumbs is bundled in a container, and `docker` is not on PATH."
    assert "CDK_DOCKER" in hint


def test_a_container_that_failed_points_to_the_log() -> None:
    found = container_problem(ENDED)
    assert found is not None
    assert found[0] == "function/thumbs could not be bundled in a container."


@pytest.mark.parametrize("message", ["spawnSync /bin/sh ETIMEDOUT", "Failed to bundle asset x, y"])
def test_other_errors_are_left_alone(message: str) -> None:
    assert container_problem(message) is None


def test_both_languages_say_it(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "amplify" / "backend.ts", "app")
    (diagnostic,) = diagnostics_of({"name": "Error", "message": MISSING}, project)
    (problem,) = report_of(RuntimeError(MISSING), tmp_path)["problems"]
    assert diagnostic.code == problem["code"] == "ContainerBundling"
    assert diagnostic.message == problem["message"]
    assert diagnostic.hint == problem["hint"]
