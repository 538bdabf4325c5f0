"""AssumeRole: ministack gives any role to anybody; AWS asks the role's trust policy first.

ministack asks it, and checks tags and session policies, only with its AUTH switch on. A role that
is not there is refused like one that does not trust the caller. The developer is an administrator
of the account: to be let in, a role must trust the account or the developer.
Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workbench.aws.target import LOCAL_ACCOUNT
from workbench.localcloud.iam.denials import Refusal
from workbench.localcloud.iam.evaluation import decide
from workbench.localcloud.iam.policies import Policies, statements_of
from workbench.localcloud.iam.requests import Principal, Request, ResourcePolicy
from workbench.localcloud.ministack.authorization import enforcement
from workbench.localcloud.ministack.authorization.principals import principal_of
from workbench.localcloud.ministack.bridge.issued_credentials import Issued, issued
from workbench.localcloud.ministack.patches.sts.sts_requests import (
    StsRequest,
    request_of,
    role_of,
    too_long,
)

_ACTION = "AssumeRole"
_NOT_FOR_SESSIONS = ("GetSessionToken", "GetFederationToken")
_CHAINED_SECONDS = 3600
_CHAINED = (
    "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role "
    "chaining"
)
_DEVELOPER = Principal(
    f"arn:aws:iam::{LOCAL_ACCOUNT}:user/local",
    LOCAL_ACCOUNT,
    Policies(statements_of("", {"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})),
)


def install() -> None:
    """Check parameters and trust before a role is given."""
    from ministack.services import sts

    handle = sts.handle_request

    async def checked(
        method: str, path: str, headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]
    ) -> Any:
        request = request_of(method, headers, body, query)
        refused = None
        if request.action == _ACTION:
            refused = _refused(request, headers, query)
        elif request.action in _NOT_FOR_SESSIONS:
            refused = _to_session_refused(request, headers, query)
        return refused or await handle(method, path, headers, body, query)

    sts.handle_request = checked


def _to_session_refused(
    request: StsRequest, headers: Mapping[str, str], query: Mapping[str, Any]
) -> Any:
    wrong = request.wrong()
    if wrong:
        return request.refuse(400, "ValidationError", wrong)
    known = _caller(headers, query)
    if known is not None and known.session_token is not None:
        said = f"Cannot call {request.action} with session credentials"
        return request.refuse(403, "AccessDenied", said)
    return None


def _caller(headers: Mapping[str, str], query: Mapping[str, Any]) -> Issued | None:
    from ministack.core.router import extract_access_key_id

    return issued(extract_access_key_id(headers, query) or "")


def _refused(request: StsRequest, headers: Mapping[str, str], query: Mapping[str, Any]) -> Any:
    from ministack.services import sts

    wrong = request.wrong()
    if wrong:
        return request.refuse(400, "ValidationError", wrong)
    arn = request.text("RoleArn")
    if sts._assumed_role_arn(arn, "session")[1] is not None:
        return request.refuse(400, "ValidationError", f"{arn} is invalid")
    tags, refused = sts._session_tags(request.parameters, check=True)
    if refused is None:
        _, refused = sts._session_policies(request.parameters, arn.split(":")[4], check=True)
    if refused is not None:
        return refused
    known = _caller(headers, query)
    caller = None if known is None else principal_of(known)
    role = role_of(arn)
    seconds = request.text("DurationSeconds")
    chained = caller is not None and caller.role_arn and seconds.isdecimal()
    if chained and int(seconds) > _CHAINED_SECONDS:
        return request.refuse(400, "ValidationError", _CHAINED)
    if enforcement.is_enforced():
        denied = _denied(caller or _DEVELOPER, role, arn, request, tags)
        if denied:
            said = f"User: {(caller or _DEVELOPER).arn} is not authorized to perform: "
            return request.refuse(403, "AccessDenied", f"{said}{denied} on resource: {arn}")
    wrong = too_long(request, role or {})
    return request.refuse(400, "ValidationError", wrong) if wrong else None


def _denied(
    caller: Principal, role: Any, arn: str, request: StsRequest, tags: list[Mapping[str, str]]
) -> str:
    """The action that the role or the caller's own policies do not allow; empty for none."""
    document = role.get("AssumeRolePolicyDocument") if role is not None else None
    trust = ResourcePolicy(Policies(statements_of("trust policy", document)), required=True)
    context: dict[str, Any] = {"sts:rolesessionname": request.text("RoleSessionName")}
    if request.text("ExternalId"):
        context["sts:externalid"] = request.text("ExternalId")
    for tag in tags:
        context[f"aws:requesttag/{tag['Key'].lower()}"] = tag["Value"]
    if tags:
        context["aws:tagkeys"] = tuple(tag["Key"] for tag in tags)
    actions = ["sts:AssumeRole", "sts:TagSession"] if tags else ["sts:AssumeRole"]
    for action in actions:
        asked = Request(action, arn, context)
        decision = decide(caller, asked, trust)
        if not decision.allowed:
            enforcement.report(Refusal(caller, asked, decision))
            return action
    return ""
