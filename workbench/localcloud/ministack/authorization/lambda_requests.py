"""What Lambda asks IAM about a request, and about a call of a function's own address.

Source: "Actions, resources, and condition keys for AWS Lambda", service authorization reference,
and "Control access to Lambda function URLs", Lambda developer guide.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote

from workbench.localcloud.iam.requests import Request
from workbench.localcloud.iam.wildcards import Values
from workbench.localcloud.ministack.authorization.call import Call
from workbench.localcloud.ministack.authorization.passed_roles import passed_roles

_OTHER_NAMES = {
    "Invoke": "InvokeFunction",
    "InvokeWithResponseStream": "InvokeFunction",
}
_NAMELESS = frozenset(
    {
        "ListFunctions",
        "ListLayers",
        "ListEventSourceMappings",
        "GetAccountSettings",
        "ListCodeSigningConfigs",
        "CreateCodeSigningConfig",
        "CreateEventSourceMapping",
    }
)


def lambda_requests(call: Call) -> Sequence[Request]:
    """All that must be allowed."""
    action = _action(call)
    if action is None:
        return ()
    resource = _resource(call)
    context = call.context
    if action == "AddPermission":
        principal = call.document.get("Principal")
        if isinstance(principal, str):
            context["lambda:principal"] = principal
    mapped = call.document.get("FunctionName")
    if action == "CreateEventSourceMapping" and isinstance(mapped, str):
        context["lambda:functionarn"] = _function_arn(call, mapped)
    if not resource:
        resource = "*" if action in _NAMELESS else ""
    asked = Request(f"lambda:{action}", resource, context)
    return (asked, *passed_roles(call, "lambda", action))


def is_invocation(call: Call) -> bool:
    """Whether it is the address to invoke a function, and nothing of it that only ends so."""
    parts = call.path.strip("/").split("/")
    return call.method == "POST" and len(parts) == 4 and parts[1::2] == ["functions", "invocations"]


def function_address_requests(call: Call, url_id: str) -> Sequence[Request]:
    """What a signed call of a function's address must be allowed to do.

    Since October 2025 AWS asks for both actions; what was granted before has the first one only,
    and is what the CDK and Amplify still write, so the first one decides here.
    """
    from ministack.services import lambda_svc

    found = lambda_svc.resolve_function_url(url_id)
    if found is None:
        return ()
    account, region, name, qualifier, configuration = found
    resource = f"arn:aws:lambda:{region}:{account}:function:{name}"
    if qualifier:
        resource += f":{qualifier}"
    context: dict[str, Values] = {
        **call.context,
        "lambda:functionurlauthtype": str(configuration.get("AuthType") or "AWS_IAM"),
    }
    return (Request("lambda:InvokeFunctionUrl", resource, context),)


def _action(call: Call) -> str | None:
    from ministack.core import iam_actions

    if is_invocation(call):
        return "InvokeFunction"
    # Its own list of paths names some operations wrongly; botocore's has them all.
    iam_actions._BOTOCORE_SERVICE_MAP.setdefault("lambda", ["lambda"])
    found = iam_actions._match_rest_action("lambda", call.method, call.path, dict(call.query))
    return None if found is None else _OTHER_NAMES.get(found, found)


def _resource(call: Call) -> str:
    parts = [part for part in call.path.split("/") if part]
    for kind in ("functions", "layers", "event-source-mappings", "code-signing-configs"):
        at = parts.index(kind) + 1 if kind in parts else 0
        if not at or at >= len(parts):
            continue
        name = unquote(parts[at])
        if kind == "functions":
            return _function_arn(call, name)
        if name.startswith("arn:"):
            return name
        if kind == "layers":
            version = parts[at + 2] if parts[at + 1 : at + 2] == ["versions"] else ""
            tail = f":{version}" if version else ""
            return call.arn("lambda", f"layer:{name}{tail}")
        return call.arn("lambda", f"{kind.removesuffix('s')}:{name}")
    if "tags" in parts:
        return unquote("/".join(parts[parts.index("tags") + 1 :]))
    name = str(call.document.get("FunctionName") or "")
    is_new = call.method == "POST" and parts[-1:] == ["functions"] and name
    return _function_arn(call, name) if is_new else ""


def _function_arn(call: Call, name: str) -> str:
    """A function's name, from its name, its short or its whole ARN, with a qualifier."""
    qualifier = (call.query.get("Qualifier") or [""])[0]
    if name.startswith("arn:"):
        found = name
    else:
        # 000000000000:function:name, or name:qualifier
        found = call.arn("lambda", f"function:{name.rpartition('function:')[2]}")
    return f"{found}:{qualifier}" if qualifier and found.count(":") == 6 else found
