"""Answers EvaluateCode and EvaluateMappingTemplate, in the shapes of AppSync's API reference.

What fails in the evaluated text is part of the answer; only a request that is not a
valid call is refused (HTTP 400).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Literal

from workbench.localcloud.appsync.evaluation import (
    AUTH_TYPES,
    Context,
    Effects,
    Facts,
    FieldError,
)
from workbench.localcloud.appsync.javascript.code_errors import (
    CODE_ERRORS,
    LONGEST_CODE,
    code_errors,
)
from workbench.localcloud.appsync.javascript.handler import evaluate_handler
from workbench.localcloud.appsync.vtl.template import compile_template

CODE_PATH = "/v1/dataplane-evaluatecode"
TEMPLATE_PATH = "/v1/dataplane-evaluatetemplate"

_LONGEST_CONTEXT = 28_000
_LONGEST_TEMPLATE = 65_536

Answer = dict[str, Any]


class _RefusedError(Exception):
    """The request itself is not valid."""


def evaluate_request(path: str, body: Mapping[str, Any]) -> tuple[int, Answer]:
    """The HTTP status and JSON answer of a call at :data:`CODE_PATH` or :data:`TEMPLATE_PATH`."""
    try:
        if path == CODE_PATH:
            return 200, _evaluate_code(body)
        if path == TEMPLATE_PATH:
            return 200, _evaluate_template(body)
    except _RefusedError as refused:
        return 400, {"__type": "BadRequestException", "message": str(refused)}
    return 404, {"__type": "NotFoundException", "message": f"No such call: {path}"}


def _evaluate_code(body: Mapping[str, Any]) -> Answer:
    runtime = body.get("runtime")
    name = runtime.get("name") if isinstance(runtime, Mapping) else None
    version = runtime.get("runtimeVersion") if isinstance(runtime, Mapping) else None
    if name != "APPSYNC_JS" or version != "1.0.0":
        raise _RefusedError("The runtime must be APPSYNC_JS, version 1.0.0.")
    code = _text(body, "code", 1, LONGEST_CODE)
    context = _context(body)
    function = _function(body)
    errors = code_errors(code)
    if errors:
        listed = [error.as_json() for error in errors]
        return {"error": {"message": CODE_ERRORS, "codeErrors": listed}, "logs": []}

    def evaluate(effects: Effects, facts: Facts) -> str:
        return json.dumps(evaluate_handler(code, function, context, effects, facts).value)

    return _answer(evaluate, context)


def _evaluate_template(body: Mapping[str, Any]) -> Answer:
    template = _text(body, "template", 2, _LONGEST_TEMPLATE)
    context = _context(body)

    def evaluate(effects: Effects, facts: Facts) -> str:
        # The text as it was rendered, which need not be JSON.
        rendering = compile_template(template).render(context, effects, facts)
        return json.dumps(rendering.value) if rendering.returned else rendering.text

    return _answer(evaluate, context)


def _answer(evaluate: Callable[[Effects, Facts], str], context: Context) -> Answer:
    """Evaluate, and gather what it gave and did."""
    effects = Effects()
    answer: Answer = {}
    try:
        answer["evaluationResult"] = evaluate(effects, Facts(_auth_type_of(context)))
    except FieldError as error:
        answer["error"] = {"message": error.message, "codeErrors": []}
    answer["logs"] = effects.logs
    answer["stash"] = json.dumps(context["stash"])
    answer["outErrors"] = json.dumps([_out_error(error) for error in effects.errors])
    return answer


def _out_error(error: FieldError) -> dict[str, Any]:
    return {
        "message": error.message,
        "errorType": error.error_type,
        "data": error.data,
        "errorInfo": error.info,
    }


def _function(body: Mapping[str, Any]) -> Literal["request", "response"]:
    match body.get("function"):
        case None | "" | "request":
            return "request"
        case "response":
            return "response"
    raise _RefusedError("The function must be request or response.")


def _text(body: Mapping[str, Any], name: str, shortest: int, longest: int) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not shortest <= len(value) <= longest:
        raise _RefusedError(
            f"Value at '{name}' failed to satisfy constraint: "
            f"Member must have length between {shortest} and {longest}"
        )
    return value


def _context(body: Mapping[str, Any]) -> Context:
    text = _text(body, "context", 2, _LONGEST_CONTEXT)
    try:
        given = json.loads(text)
    except json.JSONDecodeError as problem:
        raise _RefusedError(f"The context is not valid JSON: {problem}") from None
    if not isinstance(given, dict):
        raise _RefusedError("The context must be a JSON object.")
    return _complete_context(given)


def _complete_context(given: Mapping[str, Any]) -> Context:
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


def _auth_type_of(context: Context) -> str:
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
