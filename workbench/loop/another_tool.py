"""Notices, before our synth covers its traces, that another tool deployed from the project."""

from __future__ import annotations

from pathlib import Path

from workbench.deploy.plan.foreign_deployments import doubt_of, raise_doubt
from workbench.synth.assembly_signature import is_another_tools

NOTICE = (
    "Another tool has deployed from this folder since; what it may have swapped is swapped again"
)


def is_doubted(assembly_dir: Path, sandbox_dir: Path) -> bool:
    """Whether another tool may have swapped the sandbox, by the assembly or remembered; 1 ms."""
    if is_another_tools(assembly_dir):
        raise_doubt(sandbox_dir)
    return bool(doubt_of(sandbox_dir))
