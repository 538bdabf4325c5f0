"""The HTTP data source: one request to any endpoint, signed where the source says so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from workbench.localcloud.appsync.data_sources import request_objects as read
from workbench.localcloud.appsync.data_sources.services import (
    HttpError,
    HttpRequest,
    Services,
    Signing,
)
from workbench.localcloud.appsync.evaluation import FieldError, TemplateError
from workbench.localcloud.appsync.records import DataSource

LARGEST = 5 * 1024 * 1024
"""Bytes of an answer; AppSync's limit for what a data source gives."""

_MEMBERS = frozenset({"version", "operation", "method", "resourcePath", "params"})
_METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


async def invoke(source: DataSource, request: Any, services: Services) -> dict[str, Any]:
    """``statusCode``, ``headers`` and ``body`` (text) of the answer, whatever its status."""
    endpoint = str(source.settings.get("endpoint") or "")
    if _is_bedrock(endpoint):
        raise bedrock_unavailable()
    try:
        reply = await services.http(_request(source, endpoint, read.request_object(request)))
    except HttpError as problem:
        raise FieldError(f"{endpoint}: {problem}", "Http") from problem
    if len(reply.body) > LARGEST:
        raise FieldError(
            f"{endpoint}: the answer has {len(reply.body)} bytes, more than AppSync takes "
            f"({LARGEST}).",
            "Http",
        )
    return {
        "statusCode": reply.status,
        "headers": dict(reply.headers),
        "body": reply.body.decode(errors="replace"),
    }


def bedrock_unavailable() -> FieldError:
    """The error of everything that asks a Bedrock model."""
    return FieldError(
        "This needs AWS Bedrock, which the local cloud does not have. Deploy to an AWS account to "
        "use it.",
        "BedrockUnavailable",
    )


def _is_bedrock(endpoint: str) -> bool:
    return (urlsplit(endpoint).hostname or "").startswith(("bedrock-runtime", "bedrock-agent"))


def _request(source: DataSource, endpoint: str, request: read.Object) -> HttpRequest:
    read.refuse_unknown(request, _MEMBERS)
    if not endpoint:
        raise TemplateError(f"Data source {source.name} names no endpoint.")
    method = read.text_at(request, "method").upper()
    if method not in _METHODS:
        raise TemplateError(f"Unsupported value '{method}' for '$[method]'.")
    path = read.text_at(request, "resourcePath")
    if not path.startswith("/"):
        raise TemplateError("'$[resourcePath]' must begin with '/'.")
    params = read.optional_object(request, "params") or {}
    query = read.optional_object(params, "query", "$[params]")
    headers = read.optional_object(params, "headers", "$[params]") or {}
    url = endpoint.rstrip("/") + path
    if query:
        url += ("&" if "?" in path else "?") + urlencode(_pairs(query), doseq=True)
    return HttpRequest(
        method,
        url,
        _headers(headers),
        _body(params.get("body")),
        _signing(source),
    )


def _headers(given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The last of the names that differ in their case alone: a template copies the caller's
    ``content-type``, then puts its own ``Content-Type``. Sent twice, an endpoint reads neither.
    """
    by_name = {name.lower(): (name, value) for name, value in given.items()}
    return [(name, text) for name, value in by_name.values() for text in _texts(value)]


def _pairs(query: Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    return [(name, _texts(value)) for name, value in query.items() if value is not None]


def _texts(value: Any) -> list[str]:
    if isinstance(value, list):
        return [text for member in value for text in _texts(member)]
    return [value if isinstance(value, str) else json.dumps(value)]


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    return (body if isinstance(body, str) else json.dumps(body)).encode()


def _signing(source: DataSource) -> Signing | None:
    settings = source.settings.get("authorizationConfig") or {}
    if settings.get("authorizationType") != "AWS_IAM":
        return None
    iam = settings.get("awsIamConfig") or {}
    return Signing(
        str(iam.get("signingRegion") or "us-east-1"), str(iam.get("signingServiceName") or "")
    )
