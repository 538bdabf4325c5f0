"""Tokens of user pools: ministack hardly checks them; Cognito does in every call that takes one.

ministack checks signature, use, expiry, user and revocation of access and refresh tokens only with
its AUTH switch on, which also turns on checks that local keys do not pass. It overlooks an expired
refresh token and a recreated user of the same name, and revokes whatever it is given.
Source: docs.aws.amazon.com/cognito/latest/developerguide/token-revocation.html
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito import live_sign_ins
from workbench.localcloud.ministack.patches.cognito.sessions import (
    ISSUED,
    Answer,
    attributes_of,
    of_client,
    refuse,
)

TAKE_AN_ACCESS_TOKEN = frozenset(
    (
        "AssociateSoftwareToken",
        "ChangePassword",
        "CompleteWebAuthnRegistration",
        "ConfirmDevice",
        "DeleteUser",
        "DeleteUserAttributes",
        "DeleteWebAuthnCredential",
        "ForgetDevice",
        "GetDevice",
        "GetUser",
        "GetUserAttributeVerificationCode",
        "GetUserAuthFactors",
        "GlobalSignOut",
        "ListDevices",
        "ListWebAuthnCredentials",
        "SetUserMFAPreference",
        "SetUserSettings",
        "StartWebAuthnRegistration",
        "UpdateDeviceStatus",
        "UpdateUserAttributes",
        "VerifySoftwareToken",
        "VerifyUserAttribute",
    )
)
"""Every operation of Cognito's API with an AccessToken."""

_OR_A_SESSION = ("AssociateSoftwareToken", "VerifySoftwareToken")
_NOT_AN_ACCESS_TOKEN = "Invalid Access Token"
_ENDED = "Access token is expired or user has globally signed out, disabled, or been deleted"
_NO_TOKEN = (
    "1 validation error detected: Value at 'accessToken' failed to satisfy constraint: "
    "Member must not be null"
)


def install() -> None:
    """Check tokens before any call that takes one, and end the sessions of disabled users."""
    from ministack.services import cognito

    dispatch = cognito._dispatch_idp
    decode = cognito._decode_id_token_unverified
    respond, respond_as_admin = (
        cognito._respond_to_auth_challenge,
        cognito._admin_respond_to_auth_challenge,
    )

    async def with_token_check(action: str, data: Any) -> Answer:
        if action in TAKE_AN_ACCESS_TOKEN:
            cognito._pin_unsigned_idp_scope(data)
            refused = _access_token_refused(action, data)
            if refused is not None:
                return refused
        answer: Answer = await dispatch(action, data)
        return answer

    def decode_any(token: Any) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = decode(token)
        except RecursionError:
            raise ValueError("not a token: nested too deeply") from None
        return found

    cognito._UNSIGNED_IDP_ACTIONS |= TAKE_AN_ACCESS_TOKEN
    cognito._pin_unsigned_idp_scope = _pinning(cognito._pin_unsigned_idp_scope)
    cognito._signature_valid = is_signed
    cognito._decode_id_token_unverified = decode_any
    cognito._dispatch_idp = with_token_check
    cognito._refresh_auth_user = _refreshing(cognito._refresh_auth_user)
    cognito._revoke_token = _revoking(cognito._revoke_token)
    cognito.handle_oauth2_userinfo = _telling(cognito.handle_oauth2_userinfo)
    cognito._initiate_auth = _of_client(cognito._initiate_auth)
    cognito._admin_initiate_auth = _of_client(cognito._admin_initiate_auth)
    cognito._respond_to_auth_challenge = _of_client(respond)
    cognito._admin_respond_to_auth_challenge = _of_client(respond_as_admin)


def _pinning(pin: Callable[[Any], None]) -> Callable[[Any], None]:
    def by_session(data: Any) -> None:
        """A request that has nothing but a session is of the region of the session's pool."""
        issued = ISSUED.get(data.get("Session") or "")
        pin({**data, "UserPoolId": data.get("UserPoolId") or issued.pool_id} if issued else data)

    return by_session


def is_signed(token: Any) -> bool:
    """Whether the pool that a token names has signed it; an identity pool's, by the shared key."""
    # Imported in a thread soon after the start, with all that AppSync's requests need.
    from ministack.services import cognito

    from workbench.localcloud.json_web_tokens import is_signed_by, read_token

    found = read_token(token) if isinstance(token, str) else None
    if found is None or "kid" not in found.header:
        return False
    pool_id = found.issuer.rpartition("/")[2]
    if cognito._get_pool_unscoped(pool_id) is None:
        return is_signed_by(found, [cognito._JWKS_KEY], "R")
    keys = [cognito._pool_signing_key(pool_id, use)[1] for use in cognito._POOL_KEY_USES]
    return is_signed_by(found, [key for key in keys if key], "R")


def claims_of(token: Any) -> Mapping[str, Any]:
    """What a token claims, true or not; empty if it is not a JSON Web Token."""
    from ministack.services import cognito

    found: Mapping[str, Any] = cognito._token_claims(token)
    return found


def is_revoked(claims: Mapping[str, Any]) -> bool:
    """Whether the sign-in that a token came from was ended: signed out, disabled or revoked."""
    return live_sign_ins.sign_in_of(claims) is None


def _access_token_refused(action: str, data: Mapping[str, Any]) -> Answer | None:
    from ministack.services import cognito

    token = data.get("AccessToken")
    if token is None or token == "":
        if action in _OR_A_SESSION and data.get("Session"):
            return None
        return refuse("InvalidParameterException", _NO_TOKEN)
    claims = claims_of(token)
    if not isinstance(token, str) or not claims:
        return refuse("NotAuthorizedException", _NOT_AN_ACCESS_TOKEN)
    refused: Answer | None = cognito._access_token_error(dict(data))
    if refused is not None:
        return refused
    user = cognito._token_owner(claims)
    if not user:
        return refuse("NotAuthorizedException", _NOT_AN_ACCESS_TOKEN)
    if attributes_of(user).get("sub") != claims.get("sub"):
        # The name is another user's now.
        return refuse("UserNotFoundException", "User does not exist.")
    if is_revoked(claims):
        return refuse("NotAuthorizedException", "Access Token has been revoked")
    return None


def _refreshing(resolve: Callable[..., Any]) -> Callable[..., Any]:
    def checked(pool: Any, pid: str, cid: str, token: Any) -> tuple[Any, Any]:
        if token and not is_signed(token):
            return None, refuse("NotAuthorizedException", "Invalid Refresh Token")
        user, refused = resolve(pool, pid, cid, token)
        if refused or not user:
            return user, refused
        claims = claims_of(token)
        if is_revoked(claims):
            return None, refuse("NotAuthorizedException", "Refresh Token has been revoked")
        expires = claims.get("exp")
        if not isinstance(expires, int | float) or expires <= time.time():
            return None, refuse("NotAuthorizedException", "Refresh Token has expired")
        return user, None

    return checked


def _revoking(revoke: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """Only a client's own refresh tokens end by it; one that is unknown here is ended already."""

    def checked(data: Any) -> Answer:
        from ministack.services import cognito

        client_id, token = data.get("ClientId"), data.get("Token")
        pool, pool_id = cognito._pool_for_client(client_id)
        client = pool["_clients"][client_id] if pool else None
        if client is None:
            return refuse("InvalidParameterException", f"Client {client_id} does not exist.")
        if client.get("ClientSecret") and data.get("ClientSecret") != client["ClientSecret"]:
            return refuse("UnauthorizedException", "Invalid client secret.")
        if not client.get("EnableTokenRevocation", True):
            return refuse(
                "UnsupportedOperationException", "Token revocation is not enabled for the client."
            )
        claims = claims_of(token)
        if claims.get("token_use") in ("access", "id"):
            return refuse("UnsupportedTokenTypeException", "Unsupported token type.")
        if not is_signed(token) or claims.get("token_use") != "refresh":
            return refuse("InvalidParameterException", "Invalid refresh token.")
        issuer = str(claims.get("iss", "")).rpartition("/")[2]
        if claims.get("client_id") != client_id or issuer != pool_id:
            return refuse("UnauthorizedException", "The token was issued to another client.")
        return revoke(data)

    return checked


_ENDED = "Access token is expired or user has globally signed out, disabled, or been deleted"


def _telling(tell: Callable[..., Any]) -> Callable[..., Any]:
    def checked(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        from ministack.services import cognito

        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            claims = claims_of(token.strip())
            wrong = (
                cognito._userinfo_token_error(token.strip())
                if claims
                else "Access token format is not valid"
            )
            if claims and not wrong and is_revoked(claims):
                wrong = _ENDED
            if wrong:
                told = {"Content-Type": "application/json"}
                told["WWW-Authenticate"] = "Bearer error=INVALID_TOKEN"
                text = json.dumps({"error": "invalid_token", "error_description": wrong})
                return 401, told, text.encode()
        return tell(method, path, headers, body, query)

    return checked


def _of_client(step: Callable[[Any], Answer]) -> Callable[[Any], Answer]:
    """A sign-in goes on with the client that it began with."""

    def checked(data: Any) -> Answer:
        client_id = data.get("ClientId", "")
        issued = ISSUED.get(data.get("Session") or "")
        if issued is not None and issued.client_id not in ("", client_id):
            return refuse("NotAuthorizedException", "Invalid session for the user.")
        answer = step(data)
        if answer[0] == 200:
            given = {**(data.get("AuthParameters") or {}), **(data.get("ChallengeResponses") or {})}
            device = given.get("DEVICE_KEY") or (issued.device if issued else "")
            of_client(json.loads(answer[2]).get("Session") or "", client_id, device)
        return answer

    return checked
