"""The emulator as AppSync's data sources see it: in this process, on its event loop, without HTTP.

A GetItem takes about 0.1 ms this way. Everything goes through the emulator's own request handlers,
so that streams, triggers, time to live and the saved state learn of each write.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import quote

from workbench.aws.target import LOCAL_ACCOUNT, LOCAL_REGION
from workbench.localcloud.appsync.data_sources.services import FunctionReply, HttpReply, HttpRequest
from workbench.localcloud.ministack.bridge.issued_credentials import administrator
from workbench.localcloud.ministack.bridge.service_request import json_request, refusal
from workbench.localcloud.ministack.patches.dynamodb.speed import plain_answers
from workbench.localcloud.service_error import ServiceError

if TYPE_CHECKING:
    from workbench.localcloud.appsync.data_sources.http_client import HttpClient

logger = logging.getLogger("local cloud")

Mark = Callable[[Iterable[str] | None], None]
"""``mark(states)``: these saved states (None: any) may have changed; any thread may call it."""

_READS = ("Get", "Query", "Scan", "BatchGet", "TransactGet", "Describe", "List")


class EmulatorServices:
    """The emulator as :class:`workbench.localcloud.appsync.data_sources.services.Services`.

    Must be used on the emulator's event loop; one object serves any number of requests.
    """

    def __init__(
        self, mark: Mark, account: str = LOCAL_ACCOUNT, region: str = LOCAL_REGION
    ) -> None:
        self._mark = mark
        self._account = account
        self._region = region
        self._client: HttpClient | None = None
        self._elsewhere: dict[tuple[str, str], EmulatorServices] = {}

    def at(self, account: str, region: str) -> EmulatorServices:
        """The same in another account and region."""
        if (account, region) == (self._account, self._region):
            return self
        found = self._elsewhere.get((account, region))
        if found is None:
            found = EmulatorServices(self._mark, account, region)
            self._elsewhere[account, region] = found
        return found

    async def call(
        self, service: str, action: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        """One call of DynamoDB (``dynamodb``) or EventBridge (``events``)."""
        from ministack.app import _get_module
        from ministack.core.responses import request_scope

        sent = json_request(service, action, parameters)
        # Only reads: what a write answers may change with the next one.
        plain: AbstractContextManager[list[Any]] = (
            plain_answers() if action.startswith(_READS) else nullcontext([])
        )
        try:
            with request_scope(self._account, self._region), plain as taken:
                status, _, content = await _get_module(sent.module).handle_request(
                    sent.method, sent.path, sent.headers, sent.body, {}
                )
        except Exception as error:
            # Over HTTP the emulator answers what it stumbles over with status 500.
            logger.exception("%s of %s failed", action, service)
            reason = f"The local cloud could not do this: {type(error).__name__}: {error}"
            raise ServiceError("InternalServerError", reason, 500) from error
        if not action.startswith(_READS):
            # What events lead to is not known; other services' writes are followed by themselves.
            self._mark(None if service == "events" else (service,))
        answer = taken[0] if taken else json.loads(content or b"{}")
        if status >= 400:
            raise refusal(status, answer)
        return cast(dict[str, Any], answer)

    async def invoke_function(self, arn: str, payload: bytes, event: bool) -> FunctionReply:
        """Invoke a function, which runs in a process of its own and is waited for in a thread."""
        from ministack.app import _get_module
        from ministack.core.responses import request_scope

        path = f"/2015-03-31/functions/{quote(arn, safe='')}/invocations"
        headers = {"x-amz-invocation-type": "Event" if event else "RequestResponse"}
        with request_scope(*place_of(arn, (self._account, self._region))):
            status, answered, content = await _get_module("lambda_svc").handle_request(
                "POST", path, headers, payload, {}
            )
        self._mark(None)
        body = content.encode() if isinstance(content, str) else bytes(content or b"")
        if status >= 400:
            raise refusal(status, _json(body))
        names = {name.lower(): value for name, value in answered.items()}
        return FunctionReply(body, names.get("x-amz-function-error"))

    async def http(self, request: HttpRequest) -> HttpReply:
        """Send a request to any address; AWS's own are answered by the emulator."""
        if self._client is None:
            # Imported on first use: 0.1 s that no other data source needs.
            from ministack.app import app

            from workbench.localcloud.appsync.data_sources.http_client import HttpClient

            self._client = HttpClient(app, administrator())
        reply = await self._client.send(request)
        if request.signing is not None:
            self._mark(None)
        return reply

    async def close(self) -> None:
        """Close the connections to HTTP endpoints."""
        if self._client is not None:
            await self._client.close()
            self._client = None


def place_of(arn: str, otherwise: tuple[str, str]) -> tuple[str, str]:
    """The account and the region that an ARN names."""
    parts = arn.split(":")
    named = len(parts) > 5 and bool(parts[3]) and bool(parts[4])
    return (parts[4], parts[3]) if named else otherwise


def _json(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {"message": body.decode(errors="replace")}
    return found if isinstance(found, Mapping) else {"message": body.decode(errors="replace")}
