"""Events of HTTP requests: function URLs, HTTP APIs, REST APIs, and an API's authorizer. Pure.

Source: Lambda developer guide, "Invoking Lambda function URLs"; API Gateway developer guide,
"Lambda proxy integrations" (payload format versions); AppSync developer guide, "AWS_LAMBDA
authorization".
"""

from __future__ import annotations

from typing import Any

from workbench.functions.sample_events.services import Event, Place

_ID = "00000000-1111-2222-3333-444455556666"
_HEADERS = {"accept": "application/json", "content-type": "application/json", "host": "example.com"}


def request_event(place: Place, method: str = "GET", path: str = "/", body: str = "") -> Event:
    """A request to a function URL or an HTTP API: payload format 2.0."""
    event: Event = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "name=value",
        "headers": dict(_HEADERS),
        "queryStringParameters": {"name": "value"},
        "requestContext": {
            "accountId": place.account,
            "apiId": "sample",
            "domainName": "example.com",
            "domainPrefix": "example",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "amplify-tui",
            },
            "requestId": _ID,
            "routeKey": "$default",
            "stage": "$default",
            "time": place.at,
            "timeEpoch": place.at_ms,
        },
        "isBase64Encoded": False,
    }
    if body:
        event["body"] = body
    return event


def rest_event(place: Place, method: str, path: str = "/", body: str | None = None) -> Event:
    """A request to a REST API: payload format 1.0."""
    headers: dict[str, Any] = dict(_HEADERS)
    return {
        "resource": path,
        "path": path,
        "httpMethod": "GET" if method == "ANY" else method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {"name": "value"},
        "multiValueQueryStringParameters": {"name": ["value"]},
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": place.account,
            "apiId": "sample",
            "httpMethod": "GET" if method == "ANY" else method,
            "identity": {"sourceIp": "127.0.0.1", "userAgent": "amplify-tui"},
            "path": path,
            "protocol": "HTTP/1.1",
            "requestId": _ID,
            "requestTimeEpoch": place.at_ms,
            "resourcePath": path,
            "stage": "prod",
        },
        "body": body,
        "isBase64Encoded": False,
    }


def authorizer_event(place: Place, api_id: str) -> Event:
    """The question of an AppSync API whether a token is good."""
    return {
        "authorizationToken": "token",
        "requestContext": {
            "apiId": api_id,
            "accountId": place.account,
            "requestId": _ID,
            "queryString": "query Sample { __typename }",
            "operationName": "Sample",
            "variables": {},
        },
        "requestHeaders": {"authorization": "token"},
    }
