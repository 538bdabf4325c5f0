"""Operations on branches."""

from __future__ import annotations

import time

from workbench.localcloud.hosting.lookup import Jobs, Members, change, find_app, find_branch
from workbench.localcloud.hosting.pages import page
from workbench.localcloud.hosting.protocol import RefusalError
from workbench.localcloud.hosting.state import Document, HostingState

_BRANCHES = 50
"""AWS's quota of branches in one app."""


def create_branch(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """CreateBranch."""
    found = find_app(state, members)
    name = members["branchName"]
    if name in found["branches"]:
        raise RefusalError("BadRequestException", f"The branch with name {name} already exists.")
    if len(found["branches"]) >= _BRANCHES:
        raise RefusalError(
            "LimitExceededException", f"You have reached {_BRANCHES} branches for this app."
        )
    now = time.time()
    given = {key: value for key, value in members.items() if key != "appId"}
    branch = {
        "description": "",
        "stage": "NONE",
        "displayName": _display_name(name),
        "enableNotification": False,
        "environmentVariables": {},
        "enableAutoBuild": found["app"]["enableBranchAutoBuild"],
        "customDomains": [],
        "framework": "",
        "activeJobId": "",
        "totalNumberOfJobs": "0",
        "enableBasicAuth": False,
        "ttl": "5",
        "enablePullRequestPreview": False,
        **given,
        "branchArn": f"{found['app']['appArn']}/branches/{name}",
        "createTime": now,
        "updateTime": now,
    }
    found["branches"][name] = {"branch": branch, "jobs": {}}
    return {"branch": branch}


def get_branch(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """GetBranch."""
    return {"branch": find_branch(state, members)["branch"]}


def update_branch(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """UpdateBranch."""
    branch = find_branch(state, members)["branch"]
    change(branch, members, "appId", "branchName")
    return {"branch": branch}


def delete_branch(state: HostingState, jobs: Jobs, members: Members) -> Document:
    """DeleteBranch."""
    found = find_branch(state, members)
    jobs.forget(members["appId"], members["branchName"])
    del find_app(state, members)["branches"][members["branchName"]]
    return {"branch": found["branch"]}


def list_branches(state: HostingState, _jobs: Jobs, members: Members) -> Document:
    """ListBranches."""
    found = find_app(state, members)["branches"]
    entries = [(name, each["branch"]) for name, each in sorted(found.items())]
    return page(entries, members, "branches")


def _display_name(branch: str) -> str:
    return (
        "".join(letter if letter.isalnum() else "-" for letter in branch).strip("-").lower()[:255]
    )
