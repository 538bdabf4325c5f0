"""Sends one operation over HTTP and reads the result, with errors in AppSync's shape."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from workbench.outputs_file import ApiEndpoint
from workbench.playground.authorizing import Authorize

TIMEOUT_SECONDS = 35.0  # AppSync ends a request after 30 s.


@dataclass(frozen=True, slots=True)
class ResultError:
    """One error of a result; ``line`` and ``column`` (from 1) point into the sent query."""

    message: str
    type: str = ""
    path: tuple[str | int, ...] = ()
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """The response: ``status`` is HTTP's (0: no response), ``size`` in bytes.

    ``data`` is the result's data if the body is a GraphQL result; ``body`` is all of it as indented
    JSON, or as text if it is not JSON.
    """

    status: int
    seconds: float
    size: int
    body: str
    data: Any = None
    errors: tuple[ResultError, ...] = ()
    request_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether there is data and no error."""
        return self.status == 200 and not self.errors


@dataclass(frozen=True, slots=True)
class Request:
    """A document with one operation (or its name), and its variables."""

    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str = ""

    @property
    def body(self) -> bytes:
        """The JSON of the HTTP request."""
        body: dict[str, Any] = {"query": self.query, "variables": dict(self.variables)}
        if self.operation_name:
            body["operationName"] = self.operation_name
        return json.dumps(body).encode()


def _patience(address: str) -> float | None:
    """The local cloud keeps AppSync's limit itself, except for a function that a debugger holds."""
    return None if urlsplit(address).hostname in {"127.0.0.1", "localhost"} else TIMEOUT_SECONDS


async def run(
    client: httpx.AsyncClient,
    endpoint: ApiEndpoint,
    authorize: Authorize,
    request: Request,
) -> Result:
    """Run one query or mutation; a failed connection is a result with an error, not an exception.

    Raises NotAuthorizedProblem if there are no credentials for the caller.
    """
    body = request.body
    headers = {"content-type": "application/json", **await authorize(endpoint.address, body)}
    started = time.perf_counter()
    try:
        answer = await client.post(
            endpoint.address, content=body, headers=headers, timeout=_patience(endpoint.address)
        )
    except httpx.HTTPError as error:
        seconds = time.perf_counter() - started
        message = f"{endpoint.address} could not be reached: {error or type(error).__name__}"
        return Result(0, seconds, 0, message, errors=(ResultError(message, "Connection"),))
    return read_result(
        answer.status_code, answer.content, dict(answer.headers), time.perf_counter() - started
    )


def read_result(status: int, content: bytes, headers: Mapping[str, str], seconds: float) -> Result:
    """Read a response; one that is not a GraphQL result becomes an error that shows it."""
    request_id = headers.get("x-amzn-requestid", "")
    try:
        document = json.loads(content)
    except ValueError:
        text = content.decode("utf-8", "replace")
        first = text.strip().partition("\n")[0][:200]
        problem = ResultError(f"HTTP {status}, not JSON: {first}", "Http")
        return Result(status, seconds, len(content), text, None, (problem,), request_id)
    found = document.get("errors") if isinstance(document, dict) else None
    errors = tuple(_error(each) for each in found) if isinstance(found, list) else ()
    data = document.get("data") if isinstance(document, dict) else None
    if status != 200 and not errors:
        errors = (ResultError(f"HTTP {status}", "Http"),)
    body = json.dumps(document, indent=2, ensure_ascii=False)
    return Result(status, seconds, len(content), body, data, errors, request_id, dict(headers))


def _error(found: object) -> ResultError:
    if not isinstance(found, dict):
        return ResultError(str(found))
    places = found.get("locations")
    place = places[0] if isinstance(places, list) and places else {}
    extensions = found.get("extensions")
    kind = found.get("errorType") or (extensions or {}).get("errorType") or ""
    return ResultError(
        message=str(found.get("message") or found.get("errorType") or "an error without a message"),
        type=str(kind),
        path=tuple(found.get("path") or ()),
        line=int(place.get("line") or 0),
        column=int(place.get("column") or 0),
    )
