"""The context of an evaluation, from what the caller wrote of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.localcloud.appsync.evaluation import AUTH_TYPES, Context


def complete_context(given: Mapping[str, Any]) -> Context:
    """The context with every member that handlers may read; ``args`` is ``arguments``."""
    arguments = given.get("arguments", given.get("args"))
    context: Context = {
        "identity": None,
        "source": None,
        "result": None,
        "error": None,
        "env": {},
        **given,
    }
    context["arguments"] = context["args"] = {} if arguments is None else arguments
    context["stash"] = given.get("stash") or {}
    context["prev"] = given.get("prev") or {"result": None}
    context["request"] = {"headers": {}, "domainName": None, **(given.get("request") or {})}
    context["info"] = {
        "fieldName": "",
        "parentTypeName": "",
        "variables": {},
        "selectionSetList": [],
        "selectionSetGraphQL": "",
        **(given.get("info") or {}),
    }
    return context


def auth_type_of(context: Context) -> str:
    """What ``util.authType()`` says for an identity, told by its members."""
    identity = context.get("identity")
    if not isinstance(identity, Mapping) or not identity:
        return AUTH_TYPES["API_KEY"]
    if "resolverContext" in identity:
        return AUTH_TYPES["AWS_LAMBDA"]
    if "userArn" in identity or "accountId" in identity:
        return AUTH_TYPES["AWS_IAM"]
    if "username" in identity:
        return AUTH_TYPES["AMAZON_COGNITO_USER_POOLS"]
    return AUTH_TYPES["OPENID_CONNECT"]
