"""Schema types and a function's resolvers: ministack lacks or misreads these AppSync calls.

ListTypes and GetType know only types created one by one, DeleteType and ListResolversByFunction
are refused, UpdateGraphqlApi loses half of its members, and an OpenSearch data source its
configuration. AWS serves all of them from the one schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]
Handler = Callable[..., Awaitable[Reply]]

_PATH = re.compile(r"/v1/apis/([^/]+)/(types|functions)(?:/([^/]+)(?:/(resolvers))?)?")
_API_MEMBERS = (
    "introspectionConfig",
    "queryDepthLimit",
    "resolverCountLimit",
    "ownerContact",
    "enhancedMetricsConfig",
    "mergedApiExecutionRoleArn",
)


def install() -> None:
    """Look at each AppSync request first, and complete what two of ministack's functions store."""
    from ministack.services import appsync

    appsync.handle_request = _with_routes(appsync.handle_request)
    appsync._update_graphql_api = _with_all_members(appsync._update_graphql_api)
    appsync._create_data_source = _with_open_search(appsync._create_data_source)


def _with_routes(handle: Handler) -> Handler:
    async def handle_request(method: str, path: str, *rest: Any, **more: Any) -> Reply:
        reply = answer(method, path)
        return await handle(method, path, *rest, **more) if reply is None else reply

    return handle_request


def answer(method: str, path: str) -> Reply | None:
    """The answer to a request that ministack would get wrong; None for any other."""
    from ministack.services import appsync

    match = _PATH.fullmatch(path)
    if not match or match[1] not in appsync._apis:
        return None
    api_id, kind, name, resolvers = match.groups()
    if kind == "functions":
        listed = method == "GET" and name and resolvers
        return _json({"resolvers": _using(appsync, api_id, name)}) if listed else None
    if resolvers:
        return None
    types = {**_schema_types(appsync, api_id), **appsync._types.get(api_id, {})}
    if method == "GET" and not name:
        return _json({"types": list(types.values())})
    if method == "GET" and name in types:
        return _json({"type": types[name]})
    if method == "DELETE" and appsync._types.get(api_id, {}).pop(name, None):
        return _json({})
    return None


def _using(appsync: Any, api_id: str, function_id: str) -> list[dict[str, Any]]:
    return [
        resolver
        for fields in list(appsync._resolvers.get(api_id, {}).values())
        for resolver in list(fields.values())
        if function_id in (resolver.get("pipelineConfig") or {}).get("functions", [])
    ]


def _schema_types(appsync: Any, api_id: str) -> dict[str, dict[str, Any]]:
    """The types that the API's schema defines, each in the shape of GetType's answer."""
    schema = appsync._schemas.get(api_id)
    if not schema:
        return {}
    # Imported on first use: 0.3 s that no deployment should wait for.
    from graphql import GraphQLSyntaxError, TypeDefinitionNode, parse, print_ast

    try:
        document = parse(schema["definition"])
    except GraphQLSyntaxError:
        return {}
    arn = appsync._apis[api_id]["arn"]
    return {
        node.name.value: {
            "name": node.name.value,
            "description": node.description.value if node.description else "",
            "arn": f"{arn}/types/{node.name.value}",
            "definition": print_ast(node),
            "format": "SDL",
        }
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode)
    }


def _with_all_members(update: Callable[..., Reply]) -> Callable[..., Reply]:
    def update_graphql_api(api_id: str, body: Mapping[str, Any]) -> Reply:
        from ministack.services import appsync

        reply = update(api_id, body)
        if reply[0] >= 400:
            return reply
        given = {name: body[name] for name in _API_MEMBERS if name in body}
        appsync._apis[api_id].update(given)
        found: Reply = appsync._get_graphql_api(api_id)
        return found

    return update_graphql_api


def _with_open_search(create: Callable[..., Reply]) -> Callable[..., Reply]:
    def create_data_source(api_id: str, body: Mapping[str, Any]) -> Reply:
        from ministack.services import appsync

        reply = create(api_id, body)
        if reply[0] >= 400 or "openSearchServiceConfig" not in body:
            return reply
        record = appsync._data_sources[api_id][body["name"]]
        record.pop("elasticsearchConfig", None)
        record["openSearchServiceConfig"] = body["openSearchServiceConfig"]
        return _json({"dataSource": record})

    return create_data_source


def _json(content: Mapping[str, Any]) -> Reply:
    return 200, {"Content-Type": "application/json"}, json.dumps(content).encode()
