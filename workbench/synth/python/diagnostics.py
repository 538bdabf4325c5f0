"""Turns a report of the Python worker into diagnostics, and its schema into introspection."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from workbench.model.diagnostics import Diagnostic
from workbench.project.models import Project


def python_diagnostics(report: Mapping[str, object], project: Project) -> tuple[Diagnostic, ...]:
    """Return a diagnostic for each problem of a report; at least one."""
    problems = report.get("problems")
    found = [
        Diagnostic(
            "error",
            str(each.get("message") or ""),
            str(each.get("code") or ""),
            _relative(str(each.get("file") or ""), project),
            int(each.get("line") or 0),
            int(each.get("column") or 0),
            str(each.get("hint") or ""),
        )
        for each in (problems if isinstance(problems, list) else [])
    ]
    return tuple(found) or (
        Diagnostic("error", str(report.get("message") or "The synth failed."), "SynthFailed"),
    )


def introspect_python(schema: str) -> dict[str, Any]:
    """Return the model introspection of a Python project's schema; raises RuntimeError."""
    from graphql import GraphQLError

    from workbench.backend.graphql.introspection import introspect

    try:
        return introspect(schema)
    except GraphQLError as error:
        raise RuntimeError(f"the models' schema cannot be read: {error.message}") from error


def _relative(file: str, project: Project) -> str:
    path = Path(file)
    return str(path.relative_to(project.root)) if path.is_relative_to(project.root) else file
