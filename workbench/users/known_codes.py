"""Codes that need not be typed: of a saved authenticator, or of a local cloud's message."""

from __future__ import annotations

from workbench.aws.target import LocalTarget
from workbench.model.user_problem import UserProblem
from workbench.users.authenticator import totp_code
from workbench.users.open_pool import OpenedPool
from workbench.users.outbound_messages import read_inbox
from workbench.users.user_sign_in import Challenge

_SENT = ("EMAIL_OTP", "SMS_OTP", "SMS_MFA")
_BY_AUTHENTICATOR = ("SOFTWARE_TOKEN_MFA", "MFA_SETUP")


def known_code(opened: OpenedPool, challenge: Challenge, totp_secret: str) -> str:
    """The answer to a challenge where it can be known here, else ""; blocks."""
    if challenge.name in _BY_AUTHENTICATOR and totp_secret:
        return totp_code(totp_secret)
    if challenge.name in _SENT:
        return last_code(opened, challenge.username, "sign-in code")
    return ""


def last_code(opened: OpenedPool, username: str, kind: str) -> str:
    """The last code of a kind that the local cloud has for a user, by name or address, else ""."""
    target = opened.clients.target
    if not isinstance(target, LocalTarget):
        return ""
    try:
        messages = read_inbox(target, opened.pool.pool_id)
    except UserProblem:
        return ""  # it is asked for then
    wanted = username.casefold()
    own = (
        each for each in messages if wanted in (each.username.casefold(), each.recipient.casefold())
    )
    return next((each.code for each in own if each.kind == kind), "")
