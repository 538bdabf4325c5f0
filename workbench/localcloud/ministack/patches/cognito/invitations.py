"""Invitations: ministack sends none by SMS and cannot resend one to a user name; Cognito does both.

A resent invitation has a new temporary password. The pre sign-up trigger is asked before a user is
made, and neither its refusal nor that of the custom message trigger leaves a user behind.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminCreateUser.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    refuse,
)
from workbench.localcloud.ministack.patches.cognito.triggers.calls import current_call
from workbench.localcloud.ministack.patches.cognito.triggers.delivery import (
    Destination,
    deliver,
    destination_of,
)
from workbench.localcloud.ministack.patches.cognito.triggers.sign_up import is_taken, pre_sign_up


def install() -> None:
    """Stand before AdminCreateUser."""
    from ministack.services import cognito

    create = cognito._admin_create_user

    def create_and_invite(data: Any) -> Answer:
        if (data.get("MessageAction") or "").upper() == "RESEND":
            return _again(data)
        return _new(create, data)

    cognito._admin_create_user = create_and_invite


def _new(create: Callable[[Any], Answer], data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    answer = create({**data, "MessageAction": "SUPPRESS"})
    if answer[0] != 200:
        return answer
    pool = cognito._user_pools[data["UserPoolId"]]
    users = pool["_users"]
    name = json.loads(answer[2])["User"]["Username"]
    # Nobody finds the user before the triggers agree; their functions may look who is there.
    user = users.pop(name)
    if current_call().action == "AdminCreateUser":  # Others make users that were signed up before.
        pre_sign_up(pool, name, attributes_of(user), "PreSignUp_AdminCreateUser")
    if (data.get("MessageAction") or "").upper() != "SUPPRESS":
        _invite(pool, user, data)
    if name in users or is_taken(pool):
        return refuse("UsernameExistsException", "User account already exists.")
    users[name] = user
    return answer


def _again(data: Any) -> Answer:
    """A new temporary password, sent as the first one was."""
    from ministack.services import cognito

    pool, refused = cognito._resolve_pool(data.get("UserPoolId"))
    if refused:
        return refused  # type: ignore[no-any-return]
    user, refused = cognito._resolve_user(pool, data.get("Username"))
    if refused:
        return refused  # type: ignore[no-any-return]
    if user.get("UserStatus") != "FORCE_CHANGE_PASSWORD":
        return refuse(
            "UnsupportedUserStateException",
            f"Resend not possible. {user['Username']} status is not FORCE_CHANGE_PASSWORD",
        )
    password = data.get("TemporaryPassword") or cognito._generate_temp_password()
    refused = cognito._validate_password(pool, password)
    if refused:
        return refused  # type: ignore[no-any-return]
    user.update(_password=password, UserLastModifiedDate=cognito._now_epoch())
    _invite(pool, user, data)
    answer: Answer = cognito.json_response({"User": cognito._user_out(user)})
    return answer


def _invite(pool: Any, user: Any, data: Mapping[str, Any]) -> None:
    """Send the temporary password; where no medium is asked for, by each that the user has."""
    for destination in _destinations(user, data.get("DesiredDeliveryMediums") or ()):
        deliver(pool, user, "AdminCreateUser", destination, user["_password"])


def _destinations(user: Any, wanted: Any) -> Iterator[Destination]:
    for attribute in ("email", "phone_number"):
        destination = destination_of(user, attribute)
        if destination and (not wanted or destination.medium in wanted):
            yield destination
