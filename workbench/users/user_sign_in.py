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
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from workbench.users.sign_in_refusals import ask, no_factor_problem, passkey_problem
from workbench.users.srp import SrpStart, begin_srp, prove
from workbench.users.user_pools import UserPoolProblem


class Flow(StrEnum):
    """How a sign-in begins."""

    SRP = "srp"
    PASSWORD = "password"
    CODE = "code"
    CUSTOM = "custom"
    CHOICE = "choice"


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
_CODES = ("EMAIL_OTP", "SMS_OTP")
_PASSWORDS = ("PASSWORD", "PASSWORD_SRP")


def app_client(cognito: Any, pool_id: str, client_id: str = "") -> AppClient:
    """This app client of the pool, or its first; raises UserPoolProblem if it has none.

    One that is known by its id and may not be described is taken for one without a secret, as
    Amplify makes them: signing in needs no permission then.
    """
    may_be_unknown = bool(client_id)
    if not client_id:
        found = ask(lambda: cognito.list_user_pool_clients(UserPoolId=pool_id, MaxResults=60))
        if not found["UserPoolClients"]:
            raise UserPoolProblem(
                f"The pool {pool_id} has no app client.", "Define one, and deploy it."
            )
        client_id = found["UserPoolClients"][0]["ClientId"]
    try:
        described = ask(
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
        case Flow.CODE | Flow.CHOICE:
            name = "USER_AUTH"
        case Flow.CUSTOM:
            name = "CUSTOM_AUTH"
            if password:
                start, given["CHALLENGE_NAME"] = begin_srp(), "SRP_A"
    if start is not None:
        given["SRP_A"] = start.srp_a
    if client.secret:
        given["SECRET_HASH"] = client.secret_hash(username)
    answer = ask(
        lambda: cognito.initiate_auth(
            ClientId=client.client_id, AuthFlow=name, AuthParameters=given
        )
    )
    if answer.get("ChallengeName") == "PASSWORD_VERIFIER" and start is not None:
        answer = _prove_password(cognito, client, answer, start, password)
    return _step(cognito, client, username, answer, by_code=flow is Flow.CODE)


def answer(
    cognito: Any, client: AppClient, challenge: Challenge, answers: Mapping[str, str]
) -> Step:
    """The next step, with the answers by the names that the challenge asks for."""
    given = {name: value for name, value in answers.items() if value}
    if challenge.name == "SELECT_CHALLENGE":
        return _begin_chosen(cognito, client, challenge, _chosen(challenge, given))
    if challenge.name in _PASSWORDS:
        return _prove_chosen(cognito, client, challenge, given.get("PASSWORD", ""))
    if challenge.name == "SELECT_MFA_TYPE":
        given = {"ANSWER": _chosen(challenge, given)}
    if challenge.name == "MFA_SETUP":
        code, session = given.pop("code", ""), challenge.session
        verified = ask(lambda: cognito.verify_software_token(Session=session, UserCode=code))
        challenge = replace(challenge, session=verified.get("Session", session))
    return _respond(cognito, client, challenge, given)


def go_on(cognito: Any, client: AppClient, username: str, session: str) -> Step:
    """The first sign-in of a user who has just confirmed their sign-up, by its session."""
    given = {"USERNAME": username}
    if client.secret:
        given["SECRET_HASH"] = client.secret_hash(username)
    found = ask(
        lambda: cognito.initiate_auth(
            ClientId=client.client_id, AuthFlow="USER_AUTH", AuthParameters=given, Session=session
        )
    )
    return _step(cognito, client, username, found)


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
        found = ask(lambda: cognito.get_tokens_from_refresh_token(**given))
    else:
        given = {"REFRESH_TOKEN": tokens.refresh}
        if client.secret:
            given["SECRET_HASH"] = client.secret_hash(username)
        if device:
            given["DEVICE_KEY"] = device
        found = ask(
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
    found: Mapping[str, Any] = ask(lambda: cognito.respond_to_auth_challenge(**asked))
    return found


def _chosen(challenge: Challenge, given: Mapping[str, str]) -> str:
    """What was chosen of a challenge's choices, in Cognito's spelling."""
    (asked,) = challenge.asks
    wanted = given.get(asked.name, "").strip().upper()
    if wanted not in asked.choices:
        raise UserPoolProblem(
            f"{given.get(asked.name, '')!r} is not a choice.",
            f"Choose {' or '.join(asked.choices)}.",
        )
    return wanted


def _begin_chosen(cognito: Any, client: AppClient, challenge: Challenge, factor: str) -> Step:
    """Begin with the first factor that was chosen; a password is asked for first."""
    if factor == "WEB_AUTHN":
        raise passkey_problem()
    if factor in _PASSWORDS:
        asks = (Asked("PASSWORD", "Password", is_secret=True),)
        return Challenge(factor, challenge.username, asks, session=challenge.session)
    return _respond(cognito, client, challenge, {"ANSWER": factor})


def _prove_chosen(cognito: Any, client: AppClient, challenge: Challenge, password: str) -> Step:
    """Answer SELECT_CHALLENGE with a password, or with its proof."""
    selecting = replace(challenge, name="SELECT_CHALLENGE")
    if challenge.name == "PASSWORD":
        given = {"ANSWER": "PASSWORD", "PASSWORD": password}
        return _respond(cognito, client, selecting, given)
    start = begin_srp()
    given = {"ANSWER": "PASSWORD_SRP", "SRP_A": start.srp_a}
    asked = _responded(cognito, client, selecting, given)
    proved = _prove_password(cognito, client, asked, start, password)
    return _step(cognito, client, challenge.username, proved)


def _step(
    cognito: Any,
    client: AppClient,
    username: str,
    found: Mapping[str, Any],
    *,
    by_code: bool = False,
) -> Step:
    """Tokens or a challenge; ``by_code``: of the first factors, only codes are wanted."""
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
            kinds = json.loads(told.get("MFAS_CAN_SETUP") or "[]")
            if kinds and "SOFTWARE_TOKEN_MFA" not in kinds:
                raise no_factor_problem(kinds)
            begun = ask(lambda: cognito.associate_software_token(Session=session))
            secret = begun["SecretCode"]
            about = f"The pool requires a second factor. Add this to an authenticator app: {secret}"
            asks = [Asked("code", "The authenticator app's code")]
            return Challenge(name, username, tuple(asks), about, begun["Session"], secret)
        case "SELECT_MFA_TYPE":
            choices = tuple(json.loads(told.get("MFAS_CAN_CHOOSE") or "[]"))
            asks = [Asked("ANSWER", "Second factor", choices=choices)]
            return Challenge(name, username, tuple(asks), "Which second factor?", session)
        case "SELECT_CHALLENGE":
            offered = tuple(found.get("AvailableChallenges", ()))
            choices = tuple(each for each in offered if each in _CODES) if by_code else offered
            if not choices:
                raise UserPoolProblem(
                    f"This user cannot sign in by {'a one-time code' if by_code else 'a choice'}.",
                    "Allow it in the pool, and give the user an e-mail address or a phone number.",
                )
            asks = [
                Asked("ANSWER", "Send the code by" if by_code else "Sign in by", choices=choices)
            ]
            about = (
                "Where should the code be sent?" if by_code else "What may this user begin with?"
            )
            choosing = Challenge(name, username, tuple(asks), about, session)
            if len(choices) == 1:
                return _begin_chosen(cognito, client, choosing, choices[0])
            return choosing
        case "WEB_AUTHN":
            raise passkey_problem()
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
