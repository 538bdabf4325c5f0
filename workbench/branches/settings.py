"""Variables and secrets of an environment: its own, the shared and the missing ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from workbench.aws.backend_secrets import Secrets
from workbench.branches.context import OpenedBranches
from workbench.branches.env_file import read_dotenv, write_dotenv
from workbench.branches.environments import Environment
from workbench.branches.hosting_models import App
from workbench.branches.referenced_secrets import secrets_of
from workbench.model.user_problem import UserProblem
from workbench.private_files import create_private
from workbench.project.models import BackendIdentity

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
    """Of a branch, or of the user's own sandbox (``branch`` is ""), which has secrets only.

    Every method blocks, and raises UserProblem.
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
            raise UserProblem(
                "A sandbox has no Amplify variables.", "Copy secrets only, or use a .env file."
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


def import_variables(settings: EnvironmentSettings, file: Path) -> None:
    """Set the variables of a .env file as the branch's own; raises UserProblem."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UserProblem(f"{file} could not be read: {why}.", "Name another file.") from None
    settings.change_variables("own", read_dotenv(text, file.name))


def export_variables(variables: Mapping[str, str], file: Path) -> None:
    """Write a new .env file that only the user can read; raises UserProblem."""
    try:
        create_private(file, write_dotenv(variables))
    except FileExistsError:
        raise UserProblem(f"{file.name} exists already.", "Name another file.") from None
    except OSError as error:
        raise UserProblem(
            f"{file} could not be written: {error.strerror}.", "Name another file."
        ) from None


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
