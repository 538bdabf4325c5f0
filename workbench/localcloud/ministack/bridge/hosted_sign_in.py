"""What the hosted sign-in's pages ask the emulator's user pools."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from workbench.localcloud.ministack.patches.cognito.hosted_sign_in import on_the_page
from workbench.localcloud.ministack.patches.cognito.triggers.calls import TriggerRefusedError
from workbench.localcloud.ministack.patches.cognito.turns import in_turn
from workbench.localcloud.service_error import ServiceError

_OF_TRIGGERS = frozenset(
    (
        "UserLambdaValidationException",
        "UnexpectedLambdaException",
        "InvalidLambdaResponseException",
    )
)
_BY_CODE = ("EMAIL_OTP", "SMS_OTP")


@dataclass(frozen=True, slots=True)
class Asked:
    """What an app asked ``/oauth2/authorize`` for; the pages carry it along."""

    client_id: str = ""
    redirect_uri: str = ""
    response_type: str = "code"
    scope: str = ""
    state: str = ""
    nonce: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""

    def with_errors(self, error: str, description: str) -> str:
        """Back to the app with an error."""
        said = {"error": error, "error_description": description, "state": self.state}
        return self._back({name: value for name, value in said.items() if value})

    def back(self, parameters: Mapping[str, str]) -> str:
        """Back to the app with what it asked for."""
        state = {"state": self.state} if self.state else {}
        return self._back({**parameters, **state})

    def _back(self, parameters: Mapping[str, str]) -> str:
        if self.response_type == "token":
            return f"{self.redirect_uri}#{urlencode(parameters)}"
        mark = "&" if "?" in self.redirect_uri else "?"
        return f"{self.redirect_uri}{mark}{urlencode(parameters, quote_via=quote)}"


@dataclass(frozen=True, slots=True)
class SignInClient:
    """An app client with what its pages show."""

    pool_id: str
    callbacks: tuple[str, ...]
    sign_outs: tuple[str, ...]
    flows: frozenset[str]
    scopes: frozenset[str]
    providers: tuple[str, ...]
    names_are: str
    """``Email``, ``Phone number`` or ``Username``: what users sign in by."""
    attributes: tuple[str, ...]
    """What a new user has to give, besides the name."""
    open_to_new_users: bool
    codes: tuple[str, ...]
    """Ways to sign in by a code instead of the password."""


def sign_in_client(client_id: str) -> SignInClient | None:
    """The app client of this id."""
    from ministack.services import cognito

    pool_id, pool, client = cognito._find_pool_by_client_id(client_id)
    if not pool:
        return None
    by = pool.get("UsernameAttributes") or []
    name = "Email" if "email" in by else "Phone number" if by else "Username"
    required = {
        each["Name"]
        for each in pool.get("SchemaAttributes") or pool.get("Schema") or ()
        if each.get("Required") and each["Name"] != "sub"
    }
    verified = set(pool.get("AutoVerifiedAttributes") or ())
    given = {"Email": "email", "Phone number": "phone_number"}.get(name)
    policy = (pool.get("Policies") or {}).get("SignInPolicy") or {}
    factors = policy.get("AllowedFirstAuthFactors") or ()
    choice = "ALLOW_USER_AUTH" in (client.get("ExplicitAuthFlows") or ())
    admin = pool.get("AdminCreateUserConfig") or {}
    return SignInClient(
        pool_id=pool_id,
        callbacks=tuple(client.get("CallbackURLs") or ()),
        sign_outs=tuple(client.get("LogoutURLs") or ()),
        flows=frozenset(client.get("AllowedOAuthFlows") or ()),
        scopes=frozenset(client.get("AllowedOAuthScopes") or ()),
        providers=tuple(client.get("SupportedIdentityProviders") or ()),
        names_are=name,
        attributes=tuple(sorted((required | verified) - {given})),
        open_to_new_users=not admin.get("AllowAdminCreateUserOnly"),
        codes=tuple(code for code in _BY_CODE if choice and code in factors),
    )


async def run(action: str, parameters: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """One operation of a user pool, and who is signed in by it (or empty); raises ServiceError."""
    from ministack.core.responses import set_request_region
    from ministack.services import cognito

    pool_id = str(parameters.get("UserPoolId") or "")
    if pool_id:
        set_request_region(cognito._pool_region(pool_id))
    with on_the_page() as signed_in:
        status, _, body = await cognito._dispatch_idp(action, dict(parameters))
    answer: dict[str, Any] = json.loads(body) if body else {}
    if status >= 400:
        name = str(answer.get("__type") or "").rpartition("#")[2]
        raise ServiceError(name, str(answer.get("message") or ""), status)
    return answer, signed_in[0] if signed_in else ""


def refused_by_trigger(problem: ServiceError) -> bool:
    """Whether a trigger's function refused: the app is told, at its callback address."""
    return problem.code in _OF_TRIGGERS


def may_sign_in(pool_id: str, username: str) -> bool:
    """Whether a user who signed in before is still there, and enabled."""
    from ministack.services import cognito

    user = (cognito._get_pool_unscoped(pool_id) or {}).get("_users", {}).get(username)
    return bool(user and user.get("Enabled", True))


@in_turn
def code_for(asked: Asked, pool_id: str, username: str) -> str:
    """A code that the app exchanges for the user's tokens, once."""
    from ministack.services import cognito

    code = str(cognito._generate_auth_code())
    cognito._authorization_codes[code] = {
        "client_id": asked.client_id,
        "pool_id": pool_id,
        "redirect_uri": asked.redirect_uri,
        "scope": asked.scope,
        "username": username,
        "nonce": asked.nonce,
        "code_challenge": asked.code_challenge,
        "code_challenge_method": asked.code_challenge_method,
        "expires_at": time.time() + 300,
    }
    return code


async def tokens_for(asked: Asked, pool_id: str, username: str) -> dict[str, str]:
    """The tokens themselves, which the implicit flow hands out in the address.

    Raises ServiceError.
    """
    from ministack.core.concurrency import run_reentrant

    # In a thread: the function of a trigger may ask the local cloud something itself.
    tokens: dict[str, str] = await run_reentrant(_tokens, asked, pool_id, username)
    return tokens


@in_turn
def _tokens(asked: Asked, pool_id: str, username: str) -> dict[str, str]:
    from ministack.services import cognito

    _, pool, client = cognito._find_pool_by_client_id(asked.client_id)
    scope = cognito._granted_scopes(client, asked.scope)
    try:
        made = cognito._build_auth_result(
            pool_id,
            asked.client_id,
            pool["_users"][username],
            nonce=asked.nonce,
            trigger_source="TokenGeneration_HostedAuth",
            scope=scope,
        )
    except TriggerRefusedError as refused:
        raise ServiceError(refused.code, str(refused), 400) from None
    tokens = {"access_token": made["AccessToken"], "token_type": "Bearer"}
    if cognito._id_token_granted(scope):
        tokens["id_token"] = made["IdToken"]
    return {**tokens, "expires_in": str(made["ExpiresIn"])}
