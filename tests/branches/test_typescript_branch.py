"""A branch of a real TypeScript project, deployed by a job on the local cloud."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from tests.branches.repository import make_repository
from tests.localcloud.hosting.test_control_plane import settled
from tests.quickstart_project import copy_quickstart
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.project.identity import stack_name
from workbench.project.locate import find_project
from workbench.project.models import BackendIdentity

pytestmark = [pytest.mark.npm, pytest.mark.cloud]


def test_it_shares_the_packages_and_its_own_linker_tells_amplify_of_it(
    tmp_path: Path, npm_modules: Path
) -> None:
    root = tmp_path / "todo"
    copy_quickstart(root, npm_modules)
    # Without this its types are not checked, which takes 10 s and is not what is asked here.
    (root / "amplify" / "tsconfig.json").unlink()
    repository = make_repository(root)
    repository.commit("A todo application")
    project = find_project(root)
    target = lifecycle.start(project.local_cloud_dir)
    try:
        amplify = Clients(target).client("amplify")
        app = amplify.create_app(name="todo", repository=str(root))["app"]["appId"]
        amplify.create_branch(appId=app, branchName="main")
        started = amplify.start_job(appId=app, branchName="main", jobType="RELEASE")
        job = settled(amplify, app, "main", started["jobSummary"]["jobId"])
        log = "\n".join(httpx.get(step["logUrl"]).text for step in job["steps"])
        assert job["summary"]["status"] == "SUCCEED", log
        assert "the packages are those of the main checkout" in log
        # Amplify's own branch linker, a custom resource's function, has asked for this.
        linked = amplify.get_branch(appId=app, branchName="main")["branch"]["backend"]["stackArn"]
        assert stack_name(BackendIdentity(app, "main", "branch")) in linked
        (worktree,) = (root / ".amplify" / "worktrees").iterdir()
        outputs = json.loads((worktree / "amplify_outputs.json").read_text())
        assert "Todo" in outputs["data"]["model_introspection"]["models"]
        assert repository.git("status", "--porcelain") == ""
    finally:
        lifecycle.stop(project.local_cloud_dir)
