"""A Cognito user pool: its users and groups, on AWS or on the local cloud.

Blocks; callers with an event loop use threads. Cognito's refusals come as UserPoolProblem, in words
with a next step. Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference
"""

from __future__ import annotations

import secrets
import string
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import error_code, refusal
from workbench.aws.clients import Clients
from workbench.project.models import ProjectProblem
from workbench.users.pool_rules import PoolRules, read_rules
from workbench.users.pool_schema import SchemaAttribute, read_schema

PAGE = 60
"""Users of one request: the most that ListUsers gives."""

SEARCHABLE = ("username", "email", "phone_number", "name", "given_name", "family_name",
              "preferred_username", "cognito:user_status", "status", "sub")  # fmt: skip
"""What ListUsers filters by itself."""

_MFA_SETTINGS = {
    "totp": "SoftwareTokenMfaSettings",
    "sms": "SMSMfaSettings",
    "email": "EmailMfaSettings",
}
MFA_CHOICES = (*_MFA_SETTINGS, "off")
"""What a user's second factor can be set to."""

_ATTEMPTS = 6
_THROTTLED = ("TooManyRequestsException", "ThrottlingException", "LimitExceededException")
_STEPS = {
    "UserNotFoundException": "Look at the names with `amplify-tui users list`.",
    "UsernameExistsException": "Choose another name, or change the user that is there.",
    "AliasExistsException": "Another user has this address or number: change that user first.",
    "InvalidPasswordException": "Choose a password that the pool's policy allows.",
    "InvalidParameterException": "Correct the value and try again.",
    "ResourceNotFoundException": "Deploy the backend, or choose another pool.",
    "NotAuthorizedException": "Sign in with credentials that may manage this pool.",
    "AccessDeniedException": "Sign in with credentials that may manage this pool.",
    "UnsupportedUserStateException": "Set a password, or reset it: the invitation was taken.",
    "GroupExistsException": "Choose another name.",
    "ExpiredTokenException": "Sign in to AWS again.",
}


class UserPoolProblem(ProjectProblem):
    """What Cognito refused, or why it could not be asked; ``code`` is Cognito's own."""

    def __init__(self, what: str, next_step: str, code: str = "") -> None:
        super().__init__(what, next_step)
        self.code = code


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
    """One user with what only a request of their own tells."""

    user: User
    groups: tuple[str, ...] = ()
    mfa: tuple[str, ...] = ()
    preferred_mfa: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the pool; ``precedence`` None is none."""

    name: str
    description: str = ""
    precedence: int | None = None
    role_arn: str = ""


class UserPool:
    """One pool; every method is a request or more, repeated where Cognito asks for patience."""

    def __init__(
        self, clients: Clients, pool_id: str, *, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self._cognito = clients.cognito_idp
        self.pool_id = pool_id
        self.is_local = clients.is_local
        self._wait = wait

    # -- users ------------------------------------------------------------------------------------

    def users(self, search: str = "") -> Iterator[User]:
        """Users page by page, as they are asked for; ``search`` is a filter of Cognito's."""
        token = ""
        while True:
            asked: dict[str, Any] = {"UserPoolId": self.pool_id, "Limit": PAGE}
            if search:
                asked["Filter"] = search
            if token:
                asked["PaginationToken"] = token
            page = self.ask(partial(self._cognito.list_users, **asked))
            for each in page["Users"]:
                yield _user(each, each.get("Attributes", ()))
            token = page.get("PaginationToken", "")
            if not token:
                return

    def estimate(self) -> int:
        """About how many users there are; Cognito counts a few times a day."""
        return int(self._described().get("EstimatedNumberOfUsers", 0))

    def rules(self) -> PoolRules:
        """What the pool asks of new users."""
        return read_rules(self._described())

    def schema(self) -> tuple[SchemaAttribute, ...]:
        """Which attributes users can have."""
        return read_schema(self._described())

    def user(self, name: str) -> UserDetails:
        """One user by username or by what they sign in with."""
        found = self.ask(lambda: self._cognito.admin_get_user(**self._of(name)))
        groups = self.ask(lambda: self._cognito.admin_list_groups_for_user(**self._of(name)))
        return UserDetails(
            _user(found, found.get("UserAttributes", ())),
            tuple(each["GroupName"] for each in groups["Groups"]),
            tuple(found.get("UserMFASettingList", ())),
            found.get("PreferredMfaSetting", ""),
        )

    def create(
        self,
        name: str,
        attributes: Mapping[str, str],
        *,
        temporary_password: str = "",
        invite: bool = True,
    ) -> User:
        """Make a user; without a password Cognito makes a temporary one and sends it."""
        asked: dict[str, Any] = {
            **self._of(name),
            "UserAttributes": _pairs(attributes),
            "DesiredDeliveryMediums": ["EMAIL"] if "email" in attributes else ["SMS"],
        }
        if temporary_password:
            asked["TemporaryPassword"] = temporary_password
        if not invite:
            asked["MessageAction"] = "SUPPRESS"
        made = self.ask(lambda: self._cognito.admin_create_user(**asked))["User"]
        return _user(made, made.get("Attributes", ()))

    def resend_invitation(self, name: str) -> None:
        """Make a new temporary password and send it, to the address where there is one."""
        user = self.user(name).user
        asked: dict[str, Any] = {
            **self._of(user.username),
            "MessageAction": "RESEND",
            "DesiredDeliveryMediums": ["EMAIL" if user.attributes.get("email") else "SMS"],
        }
        self.ask(lambda: self._cognito.admin_create_user(**asked))

    def change(self, name: str, attributes: Mapping[str, str]) -> None:
        """Set attributes."""
        asked = {**self._of(name), "UserAttributes": _pairs(attributes)}
        self.ask(lambda: self._cognito.admin_update_user_attributes(**asked))

    def delete(self, name: str) -> None:
        """Delete a user for good."""
        self.ask(lambda: self._cognito.admin_delete_user(**self._of(name)))

    def enable(self, name: str) -> None:
        """Let a user sign in again."""
        self.ask(lambda: self._cognito.admin_enable_user(**self._of(name)))

    def disable(self, name: str) -> None:
        """Keep a user from signing in."""
        self.ask(lambda: self._cognito.admin_disable_user(**self._of(name)))

    def confirm(self, name: str) -> None:
        """Confirm a user who signed up, without the code."""
        self.ask(lambda: self._cognito.admin_confirm_sign_up(**self._of(name)))

    def set_password(self, name: str, password: str, *, permanent: bool = True) -> None:
        """Set a password; one that is not permanent must be changed at the next sign-in."""
        asked = {**self._of(name), "Password": password, "Permanent": permanent}
        self.ask(lambda: self._cognito.admin_set_user_password(**asked))

    def reset_password(self, name: str) -> None:
        """Send the user a code to choose a new password with."""
        self.ask(lambda: self._cognito.admin_reset_user_password(**self._of(name)))

    def sign_out(self, name: str) -> None:
        """End all sessions of a user."""
        self.ask(lambda: self._cognito.admin_user_global_sign_out(**self._of(name)))

    def set_mfa(self, name: str, preferred: str) -> None:
        """Prefer ``totp``, ``sms`` or ``email`` as second factor, or use none with ``off``."""
        asked: dict[str, Any] = {}
        for kind, setting in _MFA_SETTINGS.items():
            if preferred == kind:
                asked[setting] = {"Enabled": True, "PreferredMfa": True}
            elif preferred == "off":
                asked[setting] = {"Enabled": False, "PreferredMfa": False}
        self.ask(lambda: self._cognito.admin_set_user_mfa_preference(**self._of(name), **asked))

    # -- groups -----------------------------------------------------------------------------------

    def groups(self) -> tuple[Group, ...]:
        """All groups, by precedence and name."""
        found: list[Group] = []
        token = ""
        while True:
            asked: dict[str, Any] = {"UserPoolId": self.pool_id}
            if token:
                asked["NextToken"] = token
            page = self.ask(partial(self._cognito.list_groups, **asked))
            found += [_group(each) for each in page["Groups"]]
            token = page.get("NextToken", "")
            if not token:
                return tuple(sorted(found, key=lambda each: (each.precedence or 0, each.name)))

    def create_group(
        self, name: str, *, description: str = "", precedence: int | None = None
    ) -> None:
        """Make a group; the lowest precedence decides which role its members get."""
        asked: dict[str, Any] = {"UserPoolId": self.pool_id, "GroupName": name}
        if description:
            asked["Description"] = description
        if precedence is not None:
            asked["Precedence"] = precedence
        self.ask(lambda: self._cognito.create_group(**asked))

    def change_group(self, group: Group) -> None:
        """Set a group's description, precedence and role to these."""
        asked: dict[str, Any] = {
            "UserPoolId": self.pool_id,
            "GroupName": group.name,
            "Description": group.description,
        }
        if group.precedence is not None:
            asked["Precedence"] = group.precedence
        if group.role_arn:
            asked["RoleArn"] = group.role_arn
        self.ask(lambda: self._cognito.update_group(**asked))

    def members(self, group: str) -> Iterator[User]:
        """A group's users page by page, as they are asked for."""
        token = ""
        while True:
            asked: dict[str, Any] = {
                "UserPoolId": self.pool_id,
                "GroupName": group,
                "Limit": PAGE,
            }
            if token:
                asked["NextToken"] = token
            page = self.ask(partial(self._cognito.list_users_in_group, **asked))
            for each in page["Users"]:
                yield _user(each, each.get("Attributes", ()))
            token = page.get("NextToken", "")
            if not token:
                return

    def delete_group(self, name: str) -> None:
        """Delete a group; its members stay users."""
        asked = {"UserPoolId": self.pool_id, "GroupName": name}
        self.ask(lambda: self._cognito.delete_group(**asked))

    def add_to_group(self, name: str, group: str) -> None:
        """Make a user a member."""
        asked = {**self._of(name), "GroupName": group}
        self.ask(lambda: self._cognito.admin_add_user_to_group(**asked))

    def remove_from_group(self, name: str, group: str) -> None:
        """End a user's membership."""
        asked = {**self._of(name), "GroupName": group}
        self.ask(lambda: self._cognito.admin_remove_user_from_group(**asked))

    def memberships(self) -> Mapping[str, tuple[str, ...]]:
        """Each member's groups by username, read group by group: no request for each user."""
        found: dict[str, list[str]] = {}
        for group in self.groups():
            for user in self.members(group.name):
                found.setdefault(user.username, []).append(group.name)
        return {name: tuple(groups) for name, groups in found.items()}

    # -- asking -----------------------------------------------------------------------------------

    def _described(self) -> Mapping[str, Any]:
        answer = self.ask(lambda: self._cognito.describe_user_pool(UserPoolId=self.pool_id))
        found: Mapping[str, Any] = answer["UserPool"]
        return found

    def _of(self, name: str) -> dict[str, Any]:
        return {"UserPoolId": self.pool_id, "Username": name}

    def ask(self, call: Callable[[], Any]) -> Any:
        """One request of the pool's client; waits longer and longer where Cognito throttles."""
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
                    f"Cognito cannot be asked: {error}.", "Check the network and the credentials."
                ) from None
        raise AssertionError("the last attempt returns or raises")


def make_password(length: int = 16) -> str:
    """A random password that every policy of Cognito's allows: all four kinds of characters."""
    kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!#%+-.:=?@_")
    letters = [secrets.choice(kind) for kind in kinds]
    letters += [secrets.choice("".join(kinds)) for _ in range(length - len(kinds))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)


def search_filter(text: str) -> str:
    """Cognito's filter for what a person typed: ``email=ann@`` exactly, ``email^an`` by beginning.

    A text without an attribute is searched in e-mail addresses, by beginning. Raises
    UserPoolProblem for an attribute that Cognito cannot filter by.
    """
    name, sign, value = text, "", ""
    for candidate in ("=", "^"):
        head, found, tail = text.partition(candidate)
        if found and head.replace("_", "").replace(":", "").isalpha():
            name, sign, value = head, found, tail
            break
    if not sign:
        name, sign, value = "email", "^", text
    if name not in SEARCHABLE:
        raise UserPoolProblem(
            f"Cognito cannot search by {name}.", f"Use one of: {', '.join(SEARCHABLE)}."
        )
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{name} {sign}= "{escaped}"' if sign == "^" else f'{name} = "{escaped}"'


def _problem(error: ClientError) -> UserPoolProblem:
    code, message = refusal(error)
    return UserPoolProblem(f"{message}.", _STEPS.get(code, "Try again."), code)


def _user(found: Mapping[str, Any], attributes: Sequence[Mapping[str, str]]) -> User:
    return User(
        found["Username"],
        found.get("UserStatus", ""),
        bool(found.get("Enabled", True)),
        {each["Name"]: each.get("Value", "") for each in attributes},
        found.get("UserCreateDate"),
        found.get("UserLastModifiedDate"),
    )


def _group(found: Mapping[str, Any]) -> Group:
    return Group(
        found["GroupName"],
        found.get("Description", ""),
        found.get("Precedence"),
        found.get("RoleArn", ""),
    )


def _pairs(attributes: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Name": name, "Value": value} for name, value in attributes.items()]
