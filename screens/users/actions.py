"""What can be done with a user of a pool, one by one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from workbench.users.groups import add_to_group, remove_from_group
from workbench.users.user_files import FileUser, make_file_user
from workbench.users.user_pools import User, UserPool


@dataclass(frozen=True, slots=True)
class UserAction:
    """An action on one user, by username; ``verb`` and ``tail`` say that it is done.

    ``do`` returns the user as they are then, or None: ``after`` knows it then, or Cognito is asked.
    """

    verb: str
    do: Callable[[UserPool, str], User | None]
    tail: str = ""
    after: Callable[[User], User] | None = None
    removes: bool = False
    """Whether the users do not exist any more."""
    ends_sign_ins: bool = False
    """Whether saved tokens of the users are not valid any more."""

    def words(self, whom: str) -> str:
        """``Added 3 users to Editors``."""
        return f"{self.verb} {whom} {self.tail}".rstrip()


DISABLE: Final = UserAction(
    "Disabled",
    UserPool.disable,
    after=lambda user: replace(user, enabled=False),
    ends_sign_ins=True,
)
ENABLE: Final = UserAction(
    "Enabled", UserPool.enable, after=lambda user: replace(user, enabled=True)
)
DELETE: Final = UserAction("Deleted", UserPool.delete, removes=True, ends_sign_ins=True)


def add_to(group: str) -> UserAction:
    """Add to a group."""
    return UserAction("Added", lambda pool, name: add_to_group(pool, name, group), f"to {group}")


def remove_from(group: str) -> UserAction:
    """Remove from a group."""
    return UserAction(
        "Removed", lambda pool, name: remove_from_group(pool, name, group), f"from {group}"
    )


def set_mfa(kind: str) -> UserAction:
    """Set the second factor."""
    return UserAction("Set the second factor of", lambda pool, name: pool.set_mfa(name, kind))


def create_users(by_name: Mapping[str, FileUser], verb: str) -> UserAction:
    """Create the users of a file, by the username there."""
    return UserAction(verb, lambda pool, name: make_file_user(pool, by_name[name]))


RARER: Final[Mapping[str, tuple[str, UserAction | None]]] = {
    "confirm": (
        "Confirm the sign-up without the code",
        UserAction("Confirmed", UserPool.confirm),
    ),
    "verify_email": (
        "Mark the e-mail address as verified",
        UserAction(
            "Verified the e-mail address of",
            lambda pool, name: pool.change(name, {"email_verified": "true"}),
        ),
    ),
    "verify_phone": (
        "Mark the phone number as verified",
        UserAction(
            "Verified the phone number of",
            lambda pool, name: pool.change(name, {"phone_number_verified": "true"}),
        ),
    ),
    "mfa": ("Set the second factor", None),
    "resend": (
        "Send the invitation again, with a new temporary password",
        UserAction("Sent the invitation again to", UserPool.resend_invitation),
    ),
    "reset": (
        "Reset the password: send a code to choose a new one with",
        UserAction("Reset the password of", UserPool.reset_password),
    ),
    "sign_out": (
        "Sign out everywhere",
        UserAction("Signed out", UserPool.sign_out, "everywhere", ends_sign_ins=True),
    ),
    "devices": ("Devices: forget one, remember it", None),
    "passkeys": ("Passkeys: delete one", None),
}
"""The rarer actions with their text in the list; those without an action ask for more first."""

OF_ONE_USER: Final = ("devices", "passkeys")
"""Rarer actions that are for one user at a time."""
