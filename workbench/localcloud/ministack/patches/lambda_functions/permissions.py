"""Policies of functions: ministack has one for all versions; in Lambda each has its own.

Source: docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.named import (
    arn_of,
    function_named,
    qualifier_in,
    require,
)
from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    Reply,
    conflict,
    invalid,
    not_found,
    refusing,
    stale,
)

Statement = dict[str, Any]

_CONDITIONS = {
    "SourceArn": ("ArnLike", "AWS:SourceArn"),
    "SourceAccount": ("StringEquals", "AWS:SourceAccount"),
    "PrincipalOrgID": ("StringEquals", "aws:PrincipalOrgID"),
    "FunctionUrlAuthType": ("StringEquals", "lambda:FunctionUrlAuthType"),
    "EventSourceToken": ("StringEquals", "lambda:EventSourceToken"),
    "InvokedViaFunctionUrl": ("Bool", "lambda:InvokedViaFunctionUrl"),
}


def install() -> None:
    """Take the place of the three calls."""
    from ministack.services import lambda_svc

    lambda_svc._add_permission = refusing(_add)
    lambda_svc._get_policy = refusing(_get)
    lambda_svc._remove_permission = refusing(_remove)


def _add(
    name: str,
    data: Mapping[str, Any],
    query: Mapping[str, Any] | None = None,
    path_qualifier: str | None = None,
) -> Reply:
    from ministack.core.responses import json_response, new_uuid

    qualifier = qualifier_in(path_qualifier, query)
    if qualifier == "$LATEST":
        raise invalid("We currently do not support adding policies for $LATEST.")
    require(name, qualifier)
    function, resource = function_named(name), arn_of(name, qualifier)
    _check_revision(function, qualifier, data.get("RevisionId"))
    sid = data.get("StatementId") or new_uuid()
    if any(each["Sid"] == sid for each in _statements(function, resource)):
        raise conflict(
            f"The statement id ({sid}) provided already exists. Please provide a new statement id, "
            "or remove the existing statement."
        )
    statement: Statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": _principal(str(data.get("Principal") or "")),
        "Action": data.get("Action") or "lambda:InvokeFunction",
        "Resource": resource,
    }
    for parameter, (operator, key) in _CONDITIONS.items():
        if parameter in data:
            value = data[parameter]
            told = str(value).lower() if operator == "Bool" else value
            statement.setdefault("Condition", {}).setdefault(operator, {})[key] = told
    function["policy"]["Statement"].append(statement)
    reply: Reply = json_response({"Statement": json.dumps(statement)}, 201)
    return reply


def _principal(given: str) -> Any:
    if given == "*":
        return given
    if re.fullmatch(r"\d{12}", given):
        return {"AWS": f"arn:aws:iam::{given}:root"}
    if re.match(r"arn:aws[a-z-]*:(iam|sts):", given):
        return {"AWS": given}
    if re.search(r"\.amazonaws\.com(\.cn)?$|^[a-z0-9-]+\.[a-z0-9.-]+$", given):
        return {"Service": given}
    raise invalid("The provided principal was invalid. Please check the principal and try again.")


def _check_revision(
    function: Mapping[str, Any], qualifier: str | None, revision: str | None
) -> None:
    if not revision:
        return
    alias = function["aliases"].get(qualifier)
    version = function["versions"].get(qualifier)
    stored = alias or (version or function)["config"]
    if revision != stored.get("RevisionId"):
        raise stale("GetPolicy" if alias else "GetFunction/GetAlias")


def _statements(function: Mapping[str, Any], resource: str) -> list[Statement]:
    return [each for each in function["policy"]["Statement"] if each.get("Resource") == resource]


def _get(
    name: str, query: Mapping[str, Any] | None = None, path_qualifier: str | None = None
) -> Reply:
    from ministack.core.responses import json_response

    qualifier = qualifier_in(path_qualifier, query)
    function = function_named(name)
    found = _statements(function, arn_of(name, qualifier)) if function else []
    if not found:
        raise not_found("The resource you requested does not exist.")
    named = (
        function["aliases"].get(qualifier)
        or (function["versions"].get(qualifier) or function)["config"]
    )
    policy = json.dumps({**function["policy"], "Statement": found})
    reply: Reply = json_response({"Policy": policy, "RevisionId": named["RevisionId"]})
    return reply


def _remove(
    name: str, sid: str, query: Mapping[str, Any], path_qualifier: str | None = None
) -> Reply:
    from ministack.services import lambda_svc

    qualifier = qualifier_in(path_qualifier, query)
    function, resource = function_named(name), arn_of(name, qualifier)
    if not function:
        raise not_found(f"No policy found for: {resource}")
    require(name, qualifier)
    _check_revision(function, qualifier, lambda_svc._qp_first(query, "RevisionId"))
    found = _statements(function, resource)
    if not found:
        raise not_found("No policy is associated with the given resource.")
    gone = [each for each in found if each["Sid"] == sid]
    if not gone:
        raise not_found(f"Statement {sid} is not found in resource policy.")
    function["policy"]["Statement"].remove(gone[0])
    return 204, {}, b""
