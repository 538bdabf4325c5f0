"""Operations on jobs, and on deployments, which only AWS serves."""

from __future__ import annotations

import time

from workbench.localcloud.contract import ENDED
from workbench.localcloud.hosting.lookup import (
    NOT_SERVED,
    Jobs,
    Members,
    find_app,
    find_branch,
    find_job,
)
from workbench.localcloud.hosting.pages import page
from workbench.localcloud.hosting.protocol import RefusalError
from workbench.localcloud.hosting.state import Document, HostingState


def start_job(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """StartJob."""
    found = find_branch(state, members)
    branch, kind = found["branch"], members["jobType"]
    if kind == "RETRY":
        old = find_job(state, members) if members.get("jobId") else None
        if old is None:
            raise RefusalError("BadRequestException", "A RETRY needs the id of the job to repeat.")
        if old["summary"]["status"] not in ENDED:
            raise RefusalError("BadRequestException", "The job has not ended yet.")
    elif kind == "MANUAL":
        raise RefusalError("BadRequestException", NOT_SERVED)
    elif not find_app(state, members)["app"]["repository"]:
        raise RefusalError("BadRequestException", "The app is not connected to a repository.")
    else:
        old = None
    number = str(int(branch["totalNumberOfJobs"]) + 1)
    summary = {
        "jobArn": f"{branch['branchArn']}/jobs/{int(number):010}",
        "jobId": number,
        "commitId": members.get("commitId") or (old["summary"]["commitId"] if old else "HEAD"),
        "commitMessage": members.get("commitMessage", ""),
        "commitTime": members.get("commitTime", 0.0),
        "startTime": time.time(),
        "status": "PENDING",
        "jobType": kind,
    }
    found["jobs"][number] = {"summary": summary, "steps": []}
    branch.update(totalNumberOfJobs=number, activeJobId=number)
    jobs.start(members["appId"], members["branchName"], number)
    return {"jobSummary": summary}


def stop_job(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """StopJob."""
    summary = find_job(state, members)["summary"]
    if summary["status"] in ENDED:
        raise RefusalError(
            "BadRequestException", f"Job {summary['jobId']} has ended: {summary['status']}."
        )
    summary["status"] = "CANCELLING"
    jobs.stop(members["appId"], members["branchName"], members["jobId"])
    return {"jobSummary": summary}


def get_job(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """GetJob."""
    return {"job": find_job(state, members)}


def list_jobs(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListJobs."""
    found = find_branch(state, members)["jobs"]
    # The newest first; keys that grow in that order, for the token.
    entries = [
        (f"{10**10 - int(key):010}", each["summary"])
        for key, each in sorted(found.items(), key=lambda pair: -int(pair[0]))
    ]
    return page(entries, members, "jobSummaries")


def delete_job(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """DeleteJob."""
    summary = find_job(state, members)["summary"]
    if summary["status"] not in ENDED:
        raise RefusalError(
            "BadRequestException", f"Job {summary['jobId']} is still running: stop it first."
        )
    del find_branch(state, members)["jobs"][members["jobId"]]
    return {"jobSummary": summary}


def list_artifacts(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListArtifacts."""
    find_job(state, members)
    return {"artifacts": []}


def get_artifact_url(_state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """GetArtifactUrl."""
    raise RefusalError("NotFoundException", f"Artifact {members['artifactId']} not found.")


def refuse_web_site(_state: HostingState, _jobs: Jobs, _members: Members) -> Document:
    """CreateDeployment, StartDeployment, GenerateAccessLogs: all are about web sites."""
    raise RefusalError("BadRequestException", NOT_SERVED)
