"""What Cognito refuses in a sign-in, in words with a next step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import refusal
from workbench.aws.permissions import denial_of
from workbench.users.user_pools import UserPoolProblem

_STEPS = {
    "UserNotConfirmedException": "Confirm the user, then sign in again.",
    "PasswordResetRequiredException": "Set a password for the user, then sign in again.",
    "CodeMismatchException": "Check the code and type it again.",
    "EnableSoftwareTokenMFAException": "Check the authenticator's clock and type the next code.",
    "InvalidPasswordException": "Choose a password that the pool's policy allows.",
    "InvalidParameterException": "Sign in another way, or allow this one in the app client.",
    "UserNotFoundException": "Check the user name.",
    "UserLambdaValidationException": "Check the trigger function's log (l).",
}
_LOCKED_OUT = "Password attempts exceeded"
_FACTORS = {
    "SOFTWARE_TOKEN_MFA": "an authenticator app",
    "SMS_MFA": "a code by SMS",
    "EMAIL_OTP": "a code by e-mail",
}


def ask(call: Callable[[], Any]) -> Any:
    """One request of a sign-in; raises UserPoolProblem."""
    try:
        return call()
    except ClientError as error:
        code, message = refusal(error)
        denial = denial_of(error)
        if denial is not None:
            raise UserPoolProblem(f"{denial.what}.", denial.next_step, code) from None
        step = _STEPS.get(code, "Try again, or sign in another way.")
        if _LOCKED_OUT in message:
            step = "Wait: each further wrong password doubles the time, up to 15 minutes."
        if "SECRET_HASH" in message:
            step = (
                "This app client has a secret: reading it needs cognito-idp:DescribeUserPoolClient."
            )
        raise UserPoolProblem(f"{message}.", step, code) from None
    except BotoCoreError as error:
        raise UserPoolProblem(
            f"Cognito could not be reached: {error}.", "Check the network and the region."
        ) from None


def passkey_problem() -> UserPoolProblem:
    """Why a passkey cannot be used here."""
    return UserPoolProblem(
        "A passkey is kept by a browser or a device: a terminal cannot use it.",
        "Sign in with it in your application, or choose another factor here.",
    )


def no_factor_problem(kinds: Sequence[str]) -> UserPoolProblem:
    """Why a second factor that the pool requires cannot be set up here."""
    ways = " or ".join(_FACTORS.get(each, each) for each in kinds)
    return UserPoolProblem(
        f"The pool requires a second factor ({ways}), and this user has none yet.",
        "Verify the user's e-mail address or phone number, then sign in again.",
    )
