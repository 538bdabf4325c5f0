"""CreateType, UpdateType and DeleteType: ministack keeps such types apart from the schema.

So no query knows them, and they don't know the schema's own. On AWS, and here, they change the one
schema.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from typing import Any

from workbench.localcloud.ministack.patches.appsync.schema_validation import schema_problem
from workbench.localcloud.ministack.patches.appsync.storage import set_schema

Reply = tuple[int, dict[str, str], Any]
Handler = Callable[..., Awaitable[Reply]]

_PATH = re.compile(r"/v1/apis/([^/]+)/types(?:/([^/]+))?")


def install() -> None:
    """Look at each AppSync request first."""
    from ministack.services import appsync

    appsync.handle_request = _with_types(appsync.handle_request)


def _with_types(handle: Handler) -> Handler:
    async def handle_request(method: str, path: str, headers: Any, body: Any, query: Any) -> Reply:
        match = _PATH.fullmatch(path)
        if match is None or method not in ("POST", "DELETE"):
            return await handle(method, path, headers, body, query)
        reply = _change(method, match[1], match[2], body)
        return reply or await handle(method, path, headers, body, query)

    return handle_request


def _change(method: str, api_id: str, name: str | None, body: Any) -> Reply | None:
    from ministack.services import appsync

    if api_id not in appsync._apis:
        return None
    schema = str((appsync._schemas.get(api_id) or {}).get("definition", ""))
    places = _places(schema)
    if method == "DELETE":
        if name not in places:
            return _error("NotFoundException", f"Type {name} not found", 404)
        start, end = places[name]
        return _store(api_id, schema[:start] + schema[end:], None) or _json({})
    try:
        given = json.loads(body) if body else {}
    except ValueError:
        given = {}
    definition = str(given.get("definition") or "")
    if given.get("format") not in (None, "SDL"):
        return _error("BadRequestException", "Only the format SDL is available locally.")
    defined = list(_places(definition))
    if len(defined) != 1 or (name is not None and defined != [name]):
        wanted = f"the type {name}" if name else "one type"
        return _error("BadRequestException", f"The definition must define {wanted}.")
    if name is None:
        if defined[0] in places:
            return _error("BadRequestException", f"Type {defined[0]} already exists")
        changed = f"{schema}\n{definition}\n"
    else:
        if name not in places:
            return _error("NotFoundException", f"Type {name} not found", 404)
        start, end = places[name]
        changed = schema[:start] + definition + schema[end:]
    return _store(api_id, changed, (defined[0], definition))


def _store(api_id: str, schema: str, told: tuple[str, str] | None) -> Reply | None:
    """Take the changed schema; the type's description, or the refusal of a schema that is wrong.

    A schema that is still being put together has no Query, and is not judged yet.
    """
    from ministack.services import appsync

    problem = schema_problem(schema) if "Query" in _places(schema) else ""
    if problem:
        return _error("BadRequestException", problem)
    set_schema(api_id, schema)
    if told is None:
        return None
    name, definition = told
    arn = f"{appsync._apis[api_id]['arn']}/types/{name}"
    found = {"name": name, "description": "", "arn": arn, "definition": definition, "format": "SDL"}
    return _json({"type": found})


def _places(schema: str) -> dict[str, tuple[int, int]]:
    """Where each type is defined in a text; empty if the text is not a schema."""
    from graphql import GraphQLSyntaxError, TypeDefinitionNode, parse

    if not schema.strip():
        return {}
    try:
        document = parse(schema)
    except GraphQLSyntaxError:
        return {}
    return {
        node.name.value: (node.loc.start, node.loc.end)
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode) and node.loc is not None
    }


def _json(content: Any, status: int = 200, **headers: str) -> Reply:
    return status, {"Content-Type": "application/json", **headers}, json.dumps(content).encode()


def _error(code: str, message: str, status: int = 400) -> Reply:
    return _json({"__type": code, "message": message}, status, **{"x-amzn-errortype": code})
