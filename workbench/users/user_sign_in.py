"""Signs in as a user, as an application does: SRP, password, one-time code, custom challenge.

Each step is a request and gives tokens or the next challenge. Blocks. Refusals come as
UserPoolProblem.
Source: docs.aws.amazon.com/cognito/latest/developerguide/authentication-flows-selection-sdk.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.client_errors import refusal
from workbench.aws.permissions import denial_of
from workbench.users.srp import SrpStart, begin_srp, prove
from workbench.users.user_pools import UserPoolProblem


class Flow(StrEnum):
    """How a sign-in begins."""

    SRP = "srp"
    PASSWORD = "password"
    CODE = "code"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class AppClient:
    """The app client that signs users in; one with a secret signs their names with it."""

    pool_id: str
    client_id: str
    secret: str = field(default="", repr=False)
    rotates: bool | None = False
    """Whether each refresh token is good for one refresh; None where that is not known."""

    def secret_hash(self, username: str) -> str:
        """``SECRET_HASH`` of a user name."""
        said = f"{username}{self.client_id}".encode()
        return base64.b64encode(hmac.digest(self.secret.encode(), said, hashlib.sha256)).decode()


@dataclass(frozen=True, slots=True)
class UserTokens:
    """The tokens of a sign-in; ``expires`` (of the access token) in seconds since 1970."""

    access: str = field(repr=False)
    id: str = field(repr=False)
    refresh: str = field(default="", repr=False)
    expires: float = 0.0


@dataclass(frozen=True, slots=True)
class Asked:
    """One answer that a challenge wants; ``is_secret`` ones are not shown while typed."""

    name: str
    label: str
    is_secret: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the user must answer next; ``totp_secret`` is a new one to put into an authenticator."""

    name: str
    username: str
    asks: tuple[Asked, ...]
    about: str = ""
    session: str = field(default="", repr=False)
    totp_secret: str = field(default="", repr=False)


Step = UserTokens | Challenge

_CODE_NAMES = {
    "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
    "SMS_MFA": "SMS_MFA_CODE",
    "EMAIL_OTP": "EMAIL_OTP_CODE",
    "SMS_OTP": "SMS_OTP_CODE",
}
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


def app_client(cognito: Any, pool_id: str, client_id: str = "") -> AppClient:
    """This app client of the pool, or its first; raises UserPoolProblem if it has none.

    One that is known by its id and may not be described is taken for one without a secret, as
    Amplify makes them: signing in needs no permission then.
    """
    may_be_unknown = bool(client_id)
    if not client_id:
        found = _ask(lambda: cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60))
        if not found["UserPoolClients"]:
            raise UserPoolProblem(
                f"The pool {pool_id} has no app client.", "Define one, and deploy it."
            )
        client_id = found["UserPoolClients"][0]["ClientId"]
    try:
        described = _ask(
            lambda: cognito.describe_user_pool_client(UserPoolId=pool_id, ClientId=client_id)
        )["UserPoolClient"]
    except UserPoolProblem as problem:
        if may_be_unknown and problem.is_denied:
            return AppClient(pool_id, client_id, rotates=None)
        raise
    rotation = described.get("RefreshTokenRotation", {}).get("Feature")
    return AppClient(
        pool_id, client_id, described.get("ClientSecret", ""), rotates=rotation == "ENABLED"
    )


def begin(cognito: Any, client: AppClient, username: str, flow: Flow, password: str = "") -> Step:
    """The first step.

    ``password`` is for SRP and PASSWORD, and for a CUSTOM that begins with SRP.
    """
    given = {"USERNAME": username}
    start: SrpStart | None = None
    match flow:
        case Flow.SRP:
            name, start = "USER_SRP_AUTH", begin_srp()
        case Flow.PASSWORD:
            name, given["PASSWORD"] = "USER_PASSWORD_AUTH", password
        case Flow.CODE:
            name = "USER_AUTH"
        case Flow.CUSTOM:
            name = "CUSTOM_AUTH"
            if password:
                start, given["CHALLENGE_NAME"] = begin_srp(), "SRP_A"
    if start is not None:
        given["SRP_A"] = start.srp_a
    if client.secret:
        given["SECRET_HASH"] = client.secret_hash(username)
    answer = _ask(
        lambda: cognito.initiate_auth(
            ClientId=client.client_id, AuthFlow=name, AuthParameters=given
        )
    )
    if answer.get("ChallengeName") == "PASSWORD_VERIFIER" and start is not None:
        answer = _prove_password(cognito, client, answer, start, password)
    return _step(cognito, client, username, answer)


def answer(
    cognito: Any, client: AppClient, challenge: Challenge, answers: Mapping[str, str]
) -> Step:
    """The next step, with the answers by the names that the challenge asks for."""
    given = {name: value for name, value in answers.items() if value}
    if challenge.name == "MFA_SETUP":
        code, session = given.pop("code", ""), challenge.session
        verified = _ask(lambda: cognito.verify_software_token(Session=session, UserCode=code))
        challenge = replace(challenge, session=verified.get("Session", session))
    return _respond(cognito, client, challenge, given)


def refresh(cognito: Any, client: AppClient, username: str, tokens: UserTokens) -> UserTokens:
    """New tokens for the same sign-in; ``username`` is the user's own name, not an alias."""
    # A pool that tracks devices refreshes the tokens of a device by its key alone.
    device = claims(tokens.access).get("device_key", "")
    if client.rotates is not False:
        # The only way with rotation, and one that works without it, too.
        given = {"RefreshToken": tokens.refresh, "ClientId": client.client_id}
        if client.secret:
            given["ClientSecret"] = client.secret
        if device:
            given["DeviceKey"] = device
        found = _ask(lambda: cognito.get_tokens_from_refresh_token(**given))
    else:
        given = {"REFRESH_TOKEN": tokens.refresh}
        if client.secret:
            given["SECRET_HASH"] = client.secret_hash(username)
        if device:
            given["DEVICE_KEY"] = device
        found = _ask(
            lambda: cognito.initiate_auth(
                ClientId=client.client_id, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=given
            )
        )
    return _tokens(found["AuthenticationResult"], tokens.refresh)


def claims(token: str) -> Mapping[str, Any]:
    """The claims of a token.

    Its signature is not checked. Raises ValueError if it is not a token.
    """
    try:
        body = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
        return dict(found)
    except (IndexError, TypeError, ValueError):
        raise ValueError("this is not a JSON Web Token") from None


def _prove_password(
    cognito: Any, client: AppClient, asked: Mapping[str, Any], start: SrpStart, password: str
) -> Mapping[str, Any]:
    told = asked["ChallengeParameters"]
    user_id = told["USER_ID_FOR_SRP"]
    proof = prove(
        start,
        client.pool_id,
        user_id,
        password,
        srp_b=told["SRP_B"],
        salt=told["SALT"],
        secret_block=told["SECRET_BLOCK"],
    )
    given = {
        "PASSWORD_CLAIM_SIGNATURE": proof.signature,
        "PASSWORD_CLAIM_SECRET_BLOCK": told["SECRET_BLOCK"],
        "TIMESTAMP": proof.timestamp,
    }
    challenge = Challenge("PASSWORD_VERIFIER", user_id, (), session=asked.get("Session", ""))
    return _responded(cognito, client, challenge, given)


def _respond(cognito: Any, client: AppClient, asked: Challenge, given: Mapping[str, str]) -> Step:
    return _step(cognito, client, asked.username, _responded(cognito, client, asked, given))


def _responded(
    cognito: Any, client: AppClient, challenge: Challenge, given: Mapping[str, str]
) -> Mapping[str, Any]:
    responses = {"USERNAME": challenge.username, **given}
    if client.secret:
        responses["SECRET_HASH"] = client.secret_hash(challenge.username)
    asked: dict[str, Any] = {
        "ClientId": client.client_id,
        "ChallengeName": challenge.name,
        "ChallengeResponses": responses,
    }
    if challenge.session:
        asked["Session"] = challenge.session
    found: Mapping[str, Any] = _ask(lambda: cognito.respond_to_auth_challenge(**asked))
    return found


def _step(cognito: Any, client: AppClient, username: str, found: Mapping[str, Any]) -> Step:
    if "AuthenticationResult" in found:
        return _tokens(found["AuthenticationResult"])
    name = found.get("ChallengeName", "")
    told = found.get("ChallengeParameters", {})
    session = found.get("Session", "")
    username = told.get("USER_ID_FOR_SRP") or told.get("USERNAME") or username
    if name in _CODE_NAMES:
        to = told.get("CODE_DELIVERY_DESTINATION", "")
        about = f"A code was sent to {to}." if to else "The code of the authenticator app."
        return Challenge(name, username, (Asked(_CODE_NAMES[name], "Code"),), about, session)
    match name:
        case "NEW_PASSWORD_REQUIRED":
            missing = json.loads(told.get("requiredAttributes") or "[]")
            asks = [Asked("NEW_PASSWORD", "New password", is_secret=True)]
            asks += [Asked(each, each.removeprefix("userAttributes.")) for each in missing]
            about = "The password was temporary: choose a new one."
            return Challenge(name, username, tuple(asks), about, session)
        case "MFA_SETUP":
            begun = _ask(lambda: cognito.associate_software_token(Session=session))
            secret = begun["SecretCode"]
            about = f"The pool requires a second factor. Add this to an authenticator app: {secret}"
            asks = [Asked("code", "The authenticator app's code")]
            return Challenge(name, username, tuple(asks), about, begun["Session"], secret)
        case "SELECT_MFA_TYPE":
            choices = tuple(json.loads(told.get("MFAS_CAN_CHOOSE") or "[]"))
            asks = [Asked("ANSWER", "Second factor", choices=choices)]
            return Challenge(name, username, tuple(asks), "Which second factor?", session)
        case "SELECT_CHALLENGE":
            # Passwords have flows of their own here; passkeys need a browser.
            offered = found.get("AvailableChallenges", ())
            choices = tuple(each for each in offered if each in ("EMAIL_OTP", "SMS_OTP"))
            if not choices:
                raise UserPoolProblem(
                    "This user cannot sign in by a one-time code.",
                    "Allow it in the pool, and give the user an e-mail address or a phone number.",
                )
            if len(choices) == 1:
                chosen = Challenge(name, username, (), session=session)
                return _respond(cognito, client, chosen, {"ANSWER": choices[0]})
            asks = [Asked("ANSWER", "Send the code by", choices=choices)]
            return Challenge(name, username, tuple(asks), "Where should the code be sent?", session)
        case "CUSTOM_CHALLENGE":
            public = {k: v for k, v in told.items() if k not in ("USERNAME", "USER_ID_FOR_SRP")}
            about = ", ".join(f"{key}: {value}" for key, value in public.items())
            return Challenge(name, username, (Asked("ANSWER", "Answer"),), about, session)
        case "DEVICE_SRP_AUTH" | "DEVICE_PASSWORD_VERIFIER":
            raise UserPoolProblem(
                "Cognito asks for the proof of a remembered device, which only the app that "
                "confirmed it has.",
                "Sign in where no device is remembered, or forget the user's devices.",
            )
        case _:
            raise UserPoolProblem(
                f"Cognito asks for {name or 'nothing'}, which has no answer in a terminal.",
                "Sign in another way.",
            )


def _tokens(found: Mapping[str, Any], refresh_token: str = "") -> UserTokens:
    return UserTokens(
        found["AccessToken"],
        found["IdToken"],
        found.get("RefreshToken", refresh_token),
        time.time() + float(found.get("ExpiresIn", 3600)),
    )


def _ask(call: Callable[[], Any]) -> Any:
    try:
        return call()
    except ClientError as error:
        code, message = refusal(error)
        denial = denial_of(error)
        if denial is not None:
            raise UserPoolProblem(f"{denial.what}.", denial.next_step, code) from None
        step = _STEPS.get(code, "Try again, or sign in another way.")
        if "SECRET_HASH" in message:
            step = (
                "This app client has a secret: reading it needs cognito-idp:DescribeUserPoolClient."
            )
        raise UserPoolProblem(f"{message}.", step, code) from None
    except BotoCoreError as error:
        raise UserPoolProblem(
            f"Cognito could not be reached: {error}.", "Check the network and the region."
        ) from None
