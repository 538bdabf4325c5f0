"""User migration: ministack never runs the trigger; Cognito does for a name that nobody has.

That is at a sign-in with a password that Cognito sees, and where a password was forgotten. A client
that hides who exists hides a user whom the trigger does not know (it answers without attributes);
what the trigger throws is told even there.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-migrate-user.html and
cognito-user-pool-managing-errors.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from workbench.localcloud.ministack.patches.cognito.attributes import wrong_attributes
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, attributes_of
from workbench.localcloud.ministack.patches.cognito.triggers.calls import (
    TriggerRefusedError,
    current_call,
)
from workbench.localcloud.ministack.patches.cognito.triggers.delivery import (
    deliver,
    destination_of,
)
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    has_trigger,
    run_trigger,
    with_metadata,
)

_WITH_PASSWORD = ("USER_PASSWORD_AUTH", "ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH")
_RESPONSE = dict.fromkeys(
    (
        "userAttributes",
        "forceAliasCreation",
        "enableSMSMFA",
        "finalUserStatus",
        "messageAction",
        "desiredDeliveryMediums",
    )
)


def install() -> None:
    """Stand before sign-ins with a password and before ForgotPassword."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_after_migration(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        if action in ("InitiateAuth", "AdminInitiateAuth"):
            asked = data.get("AuthParameters") or {}
            if _tells_password(data, asked):
                pool = _pool(action, data)
                migrate(pool, data["ClientId"], asked.get("USERNAME", ""), asked["PASSWORD"])
        elif action == "ForgotPassword":
            migrate(_pool(action, data), data.get("ClientId", ""), data.get("Username", ""), None)
        answer: Answer = run(handler, action, data)
        return answer

    cognito._run_idp_handler = run_after_migration


def migrate(pool: Any, client_id: str, name: str, password: str | None) -> None:
    """Make the user that the trigger knows, if nobody has this name.

    Without a trigger, or where it knows nobody and the client hides who exists, nothing happens:
    the call goes on without such a user. Raises TriggerRefusedError.
    """
    from ministack.services import cognito

    if not name or pool is None or not has_trigger(pool, "UserMigration"):
        return
    if client_id not in pool["_clients"] or cognito._resolve_user(pool, name)[0] is not None:
        return
    try:
        answer = _ask(pool, name, password)
    except TriggerRefusedError as refused:
        if refused.code != "InvalidLambdaResponseException":
            raise
        raise _unknown(client_id) from None
    if cognito._resolve_user(pool, name)[0] is not None:
        return  # Another request has migrated the user meanwhile.
    if answer.get("userAttributes"):
        _make(pool, client_id, name, password, answer)
    elif not cognito._hides_user_existence(pool, client_id):
        raise _unknown(client_id)


def _ask(pool: Any, name: str, password: str | None) -> Mapping[str, Any]:
    validation = current_call().validation_data
    request: dict[str, Any] = {
        "validationData": dict(validation) if validation else None,
        "userAttributes": None,
    }
    if password is not None:
        request["password"] = password
    source = "Authentication" if password is not None else "ForgotPassword"
    return (
        run_trigger(pool, f"UserMigration_{source}", name, with_metadata(request), _RESPONSE) or {}
    )


def _make(
    pool: Any, client_id: str, name: str, password: str | None, answer: Mapping[str, Any]
) -> None:
    from ministack.services import cognito

    attributes = answer["userAttributes"]
    if not isinstance(attributes, Mapping):
        raise _unknown(client_id)
    given = {str(key): str(value) for key, value in attributes.items()}
    # The name is made by Cognito, and it is no attribute.
    given = {key: value for key, value in given.items() if key not in ("sub", "username")}
    new = str(attributes.get("username") or name)
    data = {
        "UserPoolId": pool["Id"],
        "Username": new,
        "UserAttributes": cognito._dict_to_attr_list(given),
        "MessageAction": "SUPPRESS",
        "ForceAliasCreation": bool(answer.get("forceAliasCreation")),
    }
    wrong = wrong_attributes(pool, "AdminCreateUser", data)
    if wrong:
        raise TriggerRefusedError("InvalidParameterException", wrong)
    status, _, body = cognito._admin_create_user(data)
    told = json.loads(body)
    if status != 200:
        code = str(told.get("__type", "")).rpartition("#")[2]
        raise TriggerRefusedError(code, str(told.get("message", "")))
    user, _ = cognito._resolve_user(pool, told["User"]["Username"])
    is_confirmed = answer.get("finalUserStatus") == "CONFIRMED"
    user["UserStatus"] = "CONFIRMED" if is_confirmed else "RESET_REQUIRED"
    welcome = user["_password"]
    if password is not None:
        # The pool's policy does not count for a password that was someone else's to accept.
        user["_password"] = welcome = password
    if answer.get("enableSMSMFA") and attributes_of(user).get("phone_number"):
        user.update(_mfa_enabled=["SMS_MFA"], _preferred_mfa="SMS_MFA")
    if answer.get("messageAction") != "SUPPRESS":
        _welcome(pool, user, answer.get("desiredDeliveryMediums") or ("SMS",), welcome)


def _welcome(pool: Any, user: Any, mediums: Any, password: str) -> None:
    kinds: tuple[tuple[Literal["SMS", "EMAIL"], str], ...] = (
        ("SMS", "phone_number"),
        ("EMAIL", "email"),
    )
    for medium, attribute in kinds:
        destination = destination_of(user, attribute)
        if medium in mediums and destination:
            deliver(pool, user, "AdminCreateUser", destination, password)


def _tells_password(data: Mapping[str, Any], asked: Mapping[str, str]) -> bool:
    chosen = data.get("AuthFlow") == "USER_AUTH" and asked.get("PREFERRED_CHALLENGE") == "PASSWORD"
    return bool(asked.get("PASSWORD")) and (data.get("AuthFlow") in _WITH_PASSWORD or chosen)


def _pool(action: str, data: Mapping[str, Any]) -> Any:
    from ministack.services import cognito

    if action == "AdminInitiateAuth":
        return cognito._user_pools.get(data.get("UserPoolId"))
    return cognito._pool_for_client(data.get("ClientId"))[0]


def _unknown(client_id: str) -> TriggerRefusedError:
    return TriggerRefusedError(
        "UserNotFoundException", f"Exception migrating user in app client {client_id}"
    )
