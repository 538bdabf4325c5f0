"""Authenticator apps: one-time codes (TOTP, RFC 6238), and setting one up for a user."""

from __future__ import annotations

import base64
import binascii
import hmac
import struct
import time

from workbench.users.open_pool import OpenedPool
from workbench.users.token_store import SavedSignIn, save_sign_in
from workbench.users.user_pools import User, UserPoolProblem
from workbench.users.user_sign_in import AppClient, Flow, UserTokens, begin

STEP_SECONDS = 30


def totp_code(secret: str, at: float | None = None) -> str:
    """The six digits of ``secret`` (base32) at a time in seconds since 1970; now without one.

    Raises ValueError where the secret is not base32.
    """
    padded = secret.strip().replace(" ", "").upper()
    try:
        key = base64.b32decode(padded + "=" * (-len(padded) % 8))
    except binascii.Error:
        raise ValueError("the secret is not base32") from None
    counter = int((time.time() if at is None else at) // STEP_SECONDS)
    digest = hmac.digest(key, struct.pack(">Q", counter), "sha1")
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def set_up_authenticator(opened: OpenedPool, client: AppClient, user: User, password: str) -> None:
    """Sign in, register a new secret as the preferred second factor, and save it.

    Raises UserPoolProblem, also where the user must answer more than the password.
    """
    pool = opened.pool
    cognito = opened.clients.cognito_idp
    step = begin(cognito, client, user.username, Flow.SRP, password)
    if not isinstance(step, UserTokens):
        raise UserPoolProblem(
            f"{user.label} must answer {step.name} first.",
            "Sign in as the user in the pane (o): what is set up there is saved, too.",
        )
    secret = pool.ask(lambda: cognito.associate_software_token(AccessToken=step.access))[
        "SecretCode"
    ]
    pool.ask(
        lambda: cognito.verify_software_token(AccessToken=step.access, UserCode=totp_code(secret))
    )
    pool.set_mfa(user.username, "totp")
    saved = SavedSignIn(pool.pool_id, user.username, user.label, client.client_id, step, secret)
    if opened.sign_ins_file is not None:
        save_sign_in(opened.sign_ins_file, saved)
