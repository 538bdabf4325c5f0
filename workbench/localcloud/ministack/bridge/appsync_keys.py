"""Gives AppSync's authorization the emulator's pool keys, credentials and functions.

Read from the services' own stores, without a request: authorizing must not cost a call.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.appsync.authorization.http_request import (
    CognitoIdentity,
    Credentials,
    FetchFailedError,
    FunctionFailedError,
)
from workbench.localcloud.json_web_tokens import read_token
from workbench.localcloud.ministack.bridge.appsync_services import place_of
from workbench.localcloud.ministack.bridge.issued_credentials import issued

_FETCH_SECONDS = 5.0
_LARGEST_DOCUMENT = 1_000_000


class EmulatorKeys:
    """The emulator as :class:`workbench.localcloud.appsync.authorization.http_request.Keys`."""

    def pool_keys(self, pool_id: str) -> Sequence[Mapping[str, Any]]:
        """A user pool's two public keys, for access and for ID tokens."""
        from ministack.services import cognito

        # all_items, because a look-up by ministack's own function changes the request's account;
        # and only for pools that exist, because asking for a key makes one.
        if not any(pool == pool_id for (_, _, pool), _ in cognito._user_pools.all_items()):
            return ()
        found = [cognito._pool_signing_key(pool_id, use)[1] for use in cognito._POOL_KEY_USES]
        return [key for key in found if key]

    def credentials(self, access_key: str) -> Credentials | None:
        """The local cloud's own key, a session (an identity pool's too), or a user's access key."""
        found = issued(access_key)
        if found is None:
            return None
        return Credentials(
            access_key,
            found.secret,
            found.arn,
            found.user_id,
            found.account,
            found.session_token,
            found.expires,
            _identity(found.session or {}),
        )

    async def invoke_function(self, arn: str, event: Mapping[str, Any]) -> Any:
        """A function's answer; what it raises is FunctionFailedError here."""
        from ministack.core.responses import request_scope
        from ministack.services import lambda_svc

        path = f"/2015-03-31/functions/{quote(arn, safe=':')}/invocations"
        headers = {"content-type": "application/json", "x-amz-invocation-type": "RequestResponse"}
        with request_scope(*place_of(arn, (LOCAL_ACCOUNT, LOCAL_REGION))):
            status, answered, content = await lambda_svc.handle_request(
                "POST", path, headers, json.dumps(event).encode(), {}
            )
        text = content.decode(errors="replace") if isinstance(content, bytes) else str(content)
        if status >= 300 or "X-Amz-Function-Error" in (answered or {}):
            raise FunctionFailedError(text[:300])
        try:
            return json.loads(text)
        except ValueError as problem:
            raise FunctionFailedError("its answer is not JSON") from problem

    async def fetch_json(self, url: str) -> Any:
        """A JSON document of at most 1 MB, within 5 seconds."""
        try:
            async with httpx.AsyncClient(timeout=_FETCH_SECONDS, follow_redirects=True) as client:
                answer = await client.get(url, headers={"accept": "application/json"})
                answer.raise_for_status()
                if len(answer.content) > _LARGEST_DOCUMENT:
                    raise FetchFailedError(f"{url} is larger than 1 MB")
                return answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as problem:
            raise FetchFailedError(f"{url}: {problem}") from problem


def _identity(session: Mapping[str, Any]) -> CognitoIdentity | None:
    identity = session.get("_identity_id")
    if not identity:
        return None
    logins = session.get("_logins") or {}
    return CognitoIdentity(
        str(session.get("_identity_pool_id") or ""),
        str(identity),
        str(session.get("_cognito_auth_type") or "unauthenticated"),
        {str(provider): _subject(token) for provider, token in logins.items()},
    )


def _subject(token: object) -> str:
    found = read_token(str(token))
    return str(found.claims.get("sub") or "") if found else ""
