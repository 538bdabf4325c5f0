"""Events of requests: ministack leaves members out, knows no cookies, and one payload format alone.

REST APIs send the caller's whole identity and the API's domain; HTTP APIs and function URLs send
cookies; an HTTP API's integration may ask for payload format 1.0.
Source: API Gateway developer guide, "Lambda proxy integrations" of REST APIs and of HTTP APIs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

Event = dict[str, Any]

_CALLER = (
    "accessKey", "accountId", "caller", "cognitoAuthenticationProvider",
    "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId",
    "user", "userArn",
)  # fmt: skip
"""Members of a caller's identity that are null where the caller did not sign."""
_CALLER_OF_HTTP_API = (*_CALLER, "cognitoAmr")


@dataclass(frozen=True, slots=True)
class _Request:
    """What the event of an HTTP API is made of besides ministack's own."""

    format: str
    stage: Mapping[str, Any]
    query: Mapping[str, list[str]]


_request: ContextVar[_Request | None] = ContextVar("request to an HTTP API", default=None)


def install() -> None:
    """Complete each event before its function is invoked with it."""
    from ministack.services import apigateway, apigateway_v1, lambda_svc

    apigateway_v1._build_lambda_event_v1 = _of_rest_api(apigateway_v1._build_lambda_event_v1)
    apigateway._invoke_lambda_proxy = _remembered(apigateway._invoke_lambda_proxy, apigateway)
    build = lambda_svc._build_function_url_event

    def of_function_url(*given: Any, **named: Any) -> Event:
        event: Event = build(*given, **named)
        _take_cookies(event)
        return event

    lambda_svc._build_function_url_event = of_function_url
    run = apigateway.run_reentrant

    async def run_with_whole_event(called: Any, *given: Any, **named: Any) -> Any:
        request = _request.get()
        if request and called is lambda_svc._execute_function_with_config_scope:
            record, event, *rest = given
            given = (record, _of_http_api(event, request), *rest)
        return await run(called, *given, **named)

    apigateway.run_reentrant = run_with_whole_event


def _domain(api: str) -> dict[str, str]:
    from ministack.core.responses import get_region

    domain = f"{api}.execute-api.{get_region()}.amazonaws.com"
    return {"domainName": domain, "domainPrefix": api}


def _of_rest_api(build: Callable[..., Event]) -> Callable[..., Event]:
    def event_of(*given: Any, **named: Any) -> Event:
        event = build(*given, **named)
        api, stage, query = given[0], given[2], given[8]
        event.pop("version", None)
        if query:
            event["queryStringParameters"] = {name: each[-1] for name, each in query.items()}
        context = event["requestContext"]
        context["identity"] = dict.fromkeys(_CALLER) | context["identity"]
        context.update(_domain(api), deploymentId=stage.get("deploymentId", ""))
        return event

    return event_of


def _remembered(invoke: Callable[..., Any], apigateway: Any) -> Callable[..., Any]:
    async def invoke_proxy(*given: Any, **named: Any) -> Any:
        integration, api, stage, query = given[0], given[1], given[2], given[7]
        known = (apigateway._stages.get(api) or {}).get(stage) or {}
        request = _Request(
            str(integration.get("payloadFormatVersion") or "2.0"), known, query or {}
        )
        token = _request.set(request)
        try:
            return await invoke(*given, **named)
        finally:
            _request.reset(token)

    return invoke_proxy


def _of_http_api(event: Event, request: _Request) -> Event:
    context, http = event["requestContext"], event["requestContext"]["http"]
    if context["stage"] != "$default":
        event["rawPath"] = http["path"] = f"/{context['stage']}{event['rawPath']}"
    context.update(_domain(context["apiId"]))
    if request.format == "1.0":
        return _in_format_1(event, request)
    if not event.get("pathParameters"):
        event.pop("pathParameters", None)
    if variables := request.stage.get("stageVariables"):
        event["stageVariables"] = dict(variables)
    _take_cookies(event)
    return event


def _take_cookies(event: Event) -> None:
    """Cookies are a member of their own in payload format 2.0, and no header."""
    cookies = event["headers"].pop("cookie", "")
    if cookies:
        event["cookies"] = [each.strip() for each in cookies.split(";") if each.strip()]


def _in_format_1(event: Event, request: _Request) -> Event:
    given = event["requestContext"]
    http, key = given["http"], given["routeKey"]
    resource = key.partition(" ")[2] or key
    authorizer = given.get("authorizer") or {}
    told = authorizer.get("jwt") or authorizer.get("lambda") or {"claims": None, "scopes": None}
    identity = dict.fromkeys(_CALLER_OF_HTTP_API) | {
        "sourceIp": http["sourceIp"],
        "userAgent": http["userAgent"],
    }
    context = {
        **{name: given[name] for name in ("accountId", "apiId", "domainName", "domainPrefix")},
        "authorizer": told,
        "extendedRequestId": given["requestId"],
        "httpMethod": http["method"],
        "identity": identity | (authorizer.get("iam") or {}),
        "path": http["path"],
        "protocol": http["protocol"],
        "requestId": given["requestId"],
        "requestTime": given["time"],
        "requestTimeEpoch": given["timeEpoch"],
        "resourceId": key,
        "resourcePath": resource,
        "stage": given["stage"],
    }
    query = request.query
    return {
        "version": "1.0",
        "resource": resource,
        "path": http["path"],
        "httpMethod": http["method"],
        "headers": event["headers"],
        "multiValueHeaders": {name: [each] for name, each in event["headers"].items()},
        "queryStringParameters": {name: each[-1] for name, each in query.items()} or None,
        "multiValueQueryStringParameters": {name: list(each) for name, each in query.items()}
        or None,
        "requestContext": context,
        "pathParameters": event.get("pathParameters") or None,
        "stageVariables": dict(request.stage.get("stageVariables") or {}) or None,
        "body": event.get("body"),
        "isBase64Encoded": event["isBase64Encoded"],
    }
