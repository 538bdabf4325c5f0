"""What a backend's outputs name: its API and its user pool, each without the other."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workbench.model.user_problem import UserProblem
from workbench.printed_commands import amplify_tui

OWN_NAME = "sandbox"
"""The endpoint's name where it is the user's own sandbox's; environments have their own names."""

OUTPUTS_NAME = "amplify_outputs.json"
"""The outputs file of a sandbox, in the project's folder."""

AMPLIFY_MODES: Mapping[str, str] = {
    "API_KEY": "apiKey",
    "AMAZON_COGNITO_USER_POOLS": "userPool",
    "AWS_IAM": "iam",
    "OPENID_CONNECT": "oidc",
    "AWS_LAMBDA": "lambda",
}
"""The Amplify client's names of the authorization modes."""

APPSYNC_HOST = re.compile(
    r"(?P<api>[a-z0-9]+)\.appsync-api\.(?P<where>[a-z]{2}(?:-[a-z]+)+-\d+\.amazonaws\.com(?:\.cn)?)"
)
"""A host of AppSync on AWS, in lower case; the whole of it."""

_SHAPES = {
    "data.aws_region": re.compile(r"[a-z]{2}(-[a-z0-9]+)+"),
    "auth.aws_region": re.compile(r"[a-z]{2}(-[a-z0-9]+)+"),
    "auth.user_pool_id": re.compile(r"[\w-]+"),
    "auth.user_pool_client_id": re.compile(r"[\w+]+"),
    "auth.identity_pool_id": re.compile(r"[\w-]+:[0-9A-Za-z-]+"),
}
"""What ids look like in the outputs; anything else is not sent to AWS."""


@dataclass(frozen=True, slots=True)
class AuthResources:
    """Where a backend's users are, whether it has an API or not; empty where it has no auth.

    ``name`` is the environment's.
    """

    name: str
    region: str = "us-east-1"
    user_pool_id: str = ""
    client_id: str = ""
    identity_pool_id: str = ""


@dataclass(frozen=True, slots=True)
class ApiEndpoint:
    """One GraphQL API and what its callers need; ``headers`` go with every request.

    ``modes`` are the API's authorization modes by AppSync's names, the default one first.
    """

    name: str
    url: str
    region: str = "us-east-1"
    modes: tuple[str, ...] = ()
    api_key: str = field(default="", repr=False)
    user_pool_id: str = ""
    client_id: str = ""
    identity_pool_id: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    models: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The models with their authorization rules, as ``model_introspection`` has them."""

    @property
    def auth(self) -> AuthResources:
        """The pools of the API's callers."""
        return AuthResources(
            self.name, self.region, self.user_pool_id, self.client_id, self.identity_pool_id
        )

    @property
    def address(self) -> str:
        """The URL with its scheme in lower case (the local cloud publishes it in capitals)."""
        scheme, separator, rest = self.url.partition("://")
        return scheme.lower() + separator + rest

    @property
    def is_appsync(self) -> bool:
        """Whether AppSync answers there, on AWS or on the local cloud."""
        return bool(self.modes)

    @property
    def api_id(self) -> str:
        """The API's id where its address names it (on the local cloud), else empty."""
        parts = urlsplit(self.url).path.strip("/").split("/")
        return parts[2] if parts[:2] == ["v1", "apis"] and len(parts) > 2 else ""

    @property
    def realtime_address(self) -> str:
        """The WebSocket address for subscriptions.

        AWS: the ``appsync-realtime-api`` host; elsewhere ``/realtime`` behind the path (AWS,
        "Building a real-time WebSocket client").
        """
        parts = urlsplit(self.address)
        scheme = "wss" if parts.scheme == "https" else "ws"
        if found := APPSYNC_HOST.fullmatch(parts.netloc.lower()):
            return f"{scheme}://{found['api']}.appsync-realtime-api.{found['where']}{parts.path}"
        return f"{scheme}://{parts.netloc}{parts.path.rstrip('/')}/realtime"


def read_outputs_file(path: Path) -> Any:
    """The document of an ``amplify_outputs.json``; raises UserProblem."""
    try:
        return json.loads(path.read_text())
    except FileNotFoundError:
        raise UserProblem(
            "There is no amplify_outputs.json yet.",
            f"Deploy first: `{amplify_tui('sandbox', '--once')}`.",
            where=path.name,
        ) from None
    except (OSError, ValueError) as error:
        raise UserProblem(
            f"It cannot be read: {error}", "Deploy to write it again.", where=path.name
        ) from None


def from_outputs(path: Path, name: str = OWN_NAME) -> ApiEndpoint:
    """The endpoint that an ``amplify_outputs.json`` describes; raises UserProblem."""
    return of_outputs(read_outputs_file(path), name, path.name)


def of_outputs(outputs: Any, name: str, where: str = "") -> ApiEndpoint:
    """The endpoint that outputs describe, read from ``where``; raises UserProblem."""
    data = _section(outputs, "data")
    if not data.get("url"):
        raise UserProblem(
            "This backend has no GraphQL API.",
            "Define one in amplify/data/resource and deploy it.",
            where=where,
        )
    auth = auth_of_outputs(outputs, name, where)
    _check_shapes(outputs, "data", where)
    default = str(data.get("default_authorization_type") or "AWS_IAM")
    others = tuple(str(each) for each in data.get("authorization_types") or ())
    return ApiEndpoint(
        name=name,
        url=str(data["url"]),
        region=str(data.get("aws_region") or "us-east-1"),
        modes=(default, *(each for each in others if each != default)),
        api_key=str(data.get("api_key") or ""),
        user_pool_id=auth.user_pool_id,
        client_id=auth.client_id,
        identity_pool_id=auth.identity_pool_id,
        models=_models(data),
    )


def auth_of_outputs(outputs: Any, name: str, where: str = "") -> AuthResources:
    """The pools that outputs name, read from ``where``; raises UserProblem."""
    auth = _section(outputs, "auth")
    _check_shapes(outputs, "auth", where)
    return AuthResources(
        name,
        str(auth.get("aws_region") or "us-east-1"),
        str(auth.get("user_pool_id") or ""),
        str(auth.get("user_pool_client_id") or ""),
        str(auth.get("identity_pool_id") or ""),
    )


def _section(outputs: Any, name: str) -> Mapping[str, Any]:
    found = outputs.get(name) if isinstance(outputs, dict) else None
    return found if isinstance(found, dict) else {}


def _check_shapes(outputs: Any, wanted: str, where: str) -> None:
    for name, shape in _SHAPES.items():
        section, _, key = name.partition(".")
        value = _section(outputs, section).get(key) if section == wanted else None
        if value and not (isinstance(value, str) and shape.fullmatch(value)):
            raise UserProblem(
                f"{name} is {ascii(value)[:80]}, which is none.",
                "Deploy to write it again.",
                where=where,
            )


def _models(data: Mapping[str, Any]) -> Mapping[str, Any]:
    introspection = data.get("model_introspection")
    models = introspection.get("models") if isinstance(introspection, dict) else None
    if not isinstance(models, dict):
        return {}
    return {name: each for name, each in models.items() if isinstance(each, dict)}


def from_url(url: str, headers: Mapping[str, str], name: str = "") -> ApiEndpoint:
    """Any GraphQL endpoint; raises UserProblem where ``url`` is no HTTP address."""
    parts = urlsplit(url)
    if parts.scheme.lower() not in ("http", "https") or not parts.netloc:
        raise UserProblem(
            f"{url!r} is no HTTP address.", "Write it whole, such as https://example.com/graphql."
        )
    return ApiEndpoint(name=name or parts.netloc, url=url, headers=dict(headers))
