"""Forgotten passwords: ministack sends a code to anybody; Cognito to a verified address alone.

The user must be in a state that allows it, and the pool says whether a phone number or an e-mail
address comes first, or that only an administrator resets passwords. A factor of MFA is no way to
recover, if the pool says anything about recovery.
Source: docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html,
cognito-user-pool-managing-errors.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.localcloud.ministack.patches.cognito.codes import (
    Attribute,
    code_refused,
    use_up,
    wrong_code,
)
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, attributes_of, refuse
from workbench.localcloud.ministack.patches.cognito.user_index import (
    counts_as_alias,
    find,
    named_in,
)
from workbench.localcloud.ministack.patches.cognito.verification import (
    ADDRESSES,
    done,
    hides,
    pool_of_client,
    send_code,
    simulated,
)

_MECHANISMS: Mapping[str, Attribute] = {
    "verified_phone_number": "phone_number",
    "verified_email": "email",
}
_FACTORS = {"phone_number": "SMS_MFA", "email": "EMAIL_OTP"}
_DISABLED = "User is disabled."
_WRONG_STATE = "User password cannot be reset in the current state."
_UNREACHABLE = (
    "Cannot reset password for the user as there is no registered/verified email or phone_number"
)


def install() -> None:
    """Take the place of the calls that reset a password."""
    from ministack.services import cognito

    cognito._forgot_password = _forgot_password
    cognito._confirm_forgot_password = _confirm_forgot_password
    cognito._admin_reset_user_password = _admin_reset


def _forgot_password(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    pool, refused = pool_of_client(data)
    if refused is not None:
        return refused
    if not _ways(pool):
        return refuse("NotAuthorizedException", "Contact administrator to reset password.")
    username = data.get("Username") or ""
    user = find(pool, username)
    if user is None or not user.get("Enabled", True):
        if hides(pool, data):
            return done({"CodeDeliveryDetails": simulated(pool, username)})
        if user is None:
            return cognito._client_user_not_found()  # type: ignore[no-any-return]
        return refuse("NotAuthorizedException", _DISABLED)
    to = _way(pool, user, _ways(pool))
    if isinstance(to, tuple):
        return to
    sent = send_code(pool, user, "ForgotPassword", to, attributes_of(user)[to])
    return done({"CodeDeliveryDetails": sent})


def _admin_reset(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    pool, user, refused = named_in(data)
    if refused is not None:
        return refused
    if not user.get("Enabled", True):
        return refuse("NotAuthorizedException", _DISABLED)
    if user.get("UserStatus") == "UNCONFIRMED":
        return refuse("NotAuthorizedException", _WRONG_STATE)
    to = _way(pool, user, _ways(pool) or ADDRESSES)
    if isinstance(to, tuple):
        return to
    # Whatever becomes of the message: the old password counts no more.
    user.update(UserStatus="RESET_REQUIRED", UserLastModifiedDate=cognito._now_epoch())
    send_code(pool, user, "ForgotPassword", to, attributes_of(user)[to])
    return done()


def _way(pool: Any, user: Any, ways: Sequence[Attribute]) -> Attribute | Answer:
    """The first verified address or number that a code may go to, or the refusal."""
    if user.get("UserStatus") not in ("CONFIRMED", "RESET_REQUIRED", "UNCONFIRMED"):
        return refuse("NotAuthorizedException", _WRONG_STATE)
    own = attributes_of(user)
    factors = user.get("_mfa_enabled", ()) if _says_how(pool) else ()
    for name in ways:
        if own.get(name) and counts_as_alias(own, name) and _FACTORS[name] not in factors:
            return name
    return refuse("InvalidParameterException", _UNREACHABLE)


def _says_how(pool: Any) -> list[Any]:
    found: list[Any] = (pool.get("AccountRecoverySetting") or {}).get("RecoveryMechanisms") or []
    return found


def _ways(pool: Any) -> Sequence[Attribute]:
    """What a code may go to, in order; empty where only an administrator resets passwords."""
    named = sorted(_says_how(pool), key=lambda each: int(each.get("Priority", 1)))
    if not named:
        return ADDRESSES
    return [_MECHANISMS[each["Name"]] for each in named if each.get("Name") in _MECHANISMS]


def _confirm_forgot_password(data: Mapping[str, Any]) -> Answer:
    from ministack.services import cognito

    pool, refused = pool_of_client(data)
    if refused is not None:
        return refused
    user = find(pool, data.get("Username"))
    if user is None or not user.get("Enabled", True):
        if hides(pool, data):
            return wrong_code()
        if user is None:
            return cognito._client_user_not_found()  # type: ignore[no-any-return]
        return refuse("NotAuthorizedException", _DISABLED)
    password = data.get("Password") or ""
    refused = code_refused(user, "password", data.get("ConfirmationCode"))
    refused = refused or cognito._validate_password(pool, password)
    if refused is not None:
        return refused
    use_up(user, "password")
    user.update(
        _password=password, UserStatus="CONFIRMED", UserLastModifiedDate=cognito._now_epoch()
    )
    return done()
