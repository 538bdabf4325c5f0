"""Who runs an operation, as a user writes it: ``api-key``, ``user:NAME``, ``guest`` and so on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from workbench.model.user_problem import UserProblem
from workbench.outputs_file import ApiEndpoint
from workbench.playground.model_rules import allows_guests

USER_POOLS: Final = "AMAZON_COGNITO_USER_POOLS"


class As(StrEnum):
    """The kinds of callers."""

    API_KEY = "api-key"
    USER = "user"
    IAM_USER = "iam"
    GUEST = "guest"
    LAMBDA = "lambda"
    ADMIN = "admin"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True)
class RunAs:
    """A caller: ``name`` is a user's name, ``secret`` a Lambda token.

    ``iam`` with a name is that user's role of the identity pool; ``admin`` signs with the target's
    own credentials; ``plain`` sends the endpoint's headers alone.
    """

    kind: As
    name: str = ""
    secret: str = field(default="", repr=False)

    @property
    def label(self) -> str:
        """The caller as a user reads and writes it, without a token."""
        return f"{self.kind}:{self.name}" if self.name else str(self.kind)

    @property
    def auth_mode(self) -> str:
        """The Amplify client's ``authMode`` for it; empty if headers are sent instead."""
        if self.kind is As.PLAIN:
            return ""
        if self.kind is As.API_KEY:
            return "apiKey"
        if self.kind is As.USER:
            return "userPool"
        return "lambda" if self.kind is As.LAMBDA else "iam"


class UnknownCallerProblem(UserProblem):
    """The text is not a kind of caller; the message lists them."""


def parse_run_as(text: str) -> RunAs:
    """Read a caller: ``api-key``, ``user:NAME``, ``iam:NAME``, ``lambda:TOKEN`` and so on.

    Raises UnknownCallerProblem.
    """
    word, _, rest = text.strip().partition(":")
    if word == As.USER and rest:
        return RunAs(As.USER, rest)
    if word == As.IAM_USER:
        # Without a user's name it is an IAM caller outside of Cognito: the target's credentials.
        return RunAs(As.IAM_USER, rest) if rest else RunAs(As.ADMIN)
    if word == As.LAMBDA and rest:
        return RunAs(As.LAMBDA, secret=rest)
    if word in (As.API_KEY, As.GUEST, As.ADMIN, As.PLAIN) and not rest:
        return RunAs(As(word))
    raise UnknownCallerProblem(
        f"{word!r} is not a caller: use api-key, user:NAME, iam:NAME, guest, lambda:TOKEN or admin"
    )


def default_run_as(endpoint: ApiEndpoint) -> RunAs:
    """The API's default mode if that is an API key, else the target's credentials."""
    if not endpoint.is_appsync:
        return RunAs(As.PLAIN)
    if endpoint.modes[0] == "API_KEY" or (
        endpoint.api_key and endpoint.modes[0] == "AMAZON_COGNITO_USER_POOLS"
    ):
        return RunAs(As.API_KEY)
    return RunAs(As.ADMIN)


def caller_of(written: str, endpoint: ApiEndpoint | None) -> RunAs:
    """Who runs an operation: as written, else the API's default; None: it is not open yet."""
    if endpoint is not None and not endpoint.is_appsync:
        return RunAs(As.PLAIN)
    default = default_run_as(endpoint) if endpoint is not None else RunAs(As.API_KEY)
    try:
        return parse_run_as(written) if written else default
    except UnknownCallerProblem:  # from a file that was edited by hand
        return default


def first_with_rules(endpoint: ApiEndpoint, users: Sequence[str]) -> RunAs | None:
    """The first caller whom rules apply to: a guest if a model allows guests, else a user.

    None if there is neither: then only ``admin`` is left, to whom no rule applies.
    """
    takes_guests = bool(endpoint.identity_pool_id) and "AWS_IAM" in endpoint.modes
    if takes_guests and any(map(allows_guests, endpoint.models.values())):
        return RunAs(As.GUEST)
    if users and USER_POOLS in endpoint.modes:
        return RunAs(As.USER, users[0])
    return None


def choices(endpoint: ApiEndpoint, users: tuple[str, ...]) -> tuple[RunAs, ...]:
    """Who can call this API, the default first; Lambda tokens are typed by hand."""
    if not endpoint.is_appsync:
        return (RunAs(As.PLAIN),)
    found = [default_run_as(endpoint)]
    modes = endpoint.modes
    if "API_KEY" in modes:
        found.append(RunAs(As.API_KEY))
    if "AMAZON_COGNITO_USER_POOLS" in modes:
        found += [RunAs(As.USER, name) for name in users]
    if "AWS_IAM" in modes:
        if endpoint.identity_pool_id:
            found.append(RunAs(As.GUEST))
            found += [RunAs(As.IAM_USER, name) for name in users]
        found.append(RunAs(As.ADMIN))
    return tuple(dict.fromkeys(found))
