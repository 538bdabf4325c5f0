"""Chooses the worker that evaluates a backend, and its environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from workbench.project.models import Project
from workbench.synth.python.environment import site_packages
from workbench.synth.worker_process import Script

NODE_WORKER = Path(__file__).parent / "typescript" / "synth_worker.mjs"
PYTHON_WORKER = "workbench.synth.python.worker"

_QUIET_JSII = {
    # This program checks Node's version; jsii would warn at every start.
    "JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "18,19,20,21,22,23,24,25,26",
    "JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION": "1",
    "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
}


def worker_script(project: Project, node: Path, temporary: Path | None) -> Script:
    """Return the worker for a project's language; ``temporary`` is a folder for its files."""
    if project.language == "python":
        return _python(project, node, temporary)
    return _node(project, node, temporary)


def _node(project: Project, node: Path, temporary: Path | None) -> Script:
    cache = project.dot_amplify / "workbench" / "compile-cache"
    env = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"}
    env |= {
        "NO_COLOR": "1",
        "AMPLIFY_TUI_COMPILE_CACHE": str(cache),
        "AMPLIFY_TUI_TEMPORARY": str(temporary),
    }
    return Script((str(node), "--no-warnings", str(NODE_WORKER)), project.root, env)


def _python(project: Project, node: Path, temporary: Path | None) -> Script:
    packages = site_packages(project)
    cache = project.dot_amplify / "workbench" / "function-bundles"
    env = {key: value for key, value in os.environ.items() if key != "FORCE_COLOR"}
    env |= {
        "NO_COLOR": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # The CDK is JavaScript, which jsii runs in this Node.
        "JSII_NODE": str(node),
        # The CDK's validation takes 2 s in the first run; the deployment checks templates.
        "CDK_VALIDATION": os.environ.get("CDK_VALIDATION", "false"),
        **_QUIET_JSII,
        "AMPLIFY_TUI_AMPLIFY": str(project.amplify_dir),
        "AMPLIFY_TUI_PACKAGES": str(packages or ""),
        "AMPLIFY_TUI_BUNDLES": str(cache),
    }
    if temporary is not None:
        env["TMPDIR"] = str(temporary)
    return Script((sys.executable, "-P", "-m", PYTHON_WORKER), project.root, env)
