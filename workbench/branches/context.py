"""Context of a project's environments: the session, its clients and Amplify Hosting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from workbench.aws.client_errors import error_message
from workbench.aws.clients import Clients
from workbench.aws.permissions import permission_problem
from workbench.aws.target import LocalTarget
from workbench.branches.compare import Difference, Side, compare, read_side
from workbench.branches.environments import (
    Environment,
    Environments,
    Stack,
    list_environments,
)
from workbench.branches.hosting import Hosting
from workbench.branches.hosting_models import App, HostedBranch, Job
from workbench.git.command import commit_of
from workbench.model.system_problem import os_errors_as_problems
from workbench.model.user_problem import UserProblem
from workbench.project.identity import secret_path, stack_name
from workbench.project.models import BackendIdentity, Project
from workbench.startup import Session


@dataclass(frozen=True, slots=True)
class OpenedBranches:
    """A project's environments on a target that answers; every method blocks."""

    session: Session
    clients: Clients
    hosting: Hosting

    @property
    def project(self) -> Project:
        """The project whose environments these are."""
        return self.session.project

    @property
    def identity(self) -> BackendIdentity:
        """One's own sandbox."""
        return self.session.identity

    @os_errors_as_problems()
    def environments(self) -> Environments:
        """All environments, as they are now."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            return list_environments(self.project, self.hosting, self.clients.cloudformation)
        except (ClientError, BotoCoreError) as error:
            raise permission_problem(error) or UserProblem(
                f"The environments could not be read: {error_message(error)}",
                "Check the network and the credentials, then try again.",
            ) from None

    def app_to_connect(self) -> App:
        """The app; created if missing, which only the local cloud can do."""
        found = self.hosting.app()
        if found is not None:
            return found
        if not isinstance(self.clients.target, LocalTarget):
            raise UserProblem(
                "This repository is not connected to an Amplify app.",
                "Connect it in the Amplify console once: AWS must be allowed to read it.",
            )
        return self.hosting.create_app()

    def app_of(self, branch: str) -> App | None:
        """The app where this branch is connected, else None."""
        app = self.hosting.app()
        if app is None:
            return None
        return app if any(each.name == branch for each in self.hosting.branches(app)) else None

    def connected_branch(self, name: str) -> Environment:
        """A connected branch with its stack, read without the other environments."""
        app = self.hosting.known_app()
        hosted = self.hosting.branch(app, name)
        stack = Stack(stack_name(BackendIdentity(app.id, name, "branch")), "")
        return Environment("branch", name, app.id, hosted=hosted, stack=stack)

    def app_to_preview(self) -> App:
        """The app for previews of any branch; raises UserProblem on AWS, which has its own."""
        if not isinstance(self.clients.target, LocalTarget):
            raise UserProblem(
                "On AWS, Amplify makes previews of pull requests only.",
                "Open a pull request, with previews enabled for the branch it goes to.",
            )
        return self.app_to_connect()

    def start_preview(self, app: App, preview: HostedBranch) -> Job:
        """Deploy a preview: its branch as it stands, or its commit."""
        commit = commit_of(self.project.root, preview.preview_of).id
        return self.hosting.start(app, preview.name, commit=commit)

    def compared(self, first: str, second: str, *, values: bool = False) -> tuple[Difference, ...]:
        """What the second environment adds, lacks or has different; ``sandbox`` is the user's own.

        With ``values`` also which secrets have another value, and variables' own.
        """
        sides = self._side(first, values=values), self._side(second, values=values)
        return compare(*sides, values=values)

    def _side(self, name: str, *, values: bool) -> Side:
        from botocore.exceptions import BotoCoreError, ClientError

        identity, variables = self.identity, None
        if name != "sandbox":
            app = self.hosting.known_app()
            identity = BackendIdentity(app.id, name, "branch")
            variables = {**app.variables, **self.hosting.branch(app, name).variables}
        try:
            return read_side(
                self.clients,
                stack_name(identity),
                secret_path(identity),
                variables,
                values=values,
            )
        except (ClientError, BotoCoreError) as error:
            raise permission_problem(error) or UserProblem(
                f"{name} could not be read: {error_message(error)}", "Deploy it first."
            ) from None


def open_branches(session: Session) -> OpenedBranches:
    """The environments of a session whose target answers (``startup.connect``)."""
    clients = Clients(session.target)
    amplify: Any = clients.client("amplify")
    hosting = Hosting(
        amplify, session.project, is_local=clients.is_local, ca_bundle=clients.ca_bundle
    )
    return OpenedBranches(session, clients, hosting)
