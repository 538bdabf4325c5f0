"""Callers whom the API's own Lambda function lets in.

Source: "AWS_LAMBDA authorization" in the AppSync developer guide.
"""

from __future__ import annotations

import hashlib
import logging
import time
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.authorization.http_request import (
    FunctionFailedError,
    HttpRequestFacts,
    Keys,
)
from workbench.localcloud.appsync.authorization.user_pool import matches
from workbench.localcloud.appsync.identity import Caller, RefusedError
from workbench.localcloud.appsync.records import Api, AuthMode, AuthProvider

logger = logging.getLogger("local cloud")

_DEFAULT_SECONDS = 300
_LONGEST_SECONDS = 3600
_KEPT = 1000
_REFUSED = "You are not authorized to make this call."


class AuthorizerAnswers:
    """Authorizers' answers by API and token, for as long as each lasts.

    Tokens are kept as their digests only.
    """

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[str, str, str], tuple[float, Caller | None]] = (
            OrderedDict()
        )

    def get(self, key: tuple[str, str, str], now: float) -> tuple[Caller | None] | None:
        """The kept answer, in a tuple of its own because it may be a refusal."""
        found = self._answers.get(key)
        if found is None or found[0] <= now:
            self._answers.pop(key, None)
            return None
        return (found[1],)

    def put(self, key: tuple[str, str, str], until: float, answer: Caller | None) -> None:
        """Keep an answer; the oldest of more than a thousand goes."""
        self._answers[key] = (until, answer)
        self._answers.move_to_end(key)
        while len(self._answers) > _KEPT:
            self._answers.popitem(last=False)


class FunctionAuthorizer:
    """Asks the Lambda functions that authorize, and keeps their answers."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys
        self._answers = AuthorizerAnswers()

    async def authorize(
        self,
        api: Api,
        provider: AuthProvider,
        headers: Mapping[str, str],
        request: HttpRequestFacts,
    ) -> Caller:
        """The caller as the authorizer describes it; raises RefusedError.

        A function that fails or answers nonsense refuses, and the log says why.
        """
        token = headers.get("authorization", "")
        settings = provider.settings
        arn = str(settings.get("authorizerUri") or "")
        pattern = settings.get("identityValidationExpression")
        if pattern and not matches(str(pattern), token):
            raise RefusedError(_REFUSED)
        now = time.time()
        key = (api.id, arn, hashlib.sha256(token.encode()).hexdigest())
        kept = self._answers.get(key, now)
        if kept is None:
            event = _event(api, token, headers, request)
            try:
                answer = await self._keys.invoke_function(arn, event)
            except FunctionFailedError as problem:
                logger.warning("the authorizer of API %s failed: %s", api.id, problem)
                raise RefusedError(_REFUSED) from problem
            caller, seconds = _read(api, answer, settings.get("authorizerResultTtlInSeconds"))
            if seconds:
                self._answers.put(key, now + seconds, caller)
        else:
            caller = kept[0]
        if caller is None:
            raise RefusedError(_REFUSED)
        return caller


def _event(
    api: Api, token: str, headers: Mapping[str, str], request: HttpRequestFacts
) -> dict[str, Any]:
    return {
        "authorizationToken": token,
        "requestContext": {
            "apiId": api.id,
            "accountId": api.account,
            "requestId": request.request_id or str(uuid.uuid4()),
            "queryString": request.query,
            "operationName": request.operation_name,
            "variables": dict(request.variables),
        },
        "requestHeaders": dict(headers),
    }


def _read(api: Api, answer: object, setting: object) -> tuple[Caller | None, float]:
    """The caller, or None for a refusal; and for how many seconds that holds."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("isAuthorized"), bool):
        logger.warning("the authorizer of API %s did not answer isAuthorized as a boolean", api.id)
        return None, 0
    seconds = _lasting(answer.get("ttlOverride"), setting)
    if not answer["isAuthorized"]:
        return None, seconds
    context, denied = answer.get("resolverContext"), answer.get("deniedFields")
    caller = Caller(
        AuthMode.LAMBDA,
        {"resolverContext": dict(context) if isinstance(context, Mapping) else {}},
        denied_fields=frozenset(map(str, denied)) if isinstance(denied, list) else frozenset(),
    )
    return caller, seconds


def _lasting(override: object, setting: object) -> float:
    for value in (override, setting):
        if isinstance(value, int | float) and not isinstance(value, bool):
            return min(max(float(value), 0), _LONGEST_SECONDS)
    return _DEFAULT_SECONDS
