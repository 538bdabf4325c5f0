"""Sign-up: ministack runs only PreSignUp_SignUp; Cognito also runs it for administrators' users.

It runs the post confirmation trigger after each way to be confirmed, which ministack never does.
Source: docs.aws.amazon.com/cognito/latest/developerguide/user-pool-lambda-pre-sign-up.html,
user-pool-lambda-post-confirmation.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.sessions import Answer
from workbench.localcloud.ministack.patches.cognito.triggers.calls import (
    TriggerRefusedError,
    current_call,
)
from workbench.localcloud.ministack.patches.cognito.triggers.functions import (
    event_attributes,
    has_trigger,
    run_trigger,
    unrecognizable,
    with_metadata,
)

_MAKE_USERS = ("SignUp", "AdminCreateUser")
_FLAGS = ("autoConfirmUser", "autoVerifyEmail", "autoVerifyPhone")
_VERIFIED = {"autoVerifyEmail": "email", "autoVerifyPhone": "phone_number"}
_CONFIRMED_BY = {
    "SignUp": "PostConfirmation_ConfirmSignUp",
    "ConfirmSignUp": "PostConfirmation_ConfirmSignUp",
    "AdminConfirmSignUp": "PostConfirmation_ConfirmSignUp",
    "ConfirmForgotPassword": "PostConfirmation_ConfirmForgotPassword",
}


def install() -> None:
    """Take the place of ministack's trigger, and follow the calls that confirm a user."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_and_confirm(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        answer: Answer = run(handler, action, data)
        source = _CONFIRMED_BY.get(action)
        if source and answer[0] == 200 and _has_confirmed(action, answer):
            post_confirmation(*_user(data), source)
        return answer

    cognito._run_idp_handler = run_and_confirm
    cognito._apply_presignup_trigger = _for_ministack


def pre_sign_up(
    pool: Any, user_name: str, attributes: Mapping[str, str], source: str
) -> dict[str, bool]:
    """What the trigger decides of a user that is about to be made; all False without a trigger.

    ``source`` is ``PreSignUp_SignUp``, ``PreSignUp_AdminCreateUser`` (which ignores the answer's
    flags, as AWS documents) or ``PreSignUp_ExternalProvider``. Raises TriggerRefusedError.
    """
    undecided = dict.fromkeys(_FLAGS, False)
    call = current_call()
    validation = call.validation_data
    answer = run_trigger(
        pool,
        source,
        user_name,
        with_metadata(
            {
                "userAttributes": {k: v for k, v in attributes.items() if k != "sub"},
                "validationData": dict(validation) if validation else None,
            }
        ),
        undecided,
    )
    if answer is None or source == "PreSignUp_AdminCreateUser":
        return undecided
    decided = {name: answer.get(name) or False for name in _FLAGS}
    if not all(isinstance(flag, bool) for flag in decided.values()):
        raise unrecognizable()
    if any(decided[flag] and not attributes.get(name) for flag, name in _VERIFIED.items()):
        raise unrecognizable()  # AWS documents an error, but not which.
    return decided


def post_confirmation(pool: Any, user: Any, source: str) -> None:
    """Run the trigger of a user that was confirmed just now. Raises TriggerRefusedError."""
    if pool is None or user is None or not has_trigger(pool, "PostConfirmation"):
        return
    request = with_metadata({"userAttributes": event_attributes(user)})
    run_trigger(pool, source, user["Username"], request, {})


def _for_ministack(
    pool_id: str,
    _client_id: str,
    username: str,
    user_attrs: Mapping[str, str],
    trigger_source: str = "PreSignUp_ExternalProvider",
) -> dict[str, bool]:
    from ministack.services import cognito

    pool = cognito._user_pools.get(pool_id)
    decided = pre_sign_up(pool, username, user_attrs, trigger_source)
    if is_taken(pool):
        raise TriggerRefusedError("UsernameExistsException", "User already exists")
    return decided


def is_taken(pool: Any) -> bool:
    """Whether someone else took the name of a new user while the trigger's function ran."""
    from ministack.services import cognito

    call = current_call()
    return call.action in _MAKE_USERS and bool(
        cognito._resolve_user(pool, call.data.get("Username"))[0]
    )


def _has_confirmed(action: str, answer: Answer) -> bool:
    return action != "SignUp" or bool(json.loads(answer[2]).get("UserConfirmed"))


def _user(data: Mapping[str, Any]) -> tuple[Any, Any]:
    from ministack.services import cognito

    pool = (
        cognito._user_pools.get(data["UserPoolId"])
        if "UserPoolId" in data
        else cognito._pool_for_client(data.get("ClientId"))[0]
    )
    return pool, (cognito._resolve_user(pool, data.get("Username"))[0] if pool else None)
