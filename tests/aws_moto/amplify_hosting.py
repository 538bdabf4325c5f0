"""Amplify Hosting for the AWS under test, which moto does not have: one app with its branches."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.aws_moto.faults import Answer, error_answer
from tests.aws_moto.requests import Request

APP = "d1abcdefghijkl"


@dataclass
class AmplifyHosting:
    """An app that ``repository`` is connected to; append ``answer`` to an AWS's ``extra``."""

    repository: str = ""
    branches: dict[str, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    log_url: str = ""

    def add_branch(self, name: str, *, commit: str = "HEAD", **more: Any) -> None:
        """Connect a branch that was deployed once."""
        self.branches[name] = {
            "branchName": name,
            "branchArn": f"arn:aws:amplify:us-east-1:123456789012:apps/{APP}/branches/{name}",
            "displayName": name,
            "description": "",
            "stage": "NONE",
            "framework": "",
            "enableAutoBuild": True,
            "enableNotification": False,
            "enableBasicAuth": False,
            "environmentVariables": {"COLOUR": "blue"},
            "customDomains": [],
            "activeJobId": "1",
            "totalNumberOfJobs": "1",
            "ttl": "5",
            "enablePullRequestPreview": False,
            "createTime": time.time(),
            "updateTime": time.time(),
            **more,
        }
        self.jobs[name] = [self._job(name, "1", "SUCCEED", commit)]

    def _job(self, branch: str, number: str, status: str, commit: str) -> dict[str, Any]:
        arn = f"arn:aws:amplify:us-east-1:123456789012:apps/{APP}/branches/{branch}/jobs/{number}"
        return {
            "jobArn": arn,
            "jobId": number,
            "commitId": commit,
            "commitMessage": "Add todos",
            "commitTime": time.time(),
            "startTime": time.time() - 90,
            "endTime": time.time() - 30,
            "status": status,
            "jobType": "RELEASE",
        }

    def answer(self, request: Request) -> Answer | None:
        """An answer to a request for Amplify; None to all others."""
        if request.service != "amplify":
            return None
        answers: Mapping[str, Callable[[Mapping[str, Any]], object]] = {
            "ListApps": self._list_apps,
            "ListBranches": lambda _: {"branches": list(self.branches.values())},
            "GetBranch": lambda asked: {"branch": self.branches[asked["branchName"]]},
            "CreateBranch": self._create_branch,
            "UpdateBranch": self._update_branch,
            "DeleteBranch": lambda asked: {"branch": self.branches.pop(asked["branchName"])},
            "ListJobs": lambda asked: {"jobSummaries": self.jobs[asked["branchName"]]},
            "GetJob": self._get_job,
            "StartJob": self._start_job,
            "StopJob": self._stop_job,
            "ListDomainAssociations": lambda _: {"domainAssociations": []},
        }
        answer = answers.get(request.operation)
        if answer is None:
            return error_answer(request, "BadRequestException", request.operation, 400)
        try:
            body = answer(request.parameters)
        except KeyError as missing:
            return error_answer(request, "NotFoundException", f"{missing} not found", 404)
        return Answer(200, json.dumps(body).encode(), "application/json")

    def _list_apps(self, _asked: Mapping[str, Any]) -> object:
        app = {
            "appId": APP,
            "appArn": f"arn:aws:amplify:us-east-1:123456789012:apps/{APP}",
            "name": "quickstart",
            "description": "",
            "repository": self.repository,
            "platform": "WEB",
            "createTime": time.time(),
            "updateTime": time.time(),
            "environmentVariables": {},
            "defaultDomain": f"{APP}.amplifyapp.com",
            "enableBranchAutoBuild": True,
            "enableBasicAuth": False,
        }
        return {"apps": [app] if self.repository else []}

    def _create_branch(self, asked: Mapping[str, Any]) -> object:
        self.add_branch(asked["branchName"])
        return {"branch": self.branches[asked["branchName"]]}

    def _update_branch(self, asked: Mapping[str, Any]) -> object:
        branch = self.branches[asked["branchName"]]
        branch["environmentVariables"] = asked["environmentVariables"]
        return {"branch": branch}

    def _get_job(self, asked: Mapping[str, Any]) -> object:
        jobs = self.jobs[asked["branchName"]]
        summary = next(each for each in jobs if each["jobId"] == asked["jobId"])
        step = {
            "stepName": "BUILD",
            "startTime": summary["startTime"],
            "endTime": summary["endTime"],
            "status": summary["status"],
            "logUrl": self.log_url,
        }
        return {"job": {"summary": summary, "steps": [step]}}

    def _start_job(self, asked: Mapping[str, Any]) -> object:
        branch = asked["branchName"]
        jobs = self.jobs[branch]
        job = self._job(branch, str(len(jobs) + 1), "SUCCEED", str(asked.get("commitId", "HEAD")))
        jobs.insert(0, job)
        return {"jobSummary": job}

    def _stop_job(self, asked: Mapping[str, Any]) -> object:
        jobs = self.jobs[asked["branchName"]]
        return {"jobSummary": next(each for each in jobs if each["jobId"] == asked["jobId"])}
