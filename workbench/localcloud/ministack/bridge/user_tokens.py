"""Issues tokens for a user of a local pool without the password, for "run as" in the playground.

Nobody signs in by that: of the pool's triggers, it runs pre token generation alone. The tokens are
the emulator's own, signed by the pool's key; no attribute, password or status of the user changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.cognito.triggers.calls import TriggerRefusedError
from workbench.localcloud.ministack.patches.cognito.turns import in_turn
from workbench.localcloud.ministack.patches.cognito.user_index import find, having


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
    user = find(pool, username) or _by_attribute(pool, username)
    if user is None:
        known = ", ".join(sorted(_shown(each) for each in pool["_users"].values())[:5])
        raise NoTokensError(
            f"There is no user {username} in the pool."
            + (f" There are: {known}." if known else " It has no users yet.")
        )
    if not user.get("Enabled", True):
        raise NoTokensError(f"The user {username} is disabled.")
    try:
        tokens: Mapping[str, Any] = cognito._build_auth_result(pool_id, client_id, user)
    except TriggerRefusedError as refused:
        raise NoTokensError(str(refused)) from None
    return tokens


def _by_attribute(pool: Any, wanted: str) -> Any:
    """Who has this address, number or preferred name, where the pool does not sign in by it."""
    for attribute in ("email", "phone_number", "preferred_username"):
        user = next(iter(having(pool, attribute, wanted)), None)
        if user is not None:
            return user
    return None


def _shown(user: Mapping[str, Any]) -> str:
    found = {each["Name"]: each["Value"] for each in user.get("Attributes", [])}
    return str(found.get("email") or user["Username"])
