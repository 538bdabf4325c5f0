"""AppSync's control plane: ministack accepts calls that AWS refuses, and ignores pagination.

ministack overwrites a data source or resolver on create, accepts a resolver for a missing field,
deletes a function that resolvers use, forms key ids differently, ignores ``maxResults`` and
``nextToken``, and leaves AppSync's directives in a schema that was requested without them. This
patch follows AWS in all of these. Only API calls are checked; CloudFormation has its own handlers.
"""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]
Handler = Callable[..., Awaitable[Reply]]

_PATH = re.compile(r"/v1/apis(?:/([^/]+)(?:/([^/]+)(?:/([^/]+)(?:/([^/]+)(?:/([^/]+))?)?)?)?)?/?")
_DEFAULT_PAGE = 25
_DIRECTIVE = re.compile(r"aws_\w+")


def install() -> None:
    """Look at each AppSync request before ministack, and at each list after it."""
    from ministack.services import appsync

    appsync.handle_request = _checked(appsync.handle_request)


def _checked(handle: Handler) -> Handler:
    async def handle_request(
        method: str, path: str, headers: Any, body: Any, query: Mapping[str, Any]
    ) -> Reply:
        match = _PATH.fullmatch(path)
        if match is None:
            return await handle(method, path, headers, body, query)
        parts = match.groups()
        refusal = _refusal(method, parts, body)
        if refusal is not None:
            return refusal
        reply = await handle(method, path, headers, body, query)
        if reply[0] >= 400:
            return reply
        if method == "GET":
            if parts[1] == "schema" and _one(query, "includeDirectives") == "false":
                return _without_directives(reply)
            return _paged(reply, query)
        if method == "POST" and parts[1] == "apikeys" and parts[2] is None:
            return _with_key_of_aws(str(parts[0]), reply)
        return reply

    return handle_request


def _refusal(method: str, parts: tuple[str | None, ...], body: Any) -> Reply | None:
    """AWS's refusal of a call; None where it would be carried out."""
    from ministack.services import appsync

    api_id, kind, name, resolvers, field = parts
    if api_id is None or api_id not in appsync._apis:
        return None
    if method == "DELETE" and kind == "functions" and name:
        if any(
            name in (resolver.get("pipelineConfig") or {}).get("functions", [])
            for fields in list(appsync._resolvers.get(api_id, {}).values())
            for resolver in list(fields.values())
        ):
            return _error(
                "BadRequestException",
                "Cannot delete a function which is currently used by a resolver.",
            )
        return None
    if method != "POST":
        return None
    try:
        given = json.loads(body) if body else {}
    except ValueError:
        return None
    if kind == "datasources" and name is None:
        taken = given.get("name") in appsync._data_sources.get(api_id, {})
        message = f"Data source with name {given.get('name')} already exists"
        return _error("BadRequestException", message) if taken else None
    if kind == "types" and resolvers == "resolvers" and field is None:
        return _resolver_refusal(appsync, api_id, str(name), str(given.get("fieldName")))
    return None


def _resolver_refusal(appsync: Any, api_id: str, type_name: str, field: str) -> Reply | None:
    if field in appsync._resolvers.get(api_id, {}).get(type_name, {}):
        return _error("BadRequestException", "Only one resolver is allowed per field.")
    definition = (appsync._schemas.get(api_id) or {}).get("definition")
    if not definition:
        return None
    # Imported on first use: 0.3 s that no start should wait for.
    from graphql import GraphQLSyntaxError, ObjectTypeDefinitionNode, ObjectTypeExtensionNode, parse

    try:
        document = parse(definition)
    except GraphQLSyntaxError:
        return None
    nodes = [
        node
        for node in document.definitions
        if isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode)
        and node.name.value == type_name
    ]
    if not nodes:
        return _error("NotFoundException", f"Type {type_name} not found", 404)
    if any(found.name.value == field for node in nodes for found in node.fields):
        return None
    return _error("NotFoundException", f"No field named {field} found on type {type_name}", 404)


def _paged(reply: Reply, query: Mapping[str, Any]) -> Reply:
    """One page of a list; a token is the place of the next item."""
    asked, token = _one(query, "maxResults"), _one(query, "nextToken")
    if asked is None and token is None:
        return reply
    try:
        content = json.loads(reply[2])
    except (TypeError, ValueError):
        return reply
    lists = [name for name, value in content.items() if isinstance(value, list)]
    if len(lists) != 1:
        return reply
    try:
        size = int(asked or _DEFAULT_PAGE)
        start = int(base64.urlsafe_b64decode(token).decode()) if token else 0
    except ValueError:
        return _error("BadRequestException", "Invalid pagination token given.")
    if not 0 <= size <= _DEFAULT_PAGE:
        message = f"Value '{size}' at 'maxResults' must be between 0 and {_DEFAULT_PAGE}"
        return _error("BadRequestException", message)
    items = content[lists[0]]
    content[lists[0]] = items[start : start + size]
    if start + size < len(items):
        content["nextToken"] = base64.urlsafe_b64encode(str(start + size).encode()).decode()
    return reply[0], reply[1], json.dumps(content).encode()


def _with_key_of_aws(api_id: str, reply: Reply) -> Reply:
    """A new key under an id of AWS's form: ``da2-`` and 26 lower-case letters and digits."""
    from ministack.services import appsync

    content = json.loads(reply[2])
    keys = appsync._api_keys[api_id]
    key_id = "da2-" + uuid.uuid4().hex[:26]
    keys[key_id] = {**keys.pop(content["apiKey"]["id"]), "id": key_id}
    return reply[0], reply[1], json.dumps({"apiKey": keys[key_id]}).encode()


def _without_directives(reply: Reply) -> Reply:
    from graphql import DirectiveNode, GraphQLSyntaxError, Visitor, parse, print_ast, visit
    from graphql.language import REMOVE

    class Remove(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
            return REMOVE if _DIRECTIVE.fullmatch(node.name.value) else None

    try:
        document = parse(reply[2].decode())
    except (GraphQLSyntaxError, UnicodeDecodeError):
        return reply
    return reply[0], reply[1], print_ast(visit(document, Remove())).encode()


def _one(query: Mapping[str, Any], name: str) -> str | None:
    value = query.get(name)
    if isinstance(value, list | tuple):
        value = value[0] if value else None
    return None if value is None else str(value)


def _error(code: str, message: str, status: int = 400) -> Reply:
    headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return status, headers, json.dumps({"__type": code, "message": message}).encode()
