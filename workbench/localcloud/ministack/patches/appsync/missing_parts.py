"""What an AppSync API lacks: ministack names it in its own words, and lets resolvers refer to it.

A resolver or a function of a pipeline that names a data source which is not there, or a function
which is not there, is refused by AWS. CloudFormation's own handlers don't come by here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

Reply = tuple[int, dict[str, str], Any]
Handler = Callable[..., Awaitable[Reply]]

_MAKES = re.compile(r"/v1/apis/([^/]+)/(?:types/[^/]+/resolvers|functions)(?:/[^/]+)?")
_WORDS = (
    (re.compile(r"GraphQL API (\S*) not found"), r"GraphQL API \1 not found."),
    (re.compile(r"API key (\S*) not found"), r"API key not found: \1"),
    (re.compile(r"Resolver \S* not found"), "No resolver found."),
    (re.compile(r"Data source (\S*) not found"), r"No data source found named \1"),
)


def install() -> None:
    """Look at each AppSync request that makes a resolver, and at each answer of 404."""
    from ministack.services import appsync

    appsync.handle_request = _checked(appsync.handle_request)


def _checked(handle: Handler) -> Handler:
    async def handle_request(method: str, path: str, headers: Any, body: Any, query: Any) -> Reply:
        made = _MAKES.fullmatch(path)
        if made and method == "POST":
            missing = _missing(made[1], body)
            if missing:
                return _refusal(missing)
        reply = await handle(method, path, headers, body, query)
        return _in_words(reply) if reply[0] == 404 else reply

    return handle_request


def _missing(api_id: str, body: Any) -> str:
    from ministack.services import appsync

    try:
        given = json.loads(body) if body else {}
    except ValueError:
        return ""
    if api_id not in appsync._apis or not isinstance(given, Mapping):
        return ""
    name = given.get("dataSourceName")
    if name and name not in appsync._data_sources.get(api_id, {}):
        return f"No data source found named {name}"
    wanted = (given.get("pipelineConfig") or {}).get("functions") or ()
    known = appsync._functions.get(api_id, {})
    unknown = [each for each in wanted if each not in known]
    return (
        f"The specified functions [{','.join(unknown)}] must exist before referencing them from a "
        "resolver."
        if unknown
        else ""
    )


def _in_words(reply: Reply) -> Reply:
    try:
        told = json.loads(reply[2])
    except (TypeError, ValueError):
        return reply
    message = told.get("message") if isinstance(told, dict) else None
    for theirs, ours in _WORDS:
        if isinstance(message, str) and theirs.fullmatch(message):
            return _refusal(theirs.sub(ours, message))
    return reply


def _refusal(message: str) -> Reply:
    code = "NotFoundException"
    headers = {"Content-Type": "application/json", "x-amzn-errortype": code}
    return 404, headers, json.dumps({"__type": code, "message": message}).encode()
