"""A project's app in Amplify Hosting, its branches and their jobs, on AWS or on the local cloud.

Blocks. Refusals come as HostingProblem, in AWS's words with a next step.
Source: docs.aws.amazon.com/amplify/latest/APIReference
"""

from __future__ import annotations

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.certificates import trusting
from workbench.aws.client_errors import refusal
from workbench.aws.permissions import denial_of
from workbench.branches.hosting_models import (
    App,
    HostedBranch,
    HostingProblem,
    Job,
    Step,
    read_app,
    read_branch,
    read_job,
)
from workbench.branches.previews import preview_name, preview_tags
from workbench.git.command import GitProblem, main_checkout, repository_root, run_git
from workbench.localcloud.client import ask
from workbench.localcloud.contract import APP_ROOT, LOGS_PATH
from workbench.printed_commands import amplify_tui
from workbench.project.models import Project

_SECONDS = 30
_POLL, _POLL_AWS = 0.25, 2.0
"""Seconds between two looks at a job; on AWS each one downloads all of the logs again."""


class Hosting:
    """The control plane for one project; ``ca_bundle`` is what ``Clients.ca_bundle`` says."""

    def __init__(
        self, amplify: Any, project: Project, *, is_local: bool = True, ca_bundle: str = ""
    ) -> None:
        self.amplify = amplify
        self._project = project
        self._ca_bundle = ca_bundle
        self.poll_seconds = _POLL if is_local else _POLL_AWS
        """Between two looks at what changes."""

    # -- the app ----------------------------------------------------------------------------------

    def app(self) -> App | None:
        """The app of the project's repository, or None.

        Of several (a repository of several projects has an app for each) that of the project's own
        folder.
        """
        wanted = _addresses(self._project.root)
        inside = self._inside()
        roots: dict[str, App] = {}
        for each in self.pages("list_apps", "apps"):
            if _normal(each.get("repository", "")) in wanted:
                found = read_app(each)
                roots.setdefault(found.variables.get(APP_ROOT, "").strip("/"), found)
        # One without the variable may name its folder in amplify.yml alone.
        return roots.get(inside) or roots.get("")

    def known_app(self) -> App:
        """The app; raises HostingProblem if there is none."""
        found = self.app()
        if found is None:
            raise HostingProblem(
                "This repository is not connected to an Amplify app.",
                f"Connect a branch first: `{amplify_tui('branches', 'connect', 'BRANCH')}`.",
            )
        return found

    def create_app(self) -> App:
        """Create an app for the project's folder of this machine (local cloud)."""
        root, inside = main_checkout(self._project.root), self._inside()
        variables = {APP_ROOT: inside} if inside else {}
        made = self.ask(
            lambda: self.amplify.create_app(
                name=self._project.package_name,
                repository=str(root),
                environmentVariables=variables,
            )
        )
        return read_app(made["app"])

    def _inside(self) -> str:
        """The project's folder in its repository; "" for the repository itself, or without one."""
        root = self._project.root
        try:
            inside = root.resolve().relative_to(repository_root(root).resolve())
        except GitProblem:
            return ""
        return "" if inside == Path() else str(inside)

    # -- branches ---------------------------------------------------------------------------------

    def branches(self, app: App) -> tuple[HostedBranch, ...]:
        """The connected branches, by name."""
        return tuple(read_branch(each) for each in self.pages("list_branches", "branches", app))

    def branch(self, app: App, name: str) -> HostedBranch:
        """A connected branch; raises HostingProblem."""
        found = self.ask(lambda: self.amplify.get_branch(appId=app.id, branchName=name))
        return read_branch(found["branch"])

    def connect(self, app: App, name: str, *, production: bool, auto_build: bool) -> HostedBranch:
        """Connect a branch: make it an environment; it is not deployed yet."""
        asked: dict[str, Any] = {"enableAutoBuild": auto_build}
        if production:
            asked["stage"] = "PRODUCTION"
        made = self.ask(lambda: self.amplify.create_branch(appId=app.id, branchName=name, **asked))
        return read_branch(made["branch"])

    def preview(self, app: App, source: str, hours: float) -> HostedBranch:
        """Create a temporary preview of a branch or commit; it is not deployed yet."""
        made = self.ask(
            lambda: self.amplify.create_branch(
                appId=app.id,
                branchName=preview_name(source),
                stage="PULL_REQUEST",
                enableAutoBuild=True,
                tags=preview_tags(source, hours),
            )
        )
        return read_branch(made["branch"])

    def set_automatic(self, app: App, patterns: tuple[str, ...], *, removes_gone: bool) -> None:
        """Set which new Git branches are connected, and whether deleted ones lose theirs."""
        asked: dict[str, Any] = {
            "enableAutoBranchCreation": bool(patterns),
            "enableBranchAutoDeletion": removes_gone,
        }
        if patterns:
            asked["autoBranchCreationPatterns"] = list(patterns)
            asked["autoBranchCreationConfig"] = {"enableAutoBuild": True}
        self.ask(lambda: self.amplify.update_app(appId=app.id, **asked))

    def delete(self, app: App, name: str) -> None:
        """Delete a branch's environment: its backend with all its data, its jobs, its logs."""
        self.ask(lambda: self.amplify.delete_branch(appId=app.id, branchName=name))

    def set_variables(self, app: App, branch: str, variables: Mapping[str, str]) -> None:
        """Set all variables of a branch, or of the app where ``branch`` is ""."""
        given = dict(variables)
        if branch:
            self.ask(
                lambda: self.amplify.update_branch(
                    appId=app.id, branchName=branch, environmentVariables=given
                )
            )
        else:
            self.ask(lambda: self.amplify.update_app(appId=app.id, environmentVariables=given))

    # -- jobs -------------------------------------------------------------------------------------

    def jobs(self, app: App, branch: str) -> Iterator[Job]:
        """A branch's jobs, newest first, without their steps."""
        for each in self.pages("list_jobs", "jobSummaries", app, branchName=branch):
            yield read_job(each)

    def job(self, app: App, branch: str, job_id: str) -> Job:
        """A job with its steps."""
        found = self.ask(
            lambda: self.amplify.get_job(appId=app.id, branchName=branch, jobId=job_id)
        )["job"]
        return read_job(found["summary"], found["steps"])

    def start(self, app: App, branch: str, *, retry: str = "", commit: str = "") -> Job:
        """Start a job for the branch's last commit (or for ``commit``), or an ended one again."""
        asked = {"jobType": "RETRY", "jobId": retry} if retry else {"jobType": "RELEASE"}
        if commit:
            asked["commitId"] = commit
        made = self.ask(lambda: self.amplify.start_job(appId=app.id, branchName=branch, **asked))
        return read_job(made["jobSummary"])

    def start_for(self, app: App, branch: str, commit: str) -> Job:
        """The job that deploys this commit: one that a watched ref has started, or a new one."""
        newest = next(self.jobs(app, branch), None)
        if newest is not None and newest.commit == commit and not newest.has_ended:
            return newest
        return self.start(app, branch)

    def stop(self, app: App, branch: str, job_id: str) -> Job:
        """Ask a job to end."""
        found = self.ask(
            lambda: self.amplify.stop_job(appId=app.id, branchName=branch, jobId=job_id)
        )
        return read_job(found["jobSummary"])

    def follow(
        self,
        app: App,
        branch: str,
        job_id: str,
        say: Callable[[str, str], None],
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> Job:
        """Give each line of a job's logs to ``say(step, line)`` as it comes, until the job ends."""
        told: dict[str, int] = {}
        while True:
            job, lines = self.look(app, branch, job_id, told)
            for step, line in lines:
                say(step, line)
            if job.has_ended:
                return job
            wait(self.poll_seconds)

    def look(
        self, app: App, branch: str, job_id: str, told: dict[str, int]
    ) -> tuple[Job, list[tuple[str, str]]]:
        """A job with its steps, and the lines since the last look as (step, line).

        ``told`` remembers how far each step's log was read; begin with an empty one.
        """
        job = self.job(app, branch, job_id)
        lines: list[tuple[str, str]] = []

        def say(step: str, line: str) -> None:
            lines.append((step, line))

        for step in job.steps:
            if step.log_url:
                told[step.name] = _tell(
                    step,
                    told.get(step.name, 0),
                    say,
                    is_last=job.has_ended,
                    trusted=trusting(self._ca_bundle),
                )
        return job, lines

    # -- asking -----------------------------------------------------------------------------------

    def pages(self, call: str, name: str, app: App | None = None, **more: Any) -> Iterator[Any]:
        """All entries of a list that comes in pages."""
        asked = {**more, **({"appId": app.id} if app else {})}
        pages = self.amplify.get_paginator(call).paginate(**asked)
        iterator = iter(pages)
        while True:
            page = self.ask(lambda: next(iterator, None))
            if page is None:
                return
            yield from page[name]

    def ask(self, call: Callable[[], Any]) -> Any:
        """Ask Amplify; its refusals come as HostingProblem."""
        try:
            return call()
        except ClientError as error:
            code, message = refusal(error)
            denial = denial_of(error, "amplify")
            if denial is not None:
                raise HostingProblem(
                    f"{denial.what}.", denial.next_step, code, is_denied=True
                ) from None
            step = _next_step(code)
            raise HostingProblem(f"Amplify: {message}.", step, code) from None
        except BotoCoreError as error:
            raise HostingProblem(
                f"Amplify could not be reached: {error}.", "Check the network and the credentials."
            ) from None


_STEPS = {
    "LimitExceededException": "Delete what is no longer needed, or wait for jobs to end.",
}


def _next_step(code: str) -> str:
    if code == "NotFoundException":
        return f"List the branches with `{amplify_tui('branches', 'list')}`."
    return _STEPS.get(code, "Try again.")


def _tell(
    step: Step,
    offset: int,
    say: Callable[[str, str], None],
    *,
    is_last: bool,
    trusted: ssl.SSLContext | None,
) -> int:
    """Give the lines from ``offset`` (bytes) on; an unfinished line waits for its end."""
    try:
        if LOGS_PATH in step.log_url:
            answer = ask(f"{step.log_url}?offset={offset}", timeout=_SECONDS)
            text = answer.body if answer.status == 200 else b""
        elif not _may_be_read(step.log_url):
            raise HostingProblem(
                f"The log of {step.name} is not read: {ascii(step.log_url)[:80]} is not an https "
                "address.",
                "Read it in the Amplify console.",
            )
        else:
            # AWS signs an address that must stay as it is: all of the log comes each time.
            log = urllib.request.urlopen(step.log_url, timeout=_SECONDS, context=trusted)
            with log as response:
                text = response.read()[offset:]
    except urllib.error.HTTPError:
        return offset  # not written yet
    except OSError as error:
        raise HostingProblem(f"The log could not be read: {error}.", "Try again.") from None
    whole = text if is_last else text[: text.rfind(b"\n") + 1]
    for line in whole.decode("utf-8", "replace").splitlines():
        say(step.name, line)
    return offset + len(whole)


def _may_be_read(url: str) -> bool:
    """Whether Amplify's address of a log leads to a web server, and by https unless it is here."""
    parts = urlsplit(url)
    is_here = parts.hostname in ("127.0.0.1", "localhost")
    return parts.scheme == "https" or (parts.scheme == "http" and is_here)


def _addresses(root: Path) -> set[str]:
    """What an app's ``repository`` can say of this one: its folder, or its remotes."""
    found = {_normal(str(main_checkout(root)))}
    try:
        for line in run_git(root, "remote", "--verbose").splitlines():
            found.add(_normal(line.split()[1]))
    except GitProblem:
        pass  # a repository without remotes is known by its folder
    return found


def _normal(address: str) -> str:
    """``git@host:team/app.git`` and ``https://host/team/app`` are the same repository."""
    text = address.removeprefix("file://").removesuffix("/").removesuffix(".git")
    for scheme in ("https://", "ssh://", "http://"):
        text = text.removeprefix(scheme)
    return text.rpartition("@")[2].replace(":", "/").casefold()
