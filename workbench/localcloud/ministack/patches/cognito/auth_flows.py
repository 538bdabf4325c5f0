"""Starting a sign-in: ministack accepts any flow; Cognito only those that the app client allows.

Cognito requires the client's secret too, if it has one. ministack checks both only with its AUTH
switch on, and treats a client without flows as one that allows all of them.
Source:
docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.hosted_sign_in import is_on_the_page
from workbench.localcloud.ministack.patches.cognito.sessions import Answer, refuse

_REFRESH = ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN")
_BY_ADMIN_ALONE = ("ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH")
_ENABLED_BY = {
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "ADMIN_USER_PASSWORD_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "USER_SRP_AUTH": "ALLOW_USER_SRP_AUTH",
    "CUSTOM_AUTH": "ALLOW_CUSTOM_AUTH",
    "USER_AUTH": "ALLOW_USER_AUTH",
    **dict.fromkeys(_REFRESH, "ALLOW_REFRESH_TOKEN_AUTH"),
}
_DEFAULT = frozenset(("ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH", "ALLOW_CUSTOM_AUTH"))
"""What a client allows that names no flow, or only ones by their old names."""

_OLD_NAMES = {
    "USER_PASSWORD_AUTH": "ALLOW_USER_PASSWORD_AUTH",
    "ADMIN_NO_SRP_AUTH": "ALLOW_ADMIN_USER_PASSWORD_AUTH",
}


def install() -> None:
    """Ask for the client's secret and its flows before each sign-in."""
    from ministack.services import cognito

    run = cognito._run_idp_handler

    def run_checked(handler: Callable[[Any], Answer], action: str, data: Any) -> Answer:
        if action in cognito._UNSIGNED_IDP_ACTIONS:
            cognito._pin_unsigned_idp_scope(data)
        refused = _flow_refused(action, data) or cognito._validate_client_secret_hash(action, data)
        answer: Answer = refused or run(handler, action, data)
        return answer

    cognito._run_idp_handler = run_checked


def allowed_flows(client: Mapping[str, Any]) -> frozenset[str]:
    """The flows of an app client, by their names with ALLOW_."""
    named = frozenset(client.get("ExplicitAuthFlows") or ())
    if any(name.startswith("ALLOW_") for name in named):
        return named
    allowed = _DEFAULT | {_OLD_NAMES[name] for name in named & set(_OLD_NAMES)}
    return allowed - {"ALLOW_USER_SRP_AUTH"} if "CUSTOM_AUTH_FLOW_ONLY" in named else allowed


def _flow_refused(action: str, data: Mapping[str, Any]) -> Answer | None:
    from ministack.services import cognito

    flow = data.get("AuthFlow")
    if action not in ("InitiateAuth", "AdminInitiateAuth") or flow not in _ENABLED_BY:
        return None
    if is_on_the_page():
        return None
    client_id = data.get("ClientId")
    by_admin = action == "AdminInitiateAuth"
    pool = (
        cognito._user_pools.get(data.get("UserPoolId"))
        if by_admin
        else cognito._pool_for_client(client_id)[0]
    )
    client = pool["_clients"].get(client_id) if pool else None
    if client is None:
        return None  # The call itself says what is missing.
    if (flow == "USER_PASSWORD_AUTH") if by_admin else (flow in _BY_ADMIN_ALONE):
        return refuse("InvalidParameterException", "Initiate Auth method not supported.")
    if _ENABLED_BY[flow] in allowed_flows(client):
        return None
    if flow == "USER_PASSWORD_AUTH":
        message = "USER_PASSWORD_AUTH flow not enabled for this client"
    elif flow in ("USER_SRP_AUTH", "CUSTOM_AUTH", "USER_AUTH"):
        message = f"{flow} is not enabled for the client."
    else:
        message = "Auth flow not enabled for this client"
    return refuse("InvalidParameterException", message)
