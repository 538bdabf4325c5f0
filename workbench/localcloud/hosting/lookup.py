"""Finds apps, branches and jobs, or refuses as AWS does; shared by the operations."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Protocol

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.hosting.protocol import RefusalError
from workbench.localcloud.hosting.state import Document, HostingState

Members = Mapping[str, Any]

ARN = f"arn:aws:amplify:{LOCAL_REGION}:{LOCAL_ACCOUNT}:"
SECRET = ("accessToken", "oauthToken")
"""Never kept: the local cloud clones nothing from elsewhere."""


NOT_SERVED = (
    "The local cloud serves no web sites: deploy the files yourself, or start a RELEASE job, "
    "which deploys the backend."
)


class Jobs(Protocol):
    """Runs jobs; every call returns at once. ``endpoint`` is the local cloud's address."""

    endpoint: str

    def start(self, app_id: str, branch: str, job_id: str) -> None:
        """Run a job that is in the state, as soon as its turn comes."""

    def stop(self, app_id: str, branch: str, job_id: str) -> None:
        """Cancel a job that waits or runs."""

    def forget(self, app_id: str, branch: str) -> None:
        """Stop all jobs of a branch, and take away its worktree, its logs and its backend."""


def find_app(state: HostingState, members: Members) -> Document:
    """An app; raises RefusalError if missing."""
    return find(state.apps, members["appId"], "App")


def find_branch(state: HostingState, members: Members) -> Document:
    """A branch of an app; raises RefusalError if missing."""
    return find(find_app(state, members)["branches"], members["branchName"], "Branch")


def find_job(state: HostingState, members: Members) -> Document:
    """A job of a branch; raises RefusalError if missing."""
    return find(find_branch(state, members)["jobs"], members["jobId"], "Job")


def find(documents: Mapping[str, Document], key: str, what: str) -> Document:
    """One document; raises RefusalError if missing."""
    found = documents.get(key)
    if found is None:
        raise RefusalError("NotFoundException", f"{what} {key} not found.")
    return found


def change(document: Document, members: Members, *keys: str) -> None:
    """Take over the members that are given, but ``keys``."""
    changed = {k: v for k, v in members.items() if k not in keys and k not in SECRET}
    document.update(changed, updateTime=time.time())
