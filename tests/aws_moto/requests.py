"""What a request asks for: service, operation, parameters and whose key signed it.

Read from the bytes of the request by botocore's own service models, so that it holds for every
service, whichever client sent it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote

import botocore.loaders

_CREDENTIAL = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]*)/(?P<service>[^/]+)/")
_PLACEHOLDER = re.compile(r"\\{(\w+)(\\\+)?\\}")

_MODELS = {"monitoring": "cloudwatch", "email": "ses", "cloudcontrolapi": "cloudcontrol"}
"""Services that sign with another name than their model has."""

_PERMISSIONS = {
    "lambda:Invoke": "lambda:InvokeFunction",
    "s3:CopyObject": "s3:PutObject",
    "s3:DeleteObjects": "s3:DeleteObject",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:HeadBucket": "s3:ListBucket",
    "s3:HeadObject": "s3:GetObject",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
    "s3:ListObjects": "s3:ListBucket",
    "s3:ListObjectsV2": "s3:ListBucket",
}
"""Service Authorization Reference: operations whose permission has another name."""

_TARGETS = {
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "AWSCognitoIdentityService": "cognito-identity",
}
_UNSIGNED_PATHS = {
    "/token": "sso-oidc",
    "/client/register": "sso-oidc",
    "/device_authorization": "sso-oidc",
    "/federation/credentials": "sso",
    "/assignment/accounts": "sso",
    "/assignment/roles": "sso",
    "/logout": "sso",
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came in; ``operation`` is botocore's name, such as ``GetParameter``."""

    service: str
    operation: str
    key: str
    region: str
    parameters: Mapping[str, Any]
    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    host: str = ""
    role: str = ""
    """The role whose key signed it; empty for the user's own key."""

    @property
    def action(self) -> str:
        """Service and operation, such as ``s3:HeadObject``."""
        return f"{self.service}:{self.operation}"

    @property
    def permission(self) -> str:
        """The action that IAM wants to be allowed, where it has another name."""
        return _PERMISSIONS.get(self.action, self.action)

    @property
    def protocol(self) -> str:
        """How the service writes its answers: query, json, rest-json, rest-xml."""
        if not self.service:
            return "json"
        metadata = _model(self.service)["metadata"]
        return str(metadata["protocol"])


def read_request(
    environ: Mapping[str, Any], body: bytes, role_of: Callable[[str], str] = lambda _: ""
) -> Request:
    """The request of a WSGI environment whose body has been read; ``role_of`` knows the keys."""
    headers = _headers(environ)
    path, query = environ.get("PATH_INFO", "/"), environ.get("QUERY_STRING", "")
    signed = _CREDENTIAL.search(headers.get("authorization", "")) or _CREDENTIAL.search(
        unquote(query).replace("X-Amz-Credential=", "Credential=")
    )
    service = signed["service"].lower() if signed else ""
    operation, parameters = "", dict[str, Any]()
    target = headers.get("x-amz-target", "")
    kind = headers.get("content-type", "")
    if target:
        prefix, _, operation = target.rpartition(".")
        service = service or _TARGETS.get(prefix, prefix)
        parameters = _json(body)
    elif kind.startswith("application/x-www-form-urlencoded") and b"Action=" in body:
        parameters = dict(parse_qsl(body.decode()))
        operation = parameters.pop("Action")
        service = service or "sts"
    else:
        service = service or _UNSIGNED_PATHS.get(path, "")
        if service:
            operation, parameters = _rest(_MODELS.get(service, service), environ, headers, body)
    key = signed["key"] if signed else ""
    return Request(
        service=_MODELS.get(service, service),
        operation=operation,
        key=key,
        region=signed["region"] if signed else "",
        parameters=parameters,
        method=str(environ["REQUEST_METHOD"]),
        path=path,
        headers=headers,
        body=body,
        host=str(environ.get("HTTP_HOST", "")),
        role=role_of(key),
    )


def _headers(environ: Mapping[str, Any]) -> dict[str, str]:
    names = {
        name.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and isinstance(value, str)
    }
    return {"content-type": str(environ.get("CONTENT_TYPE", "")), **names}


def _json(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _rest(
    service: str, environ: Mapping[str, Any], headers: Mapping[str, str], body: bytes
) -> tuple[str, dict[str, Any]]:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
    query = {
        name: values[0]
        for name, values in parse_qs(
            environ.get("QUERY_STRING", ""), keep_blank_values=True
        ).items()
    }
    for route in routes_of(service):
        found = route.match(method, path, query, headers)
        if found is not None:
            sent = _json(body) if "json" in headers.get("content-type", "json") else {}
            return route.operation, {**query, **sent, **found}
    return "", dict(query)


@dataclass(frozen=True, slots=True)
class _Route:
    operation: str
    method: str
    pattern: re.Pattern[str]
    query: Mapping[str, str]
    headers: frozenset[str]
    weight: tuple[int, ...]

    def match(
        self, method: str, path: str, query: Mapping[str, str], headers: Mapping[str, str]
    ) -> dict[str, str] | None:
        if method != self.method or not self.headers <= headers.keys():
            return None
        if any(query.get(name) is None for name in self.query):
            return None
        if any(value and query[name] != value for name, value in self.query.items()):
            return None
        found = self.pattern.fullmatch(path)
        return (
            {name: unquote(value) for name, value in found.groupdict().items()} if found else None
        )


@cache
def _model(service: str) -> Any:
    return botocore.loaders.Loader().load_service_model(service, "service-2")


@cache
def routes_of(service: str) -> list[_Route]:
    """The service's operations, the most particular first.

    S3's are to be read before its first client: botocore takes the bucket out of its paths then.
    """
    model = _model(service)
    routes = []
    for name, operation in model["operations"].items():
        path, _, query = operation["http"]["requestUri"].partition("?")
        pattern = _PLACEHOLDER.sub(_group, re.escape(path))
        required = _required_by_query_and_headers(model, operation)
        fixed = dict(parse_qsl(query, keep_blank_values=True))
        routes.append(
            _Route(
                operation=name,
                method=operation["http"]["method"],
                pattern=re.compile(pattern.rstrip("/") + "/?"),
                query={**dict.fromkeys(required["querystring"], ""), **fixed},
                headers=frozenset(required["header"]),
                weight=(
                    len(fixed),
                    len(required["querystring"]) + len(required["header"]),
                    -path.count("{"),
                    path.count("/"),
                ),
            )
        )
    return sorted(routes, key=lambda route: route.weight, reverse=True)


def _group(match: re.Match[str]) -> str:
    return f"(?P<{match[1]}>{'.+' if match[2] else '[^/]+'})"


def _required_by_query_and_headers(model: Any, operation: Any) -> dict[str, list[str]]:
    """What tells S3's ``GET /bucket/key`` and its ``CopyObject`` from their neighbours."""
    found: dict[str, list[str]] = {"querystring": [], "header": []}
    shape = model["shapes"].get(operation.get("input", {}).get("shape", ""), {})
    for name in shape.get("required", ()):
        member = shape["members"][name]
        if member.get("location") in found:
            found[member["location"]].append(member["locationName"].lower())
    found["querystring"] = [
        shape["members"][name]["locationName"]
        for name in shape.get("required", ())
        if shape["members"][name].get("location") == "querystring"
    ]
    return found
