"""The users of a Cognito user pool, on AWS or on the local cloud.

Blocks; callers with an event loop use threads. Cognito's refusals come as UserPoolProblem, in words
with a next step. Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_code, refusal
from workbench.aws.clients import Clients
from workbench.aws.permissions import denial_of
from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui
from workbench.users.pool_rules import PoolRules, read_rules
from workbench.users.pool_schema import Schema, read_schema

PAGE = 60
"""Users of one request: the most that ListUsers gives."""

_MFA_SETTINGS = {
    "totp": "SoftwareTokenMfaSettings",
    "sms": "SMSMfaSettings",
    "email": "EmailMfaSettings",
}
MFA_CHOICES = (*_MFA_SETTINGS, "off")
"""The values of a user's second factor."""

_ATTEMPTS = 6
_DENIED = ("AccessDeniedException", "AccessDenied")
_THROTTLED = ("TooManyRequestsException", "ThrottlingException", "LimitExceededException")
_STEPS = {
    "UsernameExistsException": "Choose another name, or change the existing user.",
    "AliasExistsException": "Another user has this address or number: change that user first.",
    "InvalidPasswordException": "Choose a password that the pool's policy allows.",
    "InvalidParameterException": "Correct the value and try again.",
    "ResourceNotFoundException": "Deploy the backend, or choose another pool.",
    "NotAuthorizedException": "Sign in with credentials that may manage this pool.",
    "UnsupportedUserStateException": "Set a password, or reset it: the invitation was accepted.",
    "GroupExistsException": "Choose another name.",
    "ExpiredTokenException": "Sign in to AWS again.",
}
_STEPS_BY_WORDS = (
    ("Current status is", "Nothing is left to confirm: look at the user's status."),
    ("no registered/verified email", "Verify the user's address or number first."),
    ("delivery config", "Give the user a phone number, or an e-mail address, first."),
    ("not verified software token", "Sign in as the user in your application, and set one up."),
)
"""Where the code alone says too little."""


class UserPoolProblem(UserProblem):
    """A refusal of Cognito's, or why it could not be reached; ``code`` is Cognito's own."""

    def __init__(self, what: str, next_step: str, code: str = "") -> None:
        super().__init__(what, next_step)
        self.code = code

    @property
    def is_denied(self) -> bool:
        """Whether the AWS credentials may not do it; ``what`` names the action."""
        return self.code in _DENIED

    @property
    def is_temporary(self) -> bool:
        """Whether the same request may work later: Cognito was not reached, or it throttles."""
        return not self.code or self.code in _THROTTLED


@dataclass(frozen=True, slots=True)
class User:
    """One user as lists have it; ``attributes`` hold ``sub`` too, texts throughout."""

    username: str
    status: str
    enabled: bool
    attributes: Mapping[str, str] = field(default_factory=dict)
    created: datetime | None = None
    modified: datetime | None = None

    @property
    def label(self) -> str:
        """The name that a person knows: an address, a number, or the username."""
        shown = self.attributes.get("email") or self.attributes.get("phone_number")
        return shown or self.username


@dataclass(frozen=True, slots=True)
class UserDetails:
    """A user with the details that take a request of their own."""

    user: User
    groups: tuple[str, ...] = ()
    mfa: tuple[str, ...] = ()
    preferred_mfa: str = ""
    no_groups: str = ""
    """Why the groups are not known."""

    @classmethod
    def unknown(cls, username: str, why: str) -> UserDetails:
        """Of a user who could not be read."""
        return cls(User(username, "", enabled=True), mfa=("?",), no_groups=why)


@dataclass(frozen=True, slots=True)
class PoolDescription:
    """What a pool asks of its users, and about how many there are; Cognito counts now and then.

    ``is_known`` is False where the credentials may not read it: all else is a guess then.
    """

    rules: PoolRules = field(default_factory=PoolRules)
    schema: Schema = ()
    estimated_users: int = 0
    is_known: bool = True
    tracks_devices: bool = False


class UserPool:
    """One pool; every method is a request or more, repeated where Cognito asks for patience."""

    def __init__(
        self, clients: Clients, pool_id: str, *, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self.cognito = clients.cognito_idp
        self.pool_id = pool_id
        self.is_local = clients.is_local
        self._wait = wait

    # -- users ------------------------------------------------------------------------------------

    def users(self, search: str = "") -> Iterator[User]:
        """Users, page by page as they are asked for; ``search`` is a filter of Cognito's."""
        asked: dict[str, Any] = {"Filter": search} if search else {}
        for page in self.pages("list_users", "PaginationToken", Limit=PAGE, **asked):
            for each in page["Users"]:
                yield read_user(each, each.get("Attributes", ()))

    def describe(self) -> PoolDescription:
        """What the pool asks of its users."""
        found = self.ask(lambda: self.cognito.describe_user_pool(UserPoolId=self.pool_id))
        pool: Mapping[str, Any] = found["UserPool"]
        return PoolDescription(
            read_rules(pool),
            read_schema(pool),
            int(pool.get("EstimatedNumberOfUsers", 0)),
            tracks_devices=bool(pool.get("DeviceConfiguration")),
        )

    def user(self, name: str) -> UserDetails:
        """One user by username or by what they sign in with."""
        found = self.ask(lambda: self.cognito.admin_get_user(**self._of(name)))
        groups, no_groups = self.groups_of(name)
        return UserDetails(
            read_user(found, found.get("UserAttributes", ())),
            groups,
            tuple(found.get("UserMFASettingList", ())),
            found.get("PreferredMfaSetting", ""),
            no_groups,
        )

    def get(self, name: str) -> User:
        """One user as lists have it: a request less than ``user``."""
        found = self.ask(lambda: self.cognito.admin_get_user(**self._of(name)))
        return read_user(found, found.get("UserAttributes", ()))

    def get_if_allowed(self, name: str) -> User | None:
        """One user; None where the credentials may change but not read users."""
        try:
            return self.get(name)
        except UserPoolProblem as problem:
            if not problem.is_denied:
                raise
            return None

    def groups_of(self, name: str) -> tuple[tuple[str, ...], str]:
        """A user's groups; else why the credentials may not read them."""
        try:
            found = self.ask(lambda: self.cognito.admin_list_groups_for_user(**self._of(name)))
        except UserPoolProblem as problem:
            if not problem.is_denied:
                raise
            return (), problem.what
        return tuple(each["GroupName"] for each in found["Groups"]), ""

    def create(
        self,
        name: str,
        attributes: Mapping[str, str],
        *,
        temporary_password: str = "",
        invite: bool = True,
    ) -> User:
        """Create a user; without a password Cognito generates a temporary one and sends it."""
        asked: dict[str, Any] = {
            **self._of(name),
            "UserAttributes": attribute_pairs(attributes),
            "DesiredDeliveryMediums": ["EMAIL"] if "email" in attributes else ["SMS"],
        }
        if temporary_password:
            asked["TemporaryPassword"] = temporary_password
        if not invite:
            asked["MessageAction"] = "SUPPRESS"
        made = self.ask(lambda: self.cognito.admin_create_user(**asked))["User"]
        return read_user(made, made.get("Attributes", ()))

    def resend_invitation(self, name: str) -> None:
        """Send a new temporary password, to the e-mail address if there is one."""
        user = self.get(name)
        asked: dict[str, Any] = {
            **self._of(user.username),
            "MessageAction": "RESEND",
            "DesiredDeliveryMediums": ["EMAIL" if user.attributes.get("email") else "SMS"],
        }
        self.ask(lambda: self.cognito.admin_create_user(**asked))

    def change(self, name: str, attributes: Mapping[str, str]) -> None:
        """Set attributes."""
        asked = {**self._of(name), "UserAttributes": attribute_pairs(attributes)}
        self.ask(lambda: self.cognito.admin_update_user_attributes(**asked))

    def delete(self, name: str) -> None:
        """Delete a user for good."""
        self.ask(lambda: self.cognito.admin_delete_user(**self._of(name)))

    def enable(self, name: str) -> None:
        """Enable a user."""
        self.ask(lambda: self.cognito.admin_enable_user(**self._of(name)))

    def disable(self, name: str) -> None:
        """Disable a user: they cannot sign in."""
        self.ask(lambda: self.cognito.admin_disable_user(**self._of(name)))

    def confirm(self, name: str) -> None:
        """Confirm a user who signed up, without the code."""
        self.ask(lambda: self.cognito.admin_confirm_sign_up(**self._of(name)))

    def set_password(self, name: str, password: str, *, permanent: bool = True) -> None:
        """Set a password; one that is not permanent must be changed at the next sign-in."""
        asked = {**self._of(name), "Password": password, "Permanent": permanent}
        self.ask(lambda: self.cognito.admin_set_user_password(**asked))

    def reset_password(self, name: str) -> None:
        """Send the user a code to choose a new password with."""
        self.ask(lambda: self.cognito.admin_reset_user_password(**self._of(name)))

    def sign_out(self, name: str) -> None:
        """End all sessions of a user."""
        self.ask(lambda: self.cognito.admin_user_global_sign_out(**self._of(name)))

    def set_mfa(self, name: str, preferred: str) -> None:
        """Prefer ``totp``, ``sms`` or ``email`` as second factor, or use none with ``off``."""
        asked: dict[str, Any] = {}
        for kind, setting in _MFA_SETTINGS.items():
            if preferred == kind:
                asked[setting] = {"Enabled": True, "PreferredMfa": True}
            elif preferred == "off":
                asked[setting] = {"Enabled": False, "PreferredMfa": False}
        self.ask(lambda: self.cognito.admin_set_user_mfa_preference(**self._of(name), **asked))

    # -- asking -----------------------------------------------------------------------------------

    def _of(self, name: str) -> dict[str, Any]:
        return {"UserPoolId": self.pool_id, "Username": name}

    def pages(self, call: str, token_name: str, **asked: Any) -> Iterator[Mapping[str, Any]]:
        """The pages of a list, each asked for when it is needed."""
        token = ""
        while True:
            more = {token_name: token} if token else {}
            request = partial(getattr(self.cognito, call), UserPoolId=self.pool_id, **asked, **more)
            page: Mapping[str, Any] = self.ask(request)
            yield page
            token = page.get(token_name, "")
            if not token:
                return

    def ask(self, call: Callable[[], Any], service: str = "Cognito") -> Any:
        """One request; waits longer and longer where the service throttles."""
        for attempt in range(_ATTEMPTS):
            try:
                return call()
            except ClientError as error:
                if error_code(error) in _THROTTLED and attempt + 1 < _ATTEMPTS:
                    self._wait(0.25 * 2**attempt)
                    continue
                raise _problem(error) from None
            except BotoCoreError as error:
                raise UserPoolProblem(
                    f"{service} could not be reached: {error}.",
                    "Check the network and the credentials.",
                ) from None
        raise AssertionError("the last attempt returns or raises")


def _problem(error: ClientError) -> UserPoolProblem:
    code, message = refusal(error)
    denial = denial_of(error)
    if denial is not None:
        return UserPoolProblem(f"{denial.what}.", denial.next_step, code)
    return UserPoolProblem(f"{message}.", _next_step(code, message), code)


def read_user(found: Mapping[str, Any], attributes: Sequence[Mapping[str, str]]) -> User:
    """A user of Cognito's answer, where the attributes have one of two names."""
    return User(
        found["Username"],
        found.get("UserStatus", ""),
        bool(found.get("Enabled", True)),
        {each["Name"]: each.get("Value", "") for each in attributes},
        found.get("UserCreateDate"),
        found.get("UserLastModifiedDate"),
    )


def attribute_pairs(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    """Attributes as Cognito's requests have them."""
    return [{"Name": name, "Value": value} for name, value in attributes.items()]


def _next_step(code: str, message: str) -> str:
    for words, step in _STEPS_BY_WORDS:
        if words in message:
            return step
    if code == "UserNotFoundException":
        return f"List the users with `{amplify_tui('users', 'list')}`."
    return _STEPS.get(code, "Try again.")
