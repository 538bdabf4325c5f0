"""Reads an API out of ministack's stores, as the data plane wants it: frozen, as of one moment."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from typing import Any

from workbench.localcloud.appsync.records import (
    Api,
    ApiKey,
    AuthMode,
    AuthProvider,
    Code,
    DataSource,
    Function,
    Resolver,
)
from workbench.localcloud.ministack.bridge.appsync_services import place_of

_AUTH_SETTINGS = {
    "AMAZON_COGNITO_USER_POOLS": "userPoolConfig",
    "OPENID_CONNECT": "openIDConnectConfig",
    "AWS_LAMBDA": "lambdaAuthorizerConfig",
}
_SOURCE_SETTINGS = {
    "AMAZON_DYNAMODB": ("dynamodbConfig",),
    "AWS_LAMBDA": ("lambdaConfig",),
    "HTTP": ("httpConfig",),
    "AMAZON_EVENTBRIDGE": ("eventBridgeConfig",),
    "RELATIONAL_DATABASE": ("relationalDatabaseConfig",),
    "AMAZON_ELASTICSEARCH": ("elasticsearchConfig",),
    "AMAZON_OPENSEARCH_SERVICE": ("openSearchServiceConfig", "elasticsearchConfig"),
}

_counter = itertools.count(1)
_seen: dict[str, tuple[tuple[Any, ...], int]] = {}


def api_ids() -> tuple[str, ...]:
    """Every API there is, of all accounts and regions."""
    return tuple(str(key[2]) for key, _ in _appsync()._apis.all_items())


def revision(api_id: str) -> int | None:
    """A number that changes whenever anything of the API does; None if there is no such API.

    The stored records are compared with those seen last: 10 µs for Amplify's quickstart, 30 µs for
    500 resolvers. The emulator replaces a record that it changes, except an API's own and a key's,
    which are compared by content.
    """
    raw = _raw(api_id)
    if raw is None:
        _seen.pop(api_id, None)
        return None
    before = _seen.get(api_id)
    if before is not None and before[0] == raw:
        # Equal records may have been replaced: with the new ones the next comparison is by
        # identity.
        _seen[api_id] = raw, before[1]
        return before[1]
    number = next(_counter)
    _seen[api_id] = raw, number
    return number


def read_api(api_id: str) -> Api | None:
    """Everything of one API; None if there is no such API."""
    scope = _scope(api_id)
    if scope is None:
        return None
    appsync = _appsync()
    record = appsync._apis.get_scoped(*scope, api_id)
    if record is None:
        return None
    schema = appsync._schemas.get_scoped(*scope, api_id) or {}
    keys = appsync._api_keys.get_scoped(*scope, api_id) or {}
    sources = appsync._data_sources.get_scoped(*scope, api_id) or {}
    functions = appsync._functions.get_scoped(*scope, api_id) or {}
    resolvers = appsync._resolvers.get_scoped(*scope, api_id) or {}
    return Api(
        id=api_id,
        name=str(record.get("name", "")),
        arn=str(record["arn"]),
        region=scope[1],
        account=scope[0],
        schema=str(schema.get("definition", "")),
        default_auth=_provider(record),
        additional_auth=tuple(
            _provider(more) for more in record.get("additionalAuthenticationProviders") or ()
        ),
        api_keys=tuple(ApiKey(str(key["id"]), int(key["expires"])) for key in list(keys.values())),
        data_sources={name: _data_source(source, scope) for name, source in list(sources.items())},
        functions={name: _function(function) for name, function in list(functions.items())},
        resolvers={
            (resolver["typeName"], resolver["fieldName"]): _resolver(resolver)
            for fields in list(resolvers.values())
            for resolver in list(fields.values())
        },
        environment=dict(record.get("environmentVariables") or {}),
        introspection=record.get("introspectionConfig") != "DISABLED",
        query_depth_limit=int(record.get("queryDepthLimit") or 0),
        resolver_count_limit=int(record.get("resolverCountLimit") or 0),
        field_log_level=str((record.get("logConfig") or {}).get("fieldLogLevel") or "ALL"),
    )


def _provider(record: Mapping[str, Any]) -> AuthProvider:
    kind = str(record.get("authenticationType") or "API_KEY")
    settings = record.get(_AUTH_SETTINGS.get(kind, "")) or {}
    return AuthProvider(AuthMode(kind), dict(settings))


def _data_source(record: Mapping[str, Any], api: tuple[str, str]) -> DataSource:
    kind = str(record.get("type") or "NONE")
    settings: Mapping[str, Any] = {}
    for member in _SOURCE_SETTINGS.get(kind, ()):
        settings = settings or record.get(member) or {}
    place = ("", "")
    if kind == "AMAZON_DYNAMODB":
        place = (api[0], str(settings.get("awsRegion") or api[1]))
    elif kind == "AMAZON_EVENTBRIDGE":
        place = place_of(str(settings.get("eventBusArn") or ""), api)
    return DataSource(str(record["name"]), kind, dict(settings), *place)


def _function(record: Mapping[str, Any]) -> Function:
    return Function(
        id=str(record["functionId"]),
        name=str(record["name"]),
        data_source=str(record.get("dataSourceName") or ""),
        code=_code(record),
        max_batch_size=int(record.get("maxBatchSize") or 0),
        sync=dict(record.get("syncConfig") or {}),
    )


def _resolver(record: Mapping[str, Any]) -> Resolver:
    pipeline = record.get("kind") == "PIPELINE"
    functions = (record.get("pipelineConfig") or {}).get("functions") or ()
    return Resolver(
        type_name=str(record["typeName"]),
        field_name=str(record["fieldName"]),
        code=_code(record),
        data_source=None if pipeline else record.get("dataSourceName") or None,
        functions=tuple(functions) if pipeline else None,
        max_batch_size=int(record.get("maxBatchSize") or 0),
        sync=dict(record.get("syncConfig") or {}),
    )


def _code(record: Mapping[str, Any]) -> Code:
    # An empty text is what the emulator keeps of a template that was not given.
    return Code(
        request_template=record.get("requestMappingTemplate") or None,
        response_template=record.get("responseMappingTemplate") or None,
        code=record.get("code") or None,
    )


def _raw(api_id: str) -> tuple[Any, ...] | None:
    scope = _scope(api_id)
    if scope is None:
        return None
    appsync = _appsync()
    record = appsync._apis.get_scoped(*scope, api_id)
    if record is None:
        return None
    return (
        dict(record),
        appsync._schemas.get_scoped(*scope, api_id),
        [dict(key) for key in _values(appsync._api_keys, scope, api_id)],
        list(_values(appsync._data_sources, scope, api_id)),
        list(_values(appsync._functions, scope, api_id)),
        [
            resolver
            for fields in _values(appsync._resolvers, scope, api_id)
            for resolver in list(fields.values())
        ],
    )


def _values(store: Any, scope: tuple[str, str], api_id: str) -> Iterator[Any]:
    return iter(list((store.get_scoped(*scope, api_id) or {}).values()))


def _scope(api_id: str) -> tuple[str, str] | None:
    """The account and region that an API lives in; a GraphQL request names neither."""
    appsync = _appsync()
    here: tuple[str, str] = appsync._apis._prefix()
    if appsync._apis.contains_scoped(*here, api_id):
        return here
    for account, region, found in list(appsync._apis._data):
        if found == api_id:
            return account, region
    return None


def _appsync() -> Any:
    from ministack.services import appsync

    return appsync
