"""Events of HTTP requests: function URLs, HTTP APIs, REST APIs, and an API's authorizer. Pure.

Source: Lambda developer guide, "Invoking Lambda function URLs"; API Gateway developer guide,
"Lambda proxy integrations" (payload format versions); AppSync developer guide, "AWS_LAMBDA
authorization".
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workbench.functions.sample_events.services import Event, Place

_ID = "00000000-1111-2222-3333-444455556666"
_DOMAIN = "sample.execute-api.us-east-1.amazonaws.com"
_HEADERS = {"accept": "application/json", "content-type": "application/json", "host": _DOMAIN}


def request_event(place: Place, method: str = "GET", path: str = "/", body: str = "") -> Event:
    """A request to an HTTP API: payload format 2.0."""
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
            "domainName": _DOMAIN,
            "domainPrefix": "sample",
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
            "time": _log_time(place),
            "timeEpoch": place.at_ms,
        },
        "isBase64Encoded": False,
    }
    if body:
        event["body"] = body
    return event


def url_event(place: Place) -> Event:
    """A request to a function URL, of a caller who did not sign."""
    event = request_event(place)
    domain = f"sample.lambda-url.{place.region}.on.aws"
    event["headers"]["host"] = domain
    event["requestContext"] |= {"accountId": "anonymous", "domainName": domain}
    return event


def rest_event(place: Place, method: str, path: str = "/", body: str | None = None) -> Event:
    """A request to a REST API: payload format 1.0, without its version."""
    headers: dict[str, Any] = dict(_HEADERS)
    method = "GET" if method == "ANY" else method
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {"name": "value"},
        "multiValueQueryStringParameters": {"name": ["value"]},
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "accountId": place.account,
            "apiId": "sample",
            "deploymentId": "sample",
            "domainName": _DOMAIN,
            "domainPrefix": "sample",
            "extendedRequestId": _ID,
            "httpMethod": method,
            "identity": {
                **dict.fromkeys(_SIGNED),
                "sourceIp": "127.0.0.1",
                "userAgent": "amplify-tui",
            },
            "path": f"/prod{path}",
            "protocol": "HTTP/1.1",
            "requestId": _ID,
            "requestTime": _log_time(place),
            "requestTimeEpoch": place.at_ms,
            "resourceId": "sample",
            "resourcePath": path,
            "stage": "prod",
        },
        "body": body,
        "isBase64Encoded": False,
    }


_SIGNED = (
    "accessKey", "accountId", "caller", "cognitoAuthenticationProvider",
    "cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId", "principalOrgId",
    "user", "userArn",
)  # fmt: skip
"""Members of an identity that are null where the caller did not sign."""


def _log_time(place: Place) -> str:
    """As access logs write it: ``31/Jan/2026:12:30:00 +0000``."""
    return datetime.fromtimestamp(place.at_ms / 1000, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")


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
