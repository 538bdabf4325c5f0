"""Models of Amplify Hosting's control plane: apps, branches and jobs, read from its answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workbench.localcloud.contract import ENDED, PREVIEW_OF, expiry
from workbench.model.user_problem import UserProblem


class HostingProblem(UserProblem):
    """A refusal of Amplify's; ``code`` is AWS's own.

    ``is_denied``: the AWS credentials may not do it; ``what`` names the action.
    """

    def __init__(
        self, what: str, next_step: str, code: str = "", *, is_denied: bool = False
    ) -> None:
        super().__init__(what, next_step)
        self.code = code
        self.is_denied = is_denied


@dataclass(frozen=True, slots=True)
class App:
    """The app that the project's repository is connected to.

    New Git branches that match one of ``patterns`` are connected automatically; ``removes_gone``:
    environments are deleted with their Git branches.
    """

    id: str
    name: str
    repository: str
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    patterns: tuple[str, ...] = ()
    removes_gone: bool = False
    domain: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a job; ``reason`` is set where it failed."""

    name: str
    status: str
    seconds: float
    log_url: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of a branch; ``seconds`` until now while it is running."""

    id: str
    status: str
    commit: str
    message: str
    started: datetime | None
    seconds: float
    kind: str = "RELEASE"
    steps: tuple[Step, ...] = ()

    @property
    def has_ended(self) -> bool:
        """Whether it has ended."""
        return self.status in ENDED


@dataclass(frozen=True, slots=True)
class HostedBranch:
    """A branch that is connected; a preview shows ``preview_of`` until it ``expires``."""

    name: str
    stage: str
    auto_build: bool
    stack_arn: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    preview_of: str = ""
    expires: datetime | None = None
    display_name: str = ""

    def site(self, app: App) -> str:
        """Where AWS serves the branch's frontend; the local cloud serves none."""
        return "" if not app.domain else f"https://{self.display_name}.{app.domain}"

    @property
    def is_production(self) -> bool:
        """Whether it is marked as production."""
        return self.stage == "PRODUCTION"


def read_app(found: Mapping[str, Any]) -> App:
    """An app of AWS's answer."""
    return App(
        found["appId"],
        found["name"],
        found.get("repository", ""),
        found.get("environmentVariables", {}),
        tuple(found.get("autoBranchCreationPatterns") or ())
        if found.get("enableAutoBranchCreation")
        else (),
        bool(found.get("enableBranchAutoDeletion")),
        "" if found["defaultDomain"].endswith(".localhost") else found["defaultDomain"],
    )


def read_branch(found: Mapping[str, Any]) -> HostedBranch:
    """A branch of AWS's answer."""
    tags = found.get("tags") or {}
    return HostedBranch(
        found["branchName"],
        found.get("stage", "NONE"),
        bool(found.get("enableAutoBuild")),
        (found.get("backend") or {}).get("stackArn", ""),
        found.get("environmentVariables", {}),
        tags.get(PREVIEW_OF, ""),
        expiry(tags),
        found["displayName"],
    )


def read_job(found: Mapping[str, Any], steps: Any = ()) -> Job:
    """A job of AWS's answer: its summary, and its steps where they are there."""
    started = found.get("startTime")
    return Job(
        found["jobId"],
        found["status"],
        found.get("commitId", ""),
        found.get("commitMessage", ""),
        started,
        _seconds(started, found.get("endTime"), ended=found["status"] in ENDED),
        found.get("jobType", "RELEASE"),
        tuple(
            Step(
                each["stepName"],
                each["status"],
                _seconds(each["startTime"], each.get("endTime"), ended=each["status"] in ENDED),
                each.get("logUrl", ""),
                each.get("statusReason", ""),
            )
            for each in steps
        ),
    )


def _seconds(started: datetime | None, end: datetime | None, *, ended: bool) -> float:
    if started is None:
        return 0.0
    if not ended or end is None:
        end = datetime.now(started.tzinfo)
    return max(0.0, (end - started).total_seconds())
