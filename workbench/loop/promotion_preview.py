"""What a promotion's deployment would change: the merged code against the target's stack."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

from workbench.branches.context import OpenedBranches
from workbench.branches.promote import Promotion, merged_aside
from workbench.git.command import commit_of, repository_root
from workbench.loop.dry_run import ComingChanges, coming_changes
from workbench.model.events import discard
from workbench.model.system_problem import os_errors_as_problems
from workbench.project.locate import find_project
from workbench.project.models import BackendIdentity


@os_errors_as_problems()
def preview_promotion(opened: OpenedBranches, promotion: Promotion) -> ComingChanges:
    """Merge aside, evaluate, and compare with what is live; nothing is changed.

    Blocks, for a cold synth (about 6 s). Raises GitProblem if Git cannot merge, UserProblem
    if the merge does not leave a project.
    """
    own = opened.project
    inside = own.root.resolve().relative_to(repository_root(own.root).resolve())
    app = opened.hosting.known_app()
    with merged_aside(own.root, promotion) as place:
        root = place / inside
        _share_packages(own.root, root)
        project = replace(find_project(root), cloud_dir=own.local_cloud_dir)
        identity = BackendIdentity(app.id, promotion.target, "branch")
        session = replace(opened.session, project=project, identity=identity)
        # What a job would give the code: it may ask for its branch, its commit or a variable.
        variables = opened.hosting.branch(app, promotion.target).variables
        environment = {
            **app.variables,
            **variables,
            "CI": "1",
            "AWS_APP_ID": app.id,
            "AWS_BRANCH": promotion.target,
            "AWS_COMMIT_ID": commit_of(place, "HEAD").id,
        }
        return asyncio.run(
            coming_changes(session, discard, session.sandbox_dir / "diff.out", environment)
        )


def _share_packages(own: Path, other: Path) -> None:
    """The project's own packages serve: what the merge changes of them, the job itself installs."""
    modules = own / "node_modules"
    if modules.is_dir() and not (other / "node_modules").exists():
        (other / "node_modules").symlink_to(modules)
