"""Variables and secrets of one environment: what it sees, what is its own, what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from workbench.aws.backend_secrets import Secrets
from workbench.branches.context import OpenedBranches
from workbench.branches.environments import Environment
from workbench.branches.hosting_models import App
from workbench.branches.referenced_secrets import secrets_of
from workbench.project.models import BackendIdentity, ProjectProblem

Kind = Literal["variable", "secret"]
Scope = Literal["own", "shared"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One variable or secret; ``shared`` ones are the app's, for all branches.

    A secret's ``value`` is never read here. ``is_set`` is False for a secret that the code asks for
    and that is not there.
    """

    kind: Kind
    scope: Scope
    name: str
    value: str = field(default="", repr=False)
    is_set: bool = True


class EnvironmentSettings:
    """One branch's, or one's own sandbox's (``branch`` is ""), which has secrets only.

    Every method blocks, and raises ProjectProblem.
    """

    def __init__(self, opened: OpenedBranches, branch: str) -> None:
        self._opened = opened
        self.branch = branch

    def read(self) -> tuple[Setting, ...]:
        """Variables, then secrets, then what is missing; each by name, the own ones first."""
        found: list[Setting] = []
        if self.branch:
            app = self._app()
            own = self._opened.hosting.branch(app, self.branch).variables
            found += [Setting("variable", "own", name, own[name]) for name in sorted(own)]
            found += [
                Setting("variable", "shared", name, app.variables[name])
                for name in sorted(app.variables)
            ]
        scopes: tuple[Scope, ...] = ("own", "shared") if self.branch else ("own",)
        for scope in scopes:
            found += [Setting("secret", scope, each.name) for each in self._secrets(scope).all()]
        known = {each.name for each in found if each.kind == "secret"}
        wanted = secrets_of(self._opened.project.root, self._ref())
        found += [
            Setting("secret", "own", name, is_set=False) for name in wanted if name not in known
        ]
        return tuple(found)

    def set(self, setting: Setting, value: str) -> None:
        """Set a variable or a secret to ``value``."""
        if setting.kind == "secret":
            self._secrets(setting.scope).set(setting.name, value)
        else:
            self.change_variables(setting.scope, {setting.name: value})

    def remove(self, setting: Setting) -> None:
        """Remove a variable or a secret."""
        if setting.kind == "secret":
            self._secrets(setting.scope).remove(setting.name)
        else:
            self.change_variables(setting.scope, {}, without=(setting.name,))

    def change_variables(
        self, scope: Scope, changed: Mapping[str, str], *, without: Sequence[str] = ()
    ) -> None:
        """Set some variables and take others away; the rest stays."""
        app = self._app()
        hosting = self._opened.hosting
        branch = self.branch if scope == "own" else ""
        old = hosting.branch(app, branch).variables if branch else app.variables
        kept = {name: value for name, value in old.items() if name not in without}
        hosting.set_variables(app, branch, {**kept, **changed})

    def copy(self, settings: Sequence[Setting], to: EnvironmentSettings) -> int:
        """Copy into another environment as its own; how many. Secrets are read for that alone."""
        variables = {each.name: each.value for each in settings if each.kind == "variable"}
        if variables and not to.branch:
            raise ProjectProblem(
                "A sandbox has no variables of Amplify's.", "Copy secrets alone, or use a .env."
            )
        if variables:
            to.change_variables("own", variables)
        secrets = [each for each in settings if each.kind == "secret" and each.is_set]
        for each in secrets:
            value = self._secrets(each.scope).get(each.name).value
            to.set(Setting("secret", "own", each.name), value)
        return len(variables) + len(secrets)

    def _app(self) -> App:
        return self._opened.hosting.known_app()

    def _ref(self) -> str:
        if not self.branch:
            return ""
        return self._opened.hosting.branch(self._app(), self.branch).preview_of or self.branch

    def _secrets(self, scope: Scope) -> Secrets:
        opened = self._opened
        identity = opened.identity
        if self.branch:
            identity = BackendIdentity(self._app().id, self.branch, "branch")
        return Secrets(opened.clients.ssm, identity, shared=scope == "shared")


def touched_by(
    setting: Setting, branch: str, environments: Sequence[Environment]
) -> tuple[Environment, ...]:
    """The deployed branches that see a change of this setting only once they are deployed again."""
    return tuple(
        each
        for each in environments
        if each.hosted is not None
        and each.stack is not None
        and (setting.scope == "shared" or each.name == branch)
    )
