"""Response streaming: ministack sends a streamed response at its end, AWS as it is written.

So do InvokeWithResponseStream, and function URLs whose mode is RESPONSE_STREAM.
Source: Lambda Developer Guide, "Response streaming for Lambda functions".
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from workbench.function_process.report import ENDED
from workbench.localcloud.ministack.functions.streams import CURRENT, ResponseStream

Reply = tuple[int, dict[str, Any], Any]

_SEPARATOR = b"\x00" * 8
_LONGEST_PRELUDE = 64 * 1024
_TAIL = 4096


def install() -> None:
    """Take the place of the streaming invocation, and stand before function URLs."""
    from ministack.services import lambda_svc

    lambda_svc._invoke_with_response_stream = invoke
    lambda_svc.handle_function_url_request = _streaming(lambda_svc.handle_function_url_request)


async def invoke(
    name: str,
    event: Any,
    headers: dict[str, str],
    path_qualifier: str | None = None,
    query_params: dict[str, Any] | None = None,
) -> Reply:
    """Answer with an event stream: a chunk for each that is written, then how it ended."""
    from ministack.core.responses import StreamingResponse
    from ministack.services import lambda_svc

    stream, run = _begun(lambda_svc._invoke(name, event, headers, path_qualifier, query_params))
    first = await stream.next(run)
    is_whole = first is None and run.done()
    if is_whole:
        status, answered, body = run.result()
        if status != 200:
            return status, answered, body
        first = body or b""
        stream.version = answered.get("X-Amz-Executed-Version", "")

    async def send_events(send: Callable[[Any], Awaitable[None]], _receive: Any) -> None:
        chunk = first
        try:
            while chunk:
                await send(_part(_event("PayloadChunk", chunk)))
                chunk = None if is_whole else await stream.next(run)
            _, answered, body = await run
            await send(_part(_event("InvokeComplete", _completion(headers, answered, body))))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            stream.close()

    return (
        200,
        {
            "Content-Type": "application/vnd.amazon.eventstream",
            "X-Amz-Executed-Version": stream.version,
        },
        StreamingResponse(send_events),
    )


def _completion(headers: Mapping[str, str], answered: Mapping[str, str], body: bytes) -> bytes:
    told: dict[str, str] = {}
    if kind := answered.get("X-Amz-Function-Error"):
        error = json.loads(body)
        is_platform = error.get("errorType") in ENDED
        details = error["errorMessage"] if is_platform else body.decode()
        told = {"ErrorCode": kind, "ErrorDetails": details}
    if str(headers.get("x-amz-log-type")).lower() == "tail":
        told["LogResult"] = answered.get("X-Amz-Log-Result", "")
    return json.dumps(told).encode()


def _event(kind: str, payload: bytes) -> bytes:
    from ministack.services import lambda_svc

    content = "application/octet-stream" if kind == "PayloadChunk" else "application/json"
    headers = {":message-type": "event", ":event-type": kind, ":content-type": content}
    message: bytes = lambda_svc._es_encode_message(headers, payload)
    return message


def _streaming(handle: Callable[..., Awaitable[Reply]]) -> Callable[..., Awaitable[Reply]]:
    async def handle_function_url_request(url_id: str, *given: Any, **named: Any) -> Reply:
        from ministack.core.responses import StreamingResponse
        from ministack.services import lambda_svc

        resolved = named.get("resolved") or lambda_svc.resolve_function_url(url_id)
        settings = resolved[4] if resolved else {}
        if settings.get("InvokeMode") != "RESPONSE_STREAM":
            return await handle(url_id, *given, **named)
        stream, run = _begun(handle(url_id, *given, **named))
        first = await stream.next(run)
        if first is None and run.done():
            return run.result()
        cors = lambda_svc._function_url_cors_headers(settings, given[2])
        prelude, body = await _prelude(stream, run, first or b"")
        status, headers = _head(prelude, cors)

        async def send_body(send: Callable[[Any], Awaitable[None]], _receive: Any) -> None:
            chunk: bytes | None = body
            try:
                while chunk is not None:
                    if chunk:
                        await send(_part(chunk))
                    chunk = await stream.next(run)
                # Where the function has failed since, the response stays cut off, as on AWS.
                if not run.done() or run.result()[0] < 500:
                    await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                stream.close()

        return status, headers, StreamingResponse(send_body)

    return handle_function_url_request


def _begun(work: Any) -> tuple[ResponseStream, asyncio.Task[Reply]]:
    stream = ResponseStream()
    token = CURRENT.set(stream)
    try:
        return stream, asyncio.ensure_future(work)
    finally:
        CURRENT.reset(token)


async def _prelude(
    stream: ResponseStream, run: asyncio.Task[Reply], begin: bytes
) -> tuple[dict[str, Any], bytes]:
    """What the function says of its response, and the first of the body.

    Only a JSON object that eight NULs follow is a prelude.
    """
    from ministack.services import lambda_svc

    while begin.startswith(b"{") and _SEPARATOR not in begin and len(begin) < _LONGEST_PRELUDE:
        more = await stream.next(run)
        if more is None:
            break
        begin += more
    prelude, body = lambda_svc._split_stream_prelude(begin)
    return prelude or {}, body


def _head(prelude: Mapping[str, Any], cors: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    from ministack.services import lambda_svc

    headers: dict[str, Any] = {"Content-Type": "application/octet-stream"}
    lambda_svc._apply_headers_case_insensitively(headers, prelude.get("headers") or {})
    lambda_svc._apply_headers_case_insensitively(headers, cors)
    if cookies := prelude.get("cookies"):
        headers["Set-Cookie"] = [str(each) for each in cookies]
    return int(prelude.get("statusCode", 200)), headers


def _part(body: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": True}
