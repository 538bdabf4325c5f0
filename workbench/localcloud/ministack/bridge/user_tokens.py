"""Issues tokens for a user of a local pool without the password, for "run as" in the playground.

The tokens are the emulator's own, signed by the pool's key; no attribute, password or status of the
user changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.turns import in_turn


class NoTokensError(Exception):
    """No tokens can be issued; the text is a sentence for the user."""


@in_turn
def issue_tokens(pool_id: str, client_id: str, username: str) -> Mapping[str, Any]:
    """``AccessToken``, ``IdToken``, ``RefreshToken``, ``ExpiresIn`` (s); raises NoTokensError.

    ``username`` may be an alias: an e-mail address, a phone number, or the ``sub``.
    """
    from ministack.services import cognito

    pool = cognito._user_pools.get(pool_id)
    if pool is None:
        raise NoTokensError(f"There is no user pool {pool_id}.")
    if client_id not in pool["_clients"]:
        raise NoTokensError(f"The user pool {pool_id} has no client {client_id}.")
    user = pool["_users"].get(username) or _by_alias(pool["_users"].values(), username)
    if user is None:
        known = ", ".join(sorted(_shown(each) for each in pool["_users"].values())[:5])
        raise NoTokensError(
            f"There is no user {username} in the pool."
            + (f" There are: {known}." if known else " It has no users yet.")
        )
    if not user.get("Enabled", True):
        raise NoTokensError(f"The user {username} is disabled.")
    tokens: Mapping[str, Any] = cognito._build_auth_result(pool_id, client_id, user)
    return tokens


def _by_alias(users: Any, wanted: str) -> Any:
    for user in users:
        for attribute in user.get("Attributes", []):
            named = attribute.get("Name") in ("email", "phone_number", "sub", "preferred_username")
            if named and attribute.get("Value") == wanted:
                return user
    return None


def _shown(user: Mapping[str, Any]) -> str:
    found = {each["Name"]: each["Value"] for each in user.get("Attributes", [])}
    return str(found.get("email") or user["Username"])
