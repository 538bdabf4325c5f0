"""A backend's secrets: SSM parameters at the paths where Amplify looks for them.

Blocks. Values are in no text, no log and no error.
Source: ampx's ``SSMSecretClient`` (@aws-amplify/backend-secret)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_code
from workbench.aws.permissions import denial_of
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.project.identity import secret_path, shared_secret_path
from workbench.project.models import BackendIdentity

_NAME = re.compile(r"[a-zA-Z0-9_.-]+")


class SecretProblem(UserProblem):
    """Why a secret cannot be read or set; never with its value."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret with its version; ``value`` is set where it was asked for alone."""

    name: str
    version: int
    changed: datetime | None = None
    is_shared: bool = False
    value: str = field(default="", repr=False)


class Secrets:
    """One backend's own secrets and, where ``shared``, those of all backends of the app instead."""

    def __init__(self, ssm: Any, identity: BackendIdentity, *, shared: bool = False) -> None:
        self._ssm = ssm
        self.identity = identity
        self._shared = shared

    def all(self) -> tuple[Secret, ...]:
        """The secrets by name, without their values."""
        found = []
        pages = self._ssm.get_paginator("get_parameters_by_path").paginate(Path=self._path())
        for page in _asked(lambda: list(pages)):
            found += [_secret(each, shared=self._shared) for each in page["Parameters"]]
        return tuple(sorted(found, key=lambda each: each.name))

    def get(self, name: str) -> Secret:
        """One secret with its value; raises SecretProblem if there is none."""
        path = self._path(_checked(name))
        found = _asked(lambda: self._ssm.get_parameter(Name=path, WithDecryption=True), name)
        return _secret(found["Parameter"], shared=self._shared, with_value=True)

    def set(self, name: str, value: str) -> None:
        """Make a secret, or its next version."""
        path = self._path(_checked(name))
        if not value:
            raise SecretProblem(f"The secret {name} would be empty.", "Give it a value.")
        _asked(
            lambda: self._ssm.put_parameter(
                Name=path,
                Value=value,
                Type="SecureString",
                Overwrite=True,
                Description="Amplify Secret",
            ),
            name,
        )

    def remove(self, name: str) -> None:
        """Remove a secret for good."""
        path = self._path(_checked(name))
        _asked(lambda: self._ssm.delete_parameter(Name=path), name)

    def _path(self, name: str = "") -> str:
        make = shared_secret_path if self._shared else secret_path
        return make(self.identity, name)


def _secret(found: Any, *, shared: bool, with_value: bool = False) -> Secret:
    return Secret(
        found["Name"].rpartition("/")[2],
        int(found.get("Version", 0)),
        found.get("LastModifiedDate"),
        shared,
        found["Value"] if with_value else "",
    )


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise SecretProblem(
            f"{name!r} is not a secret's name.",
            "Use letters, digits, underscores, dots and dashes.",
        )
    return name


def _asked(call: Callable[[], Any], name: str = "") -> Any:
    try:
        return call()
    except ClientError as error:
        code = error_code(error)
        if code == "ParameterNotFound":
            raise SecretProblem(
                f"There is no secret {name}.",
                f"Look at them with `{amplify_tui('secret', 'list')}`.",
            ) from None
        denial = denial_of(error)
        if denial is not None:
            raise SecretProblem(f"{denial.what}.", denial.next_step) from None
        raise SecretProblem(
            f"SSM refused it ({code}).", "Look at the credentials, then try again."
        ) from None
    except BotoCoreError as error:
        raise SecretProblem(
            f"SSM cannot be asked: {type(error).__name__}.", "Check the network."
        ) from None
