"""Passkeys: ministack knows none; a user of a Cognito pool registers them and signs in with them.

Their answers are verified as a relying party does. Passkeys are kept with their user; challenges
live in memory, so a registration that was begun before a restart starts over.
Source: docs.aws.amazon.com/cognito/latest/developerguide/
amazon-cognito-user-pools-authentication-flow-methods.html, "Passkey sign-in"
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from workbench.localcloud import web_authn
from workbench.localcloud.ministack.patches.cognito.served_actions import serve_user
from workbench.localcloud.ministack.patches.cognito.sessions import (
    Answer,
    attributes_of,
    refuse,
    reply,
)
from workbench.localcloud.web_authn import CredentialError, Fault, RelyingParty

_KEY = "_passkeys"
_MOST = 20
"""Cognito's limit for one user."""

_SECONDS = 60
_GRACE = 240
_MODELS = {
    "fbfc3007154e4ecc8c0b6e020557d7bd": "iCloud Keychain",
    "ea9b8d664d011d213ce4b6b48cb575d4": "Google Password Manager",
    "adce000235bcc60a648b0b25f1f05503": "Chrome on Mac",
    "08987058cadc4b81b6e130de50dcbe96": "Windows Hello",
    "9ddd1817af5a4672a2b93e3dd95000a9": "Windows Hello",
    "6028b017b1d44c02b4b3afcdafc96bb2": "Windows Hello",
    "bada5566a7aa401fbd9645619a55120d": "1Password",
    "d548826e79b4db40a3d811116f7e8349": "Bitwarden",
    "531126d6e717415c93203d9aa6981239": "Dashlane",
}
_CODES = {
    Fault.CHALLENGE: "WebAuthnChallengeNotFoundException",
    Fault.ORIGIN: "WebAuthnOriginNotAllowedException",
    Fault.RELYING_PARTY: "WebAuthnRelyingPartyMismatchException",
    Fault.NOT_SUPPORTED: "WebAuthnCredentialNotSupportedException",
}


@dataclass(frozen=True, slots=True)
class _Begun:
    """A registration that waits for the browser's answer."""

    handle: str
    client_id: str
    until: float


_REGISTRATIONS: dict[str, _Begun] = {}


def install() -> None:
    """Serve the four actions; what signs in with a passkey is in the challenges."""
    serve_user("StartWebAuthnRegistration", _start)
    serve_user("CompleteWebAuthnRegistration", _complete)
    serve_user("ListWebAuthnCredentials", _list)
    serve_user("DeleteWebAuthnCredential", _delete)


def relying_party(pool: Any) -> RelyingParty | None:
    """Whom the pool's passkeys are for: as configured, else its domain; None for neither."""
    from ministack.services import cognito

    settings = pool.get("WebAuthnConfiguration") or {}
    name = settings.get("RelyingPartyId")
    if not name and pool.get("Domain"):
        region = cognito._pool_region(pool["Id"])
        name = f"{pool['Domain']}.auth.{region}.amazoncognito.com"
    must_verify = settings.get("UserVerification") == "required"
    return RelyingParty(name, must_verify) if name else None


def are_allowed(pool: Any) -> bool:
    """Whether users may begin a sign-in with a passkey."""
    policy = (pool.get("Policies") or {}).get("SignInPolicy") or {}
    return "WEB_AUTHN" in (policy.get("AllowedFirstAuthFactors") or ())


def verify_for_two(pool: Any) -> bool:
    """Whether a passkey that verifies its user counts for both factors."""
    settings = pool.get("WebAuthnConfiguration") or {}
    return bool(settings.get("FactorConfiguration") == "MULTI_FACTOR_WITH_USER_VERIFICATION")


def usable(pool: Any, user: Any) -> Mapping[str, Any]:
    """A user's passkeys for the pool's relying party, by their ids."""
    party = relying_party(pool)
    return {
        name: each
        for name, each in user.get(_KEY, {}).items()
        if party and each["RelyingPartyId"] == party.id
    }


def passkeys_of(pool_id: str, username: str) -> list[dict[str, Any]]:
    """A user's passkeys as ListWebAuthnCredentials tells them, without the user's token."""
    from ministack.services import cognito

    pool = cognito._get_pool_unscoped(pool_id)
    user, _ = cognito._resolve_user(pool, username) if pool else (None, None)
    return [_told(each) for each in user.get(_KEY, {}).values()] if user is not None else []


def new_challenge() -> str:
    """A challenge, base64url."""
    return web_authn.encoded(secrets.token_bytes(32))


def request_options(pool: Any, user: Any, challenge: str) -> str:
    """What a browser asks a passkey for, as JSON."""
    party = relying_party(pool)
    known = [
        {"id": name, "type": "public-key", "transports": each["AuthenticatorTransports"]}
        for name, each in usable(pool, user).items()
    ]
    return json.dumps(
        {
            "challenge": challenge,
            "timeout": _SECONDS * 1000 * 3,
            "rpId": party.id if party else "",
            "allowCredentials": known,
            "userVerification": _verification(pool),
        }
    )


def proves(pool: Any, user: Any, challenge: str, credential: Any) -> bool:
    """Whether the answer is a signature of one of the user's passkeys; counts it."""
    party = relying_party(pool)
    try:
        answer = json.loads(credential) if isinstance(credential, str) else credential
    except (ValueError, RecursionError):
        return False
    kept = usable(pool, user).get(str(answer.get("id"))) if isinstance(answer, dict) else None
    if party is None or kept is None:
        return False
    passkey = web_authn.Passkey(answer["id"], kept["key"], kept["sign_count"], "")
    if verify_for_two(pool) and pool.get("MfaConfiguration") == "ON":
        party = RelyingParty(party.id, must_verify_user=True)
    try:
        count = web_authn.authenticate(answer, passkey, _handle(user), challenge, party)
    except CredentialError:
        return False
    kept["sign_count"] = count
    return True


# -- actions --------------------------------------------------------------------------------------


def _start(pool: Any, user: Any, data: Any) -> Answer:
    party = relying_party(pool)
    if not are_allowed(pool):
        return refuse("WebAuthnNotEnabledException", "WebAuthn is not enabled for this user pool.")
    if party is None:
        return refuse(
            "WebAuthnConfigurationMissingException",
            "The user pool has no relying party ID and no domain.",
        )
    now = time.time()
    for old in [each for each, begun in _REGISTRATIONS.items() if begun.until < now]:
        del _REGISTRATIONS[old]
    challenge = new_challenge()
    _REGISTRATIONS[challenge] = _Begun(_handle(user), _client(data), now + _SECONDS + _GRACE)
    name = attributes_of(user).get("email") or user["Username"]
    options = {
        "rp": {"id": party.id, "name": party.id},
        "user": {"id": _handle(user), "name": name, "displayName": name},
        "challenge": challenge,
        "pubKeyCredParams": [{"type": "public-key", "alg": each} for each in web_authn.ALGORITHMS],
        "timeout": _SECONDS * 1000,
        "excludeCredentials": [{"id": each, "type": "public-key"} for each in usable(pool, user)],
        "authenticatorSelection": {
            "requireResidentKey": True,
            "residentKey": "required",
            "userVerification": _verification(pool),
        },
    }
    return reply({"CredentialCreationOptions": options})


def _complete(pool: Any, user: Any, data: Any) -> Answer:
    party, credential = relying_party(pool), data.get("Credential")
    if not are_allowed(pool) or party is None:
        return refuse("WebAuthnNotEnabledException", "WebAuthn is not enabled for this user pool.")
    known = user.setdefault(_KEY, {})
    if len(known) >= _MOST:
        return refuse("LimitExceededException", f"A user can have at most {_MOST} passkeys.")
    try:
        challenge = web_authn.challenge_of(credential)
        begun = _REGISTRATIONS.get(challenge)
        if begun is None or begun.until < time.time() or begun.handle != _handle(user):
            return refuse(
                "WebAuthnChallengeNotFoundException", "The challenge is unknown or has expired."
            )
        if begun.client_id != _client(data):
            return refuse(
                "WebAuthnClientMismatchException",
                "The registration was started with another app client.",
            )
        passkey = web_authn.register(credential, challenge, party)
    except CredentialError as wrong:
        return refuse(_CODES.get(wrong.fault, "InvalidParameterException"), str(wrong))
    del _REGISTRATIONS[challenge]
    if passkey.id in known:
        return refuse("InvalidParameterException", "The passkey is registered already.")
    transports = credential["response"].get("transports")
    known[passkey.id] = {
        "CredentialId": passkey.id,
        "FriendlyCredentialName": _MODELS.get(passkey.model, "Passkey"),
        "RelyingPartyId": party.id,
        "AuthenticatorTransports": transports if isinstance(transports, list) else [],
        "CreatedAt": time.time(),
        "key": passkey.key,
        "sign_count": passkey.sign_count,
    }
    attachment = credential.get("authenticatorAttachment")
    if attachment:
        known[passkey.id]["AuthenticatorAttachment"] = attachment
    return reply({})


def _list(_pool: Any, user: Any, data: Any) -> Answer:
    most = data.get("MaxResults", _MOST)
    if not isinstance(most, int) or not 0 <= most <= _MOST:
        return refuse(
            "InvalidParameterException",
            f"1 validation error detected: Value '{most}' at 'maxResults' failed to satisfy "
            f"constraint: Member must have value less than or equal to {_MOST}",
        )
    names = list(user.get(_KEY, {}))
    after = data.get("NextToken")
    if after and after not in names:
        return refuse("InvalidParameterException", "Invalid pagination token given.")
    start = names.index(after) + 1 if after else 0
    shown = names[start : start + (most or _MOST)]
    told: dict[str, Any] = {"Credentials": [_told(user[_KEY][name]) for name in shown]}
    if start + len(shown) < len(names):
        told["NextToken"] = shown[-1]
    return reply(told)


def _told(passkey: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in passkey.items() if key[0].isupper()}


def _delete(_pool: Any, user: Any, data: Any) -> Answer:
    if user.get(_KEY, {}).pop(data.get("CredentialId"), None) is None:
        return refuse("ResourceNotFoundException", "The passkey does not exist.")
    return reply({})


def _client(data: Any) -> str:
    from ministack.services import cognito

    return str(cognito._token_claims(data["AccessToken"]).get("client_id"))


def _handle(user: Any) -> str:
    """What a passkey knows its user by."""
    return web_authn.encoded(attributes_of(user).get("sub", user["Username"]).encode())


def _verification(pool: Any) -> str:
    settings = pool.get("WebAuthnConfiguration") or {}
    return str(settings.get("UserVerification") or "preferred")
