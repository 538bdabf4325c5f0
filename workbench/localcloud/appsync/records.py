"""The parts of an API as the control plane stores them: frozen records in AppSync's own terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class AuthMode(StrEnum):
    """The authorization modes, by the names of the control plane."""

    API_KEY = "API_KEY"
    IAM = "AWS_IAM"
    USER_POOL = "AMAZON_COGNITO_USER_POOLS"
    OIDC = "OPENID_CONNECT"
    LAMBDA = "AWS_LAMBDA"


@dataclass(frozen=True, slots=True)
class AuthProvider:
    """One authorization mode of an API; ``settings`` is its member of the API's record.

    That is ``userPoolConfig``, ``openIDConnectConfig`` or ``lambdaAuthorizerConfig`` as boto3 names
    their members; empty for API keys and IAM.
    """

    mode: AuthMode
    settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One API key; ``expires`` in seconds since 1970."""

    id: str
    expires: int


@dataclass(frozen=True, slots=True)
class DataSource:
    """One data source; ``settings`` is its configuration, such as ``dynamodbConfig``'s members.

    ``account`` and ``region`` say where its table or event bus is; empty where its ARN or address
    does.
    """

    name: str
    type: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    account: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """The code of a resolver or function: VTL templates, or APPSYNC_JS code (then ``code``).

    A missing response template passes the result on. A missing request template on a direct Lambda
    resolver sends the whole context.
    """

    request_template: str | None = None
    response_template: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """One function of pipelines."""

    id: str
    name: str
    data_source: str
    code: Code
    max_batch_size: int = 0
    sync: Mapping[str, Any] = field(default_factory=dict)
    """Its ``syncConfig``."""


@dataclass(frozen=True, slots=True)
class Resolver:
    """One field's resolver; a pipeline where ``functions`` is not None."""

    type_name: str
    field_name: str
    code: Code
    data_source: str | None = None
    functions: tuple[str, ...] | None = None
    max_batch_size: int = 0
    sync: Mapping[str, Any] = field(default_factory=dict)
    """Its ``syncConfig``."""


@dataclass(frozen=True, slots=True)
class Api:
    """Everything of one API, as of one moment."""

    id: str
    name: str
    arn: str
    region: str
    account: str
    schema: str
    default_auth: AuthProvider
    additional_auth: tuple[AuthProvider, ...] = ()
    api_keys: tuple[ApiKey, ...] = ()
    data_sources: Mapping[str, DataSource] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    resolvers: Mapping[tuple[str, str], Resolver] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    introspection: bool = True
    query_depth_limit: int = 0
    resolver_count_limit: int = 0
    field_log_level: str = "ALL"
