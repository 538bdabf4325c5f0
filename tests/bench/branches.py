"""Branch environments on the local cloud: a job cold and warm, five at once, memory of each.

    python -m tests.bench.branches [--jobs 5]

The project is the scaffolded chat application in a new Git repository. Prints Markdown.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.bench.processes import memory_mb, tree
from tests.branches.repository import Repository, make_repository
from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.server_file import read_record
from workbench.project.scaffold import scaffold

_BRANCHES = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=5, help="second jobs, with a changed line each")
    count = parser.parse_args().jobs
    with tempfile.TemporaryDirectory(prefix="amplify-tui-bench-") as home:
        repository = make_repository(Path(home) / "chat")
        project = scaffold(repository.root, "python", lambda _: None)
        repository.commit("A chat")
        target = lifecycle.start(project.local_cloud_dir)
        try:
            record = read_record(project.local_cloud_dir)
            assert record is not None
            _measure(repository, Clients(target).client("amplify"), record.pid, count)
        finally:
            lifecycle.stop(project.local_cloud_dir)


def _measure(repository: Repository, amplify: Any, cloud: int, count: int) -> None:
    app = amplify.create_app(name="chat", repository=str(repository.root))["app"]["appId"]
    amplify.create_branch(appId=app, branchName="main", enableAutoBuild=True)
    time.sleep(1)  # the first sight of the branch starts nothing
    before = memory_mb(tree(cloud))
    started = amplify.start_job(appId=app, branchName="main", jobType="RELEASE")
    cold = _seconds(amplify, app, "main", started["jobSummary"]["jobId"])
    kept = memory_mb(tree(cloud))

    warm, live = [], []
    file = repository.root / "amplify" / "data" / "resource.py"
    text = file.read_text()
    for number in range(count):
        file.write_text(
            text.replace("class Chat(", f"class Note{number}(Model, rules=[allow.owner()]):\n"
                         f"    text: str\n\n\nclass Chat(", 1)
            if number == 0
            else file.read_text().replace("    text: str\n", f"    text: str\n    n{number}: int\n", 1)  # noqa: E501
        )  # fmt: skip
        if number == 0:
            file.write_text(
                file.read_text().replace("models=[Chat, Message]", "models=[Chat, Message, Note0]")
            )
        began = time.monotonic()
        commit = repository.commit(f"Change {number}")
        job = _until(lambda commit=commit: _job_of(amplify, app, commit))  # type: ignore[misc]
        warm.append(_seconds(amplify, app, "main", job))
        live.append(time.monotonic() - began)

    names = [f"feature/{number}" for number in range(_BRANCHES)]
    for name in names:
        repository.git("branch", name)
        amplify.create_branch(appId=app, branchName=name)
    began = time.monotonic()
    jobs = {
        name: amplify.start_job(appId=app, branchName=name, jobType="RELEASE")["jobSummary"][
            "jobId"
        ]
        for name in names
    }
    for name, job_id in jobs.items():
        _seconds(amplify, app, name, job_id)
    five = time.monotonic() - began
    after = memory_mb(tree(cloud))
    server = memory_mb([cloud])
    sys.stdout.write(
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}.\n\n"
        "| | |\n|---|---|\n"
        f"| a branch's first job | {cold:.2f} s |\n"
        f"| a later job, one line changed (median of {count}) | {statistics.median(warm):.2f} s |\n"
        f"| from `git commit` to deployed, by itself | {statistics.median(live):.2f} s |\n"
        f"| first against later | {cold / statistics.median(warm):.1f} times |\n"
        f"| {_BRANCHES} first jobs at once | {five:.1f} s, {five / _BRANCHES:.1f} s each |\n"
        f"| memory of one kept process with its workers | {kept - before:.0f} MB |\n"
        f"| the local cloud itself with {_BRANCHES + 1} environments | {server:.0f} MB "
        f"({before:.0f} MB with none) |\n"
        f"| all processes after {_BRANCHES + 1} environments | {after:.0f} MB |\n"
    )


def _job_of(amplify: Any, app: str, commit: str) -> str:
    for job in amplify.list_jobs(appId=app, branchName="main")["jobSummaries"]:
        if job["commitId"] == commit:
            return str(job["jobId"])
    return ""


def _seconds(amplify: Any, app: str, branch: str, job_id: str) -> float:
    """A job's own time, once it has ended well."""

    def ended() -> Any:
        job = amplify.get_job(appId=app, branchName=branch, jobId=job_id)["job"]["summary"]
        if job["status"] in ("FAILED", "CANCELLED"):
            raise RuntimeError(f"job {job_id} of {branch}: {job['status']}")
        return job if job["status"] == "SUCCEED" else None

    job = _until(ended)
    return float((job["endTime"] - job["startTime"]).total_seconds())


def _until(found: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.02)
    raise RuntimeError("it took more than 300 s")


if __name__ == "__main__":
    main()
