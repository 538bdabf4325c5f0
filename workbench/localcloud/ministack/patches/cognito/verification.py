"""Verified addresses: ministack confirms users and verifies nothing; Cognito verifies by the code.

It sends codes to any address, whatever the pool verifies, tells the address whole, and sends them
to users who are confirmed. In Cognito the pool says what it verifies by itself: a phone number
before an e-mail address. An alias becomes a user's as it is verified.
Source: docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html,
user-pool-settings-email-phone-verification.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.codes import (
    Attribute,
    Purpose,
    code_refused,
    new_code,
    pending,
    use_up,
    wrong_code,
)
from workbench.localcloud.ministack.patches.cognito.new_users import (
    alias_exists,
    take_aliases,
    taken_alias,
)
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, attributes_of, refuse
from workbench.localcloud.ministack.patches.cognito.triggers.delivery import (
    Destination,
    Source,
    deliver,
)
from workbench.localcloud.ministack.patches.cognito.user_index import find, named_in

ADDRESSES: tuple[Attribute, ...] = ("phone_number", "email")
"""What can be verified; a number comes before an address, as Cognito has it."""


_PURPOSES: Mapping[Source, Purpose] = {
    "SignUp": "sign-up",
    "ResendCode": "sign-up",
    "ForgotPassword": "password",
}
"""What codes are for that do not verify one attribute."""


def install() -> None:
    """Send sign-up codes as the pool says, and let them verify."""
    from ministack.services import cognito

    sign_up = cognito._sign_up

    def sign_up_and_send(data: Any) -> Answer:
        answer: Answer = sign_up(data)
        return _send_sign_up_code(data, answer) if answer[0] == 200 else answer

    cognito._sign_up = sign_up_and_send
    cognito._send_verification_email = lambda *_, **__: None
    cognito._confirmation_code_error = lambda *_: None
    cognito._confirm_sign_up = _confirm_sign_up
    cognito._admin_confirm_sign_up = _admin_confirm_sign_up
    cognito._resend_confirmation_code = _resend


def destination(attribute: str, value: str) -> Destination:
    """Where a code for an attribute goes."""
    return Destination("EMAIL" if attribute == "email" else "SMS", value)


def details(attribute: str, value: str) -> dict[str, str]:
    """CodeDeliveryDetails as the caller gets them."""
    to = destination(attribute, value)
    return {
        "Destination": to.masked,
        "DeliveryMedium": to.medium,
        "AttributeName": attribute,
    }


def send_code(
    pool: Any, user: Any, source: Source, attribute: Attribute, value: str
) -> dict[str, str]:
    """Send a new code to a user's address or number; returns its CodeDeliveryDetails."""
    code = new_code(user, _PURPOSES.get(source, attribute), attribute, value)
    deliver(pool, user, source, destination(attribute, value), code)
    return details(attribute, value)


def verify(
    pool: Any, user: Any, attribute: str, value: str, *, force: bool = False
) -> Answer | None:
    """Let a user have a verified address or number; the refusal if it is another's alias."""
    from ministack.services import cognito

    proven = {attribute: value, f"{attribute}_verified": "true"}
    taken = "" if force else taken_alias(pool, proven, user)
    if taken:
        return alias_exists(taken)
    user["Attributes"] = cognito._merge_attributes(
        user.get("Attributes", []), cognito._dict_to_attr_list(proven)
    )
    take_aliases(pool, user)
    return None


def sign_up_address(pool: Any, user: Any) -> Attribute | None:
    """What a new user's code verifies: the pool's first such attribute that the user has."""
    own = attributes_of(user)
    verified_by_itself: Iterable[str] = pool.get("AutoVerifiedAttributes") or ()
    for name in ADDRESSES:
        if name in verified_by_itself and own.get(name):
            return name
    return None


def simulated(pool: Any, username: str) -> dict[str, str]:
    """Details of a code that is not sent, as there is no such user and nobody is to know it."""
    from ministack.services import cognito

    if cognito._USERNAME_PHONE_RE.fullmatch(username):
        return details("phone_number", username)
    if cognito._USERNAME_EMAIL_RE.fullmatch(username):
        return details("email", username)
    by_itself = pool.get("AutoVerifiedAttributes") or ()
    number = sum(ord(letter) * (at + 7) for at, letter in enumerate(username))
    if "phone_number" in by_itself and "email" not in by_itself:
        return details("phone_number", f"+1{number:010}")
    return details("email", f"{username}@{chr(ord('a') + number % 26)}")


def hides(pool: Any, data: Mapping[str, Any]) -> bool:
    """Whether the app client must not tell who exists."""
    from ministack.services import cognito

    return bool(cognito._hides_user_existence(pool, data.get("ClientId")))


def pool_of_client(data: Mapping[str, Any]) -> tuple[Any, Answer | None]:
    """The pool of a call's app client, or the refusal if there is no such client."""
    from ministack.services import cognito

    client_id = data.get("ClientId")
    pool, _ = cognito._pool_for_client(client_id)
    if pool is None:
        return None, refuse(
            "ResourceNotFoundException", f"User pool client {client_id} does not exist."
        )
    return pool, None


def done(told: Mapping[str, Any] | None = None) -> Answer:
    """Success."""
    from ministack.services import cognito

    answer: Answer = cognito.json_response(dict(told or {}))
    return answer


def _send_sign_up_code(data: Mapping[str, Any], answer: Answer) -> Answer:
    from ministack.services import cognito

    told = json.loads(answer[2])
    told.pop("CodeDeliveryDetails", None)
    pool, _ = cognito._pool_for_client(data.get("ClientId"))
    user = find(pool, told["UserSub"])
    if user is not None:
        user.pop("_confirmation_code", None)
        _mark_unverified(user)
        name = sign_up_address(pool, user)
        if user["UserStatus"] == "UNCONFIRMED" and name:
            value = attributes_of(user)[name]
            told["CodeDeliveryDetails"] = send_code(pool, user, "SignUp", name, value)
    return done(told)


def _mark_unverified(user: Any) -> None:
    """A user who signed up has the mark of each address from the beginning."""
    from ministack.services import cognito

    own = attributes_of(user)
    marks = {f"{name}_verified": "false" for name in ADDRESSES if own.get(name)}
    user["Attributes"] = cognito._dict_to_attr_list({**marks, **own})


def _confirm_sign_up(data: Mapping[str, Any]) -> Answer:
    pool, refused = pool_of_client(data)
    if refused is not None:
        return refused
    user = find(pool, data.get("Username"))
    if user is None:
        return wrong_code() if hides(pool, data) else _nobody()
    refused = _state_refused(user) or code_refused(user, "sign-up", data.get("ConfirmationCode"))
    if refused is not None:
        return refused
    issued = pending(user, "sign-up")
    name, value = issued["attribute"], issued["value"]
    if attributes_of(user).get(name) == value:
        refused = verify(pool, user, name, value, force=bool(data.get("ForceAliasCreation")))
        if refused is not None:
            return refused
    use_up(user, "sign-up")
    return _confirmed(user)


def _admin_confirm_sign_up(data: Mapping[str, Any]) -> Answer:
    _, user, refused = named_in(data)
    return refused or _state_refused(user) or _confirmed(user)


def _state_refused(user: Any) -> Answer | None:
    if not user.get("Enabled", True):
        return refuse("NotAuthorizedException", "User is disabled.")
    status = user.get("UserStatus")
    if status == "UNCONFIRMED":
        return None
    return refuse("NotAuthorizedException", f"User cannot be confirmed. Current status is {status}")


def _confirmed(user: Any) -> Answer:
    from ministack.services import cognito

    user.update(UserStatus="CONFIRMED", UserLastModifiedDate=cognito._now_epoch())
    return done()


def _resend(data: Mapping[str, Any]) -> Answer:
    pool, refused = pool_of_client(data)
    if refused is not None:
        return refused
    username = data.get("Username") or ""
    user = find(pool, username)
    if user is None or (not user.get("Enabled", True) and hides(pool, data)):
        if not hides(pool, data):
            return _nobody()
        return done({"CodeDeliveryDetails": simulated(pool, username)})
    if not user.get("Enabled", True):
        return refuse("NotAuthorizedException", "User is disabled.")
    if user.get("UserStatus") != "UNCONFIRMED":
        return refuse("InvalidParameterException", "User is already confirmed.")
    name = sign_up_address(pool, user)
    if name is None:
        return refuse("InvalidParameterException", "Auto verification not turned on.")
    value = attributes_of(user)[name]
    return done({"CodeDeliveryDetails": send_code(pool, user, "ResendCode", name, value)})


def _nobody() -> Answer:
    from ministack.services import cognito

    answer: Answer = cognito._client_user_not_found()
    return answer
