"""A user's passkeys. Cognito tells them to the user alone: each call takes an access token.

Blocks; raises UserPoolProblem.
Source: docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference,
ListWebAuthnCredentials and DeleteWebAuthnCredential
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from workbench.users.user_pools import UserPool

_PAGE = 20


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey; ``site`` is the domain that it is for (the relying party)."""

    id: str
    name: str
    site: str
    created: datetime | None = None


def list_passkeys(pool: UserPool, access_token: str) -> tuple[Passkey, ...]:
    """The passkeys of the token's user."""
    found: list[Passkey] = []
    asked: dict[str, Any] = {"AccessToken": access_token, "MaxResults": _PAGE}
    while True:
        page = pool.ask(partial(pool.cognito.list_web_authn_credentials, **asked))
        found += [read_passkey(each) for each in page["Credentials"]]
        if not page.get("NextToken"):
            return tuple(found)
        asked["NextToken"] = page["NextToken"]


def delete_passkey(pool: UserPool, access_token: str, passkey_id: str) -> None:
    """Delete one: its user cannot sign in with it any more."""
    pool.ask(
        lambda: pool.cognito.delete_web_authn_credential(
            AccessToken=access_token, CredentialId=passkey_id
        )
    )


def read_passkey(found: Mapping[str, Any]) -> Passkey:
    """A passkey as Cognito tells it; a time is seconds since 1970 where no SDK has read it."""
    at = found.get("CreatedAt")
    return Passkey(
        found["CredentialId"],
        found.get("FriendlyCredentialName", ""),
        found.get("RelyingPartyId", ""),
        datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else at,
    )
