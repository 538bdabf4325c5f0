"""Words a refusal of IAM as each service of AWS does: status, error name, text and form."""

from __future__ import annotations

import json
import uuid
from xml.sax.saxutils import escape

from workbench.localcloud.iam.denials import Refusal, denial_message
from workbench.localcloud.ministack.authorization.call import Call

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]

_QUERY_NAMESPACES = {
    "cloudformation": "http://cloudformation.amazonaws.com/doc/2010-05-15/",
    "iam": "https://iam.amazonaws.com/doc/2010-05-08/",
    "monitoring": "http://monitoring.amazonaws.com/doc/2010-08-01/",
    "ses": "http://ses.amazonaws.com/doc/2010-12-01/",
    "sns": "http://sns.amazonaws.com/doc/2010-03-31/",
    "sqs": "http://queue.amazonaws.com/doc/2012-11-05/",
    "sts": "https://sts.amazonaws.com/doc/2011-06-15/",
}
_OLD_JSON = frozenset({"dynamodb", "dynamodbstreams", "sqs", "states"})
"""Services that speak JSON 1.0."""


def refusal_answer(call: Call, refusal: Refusal) -> Answer:
    """The answer of the service that was asked."""
    if call.service == "s3":
        resource = f'"{refusal.request.resource}"'
        return _s3(call, denial_message(refusal, resource=resource))
    if call.service == "lambda-url":
        return _json(403, "AccessDeniedException", {"Message": "Forbidden"})
    if call.service == "execute-api" and _is_http_api(call):
        return _json(403, "ForbiddenException", {"message": "Forbidden"})
    message = _message(call, refusal)
    if call.service in {"dynamodb", "dynamodbstreams"}:
        name = "com.amazon.coral.service#AccessDeniedException"
        return _json(400, name, {"__type": name, "Message": message}, call)
    target = call.headers.get("x-amz-target", "")
    if call.service == "sqs" and target:
        name = "com.amazon.coral.service#AccessDeniedException"
        return _json(403, name, {"__type": name, "message": message}, call)
    if target:
        name = "AccessDeniedException"
        return _json(400, name, {"__type": name, "Message": message}, call)
    if call.service in _QUERY_NAMESPACES and call.operation and not call.path.startswith("/v2/"):
        return _query(call, message)
    if call.service in {"route53", "cloudfront"}:
        return _query(call, message)
    return _json(403, "AccessDeniedException", {"Message": message}, call)


def _is_http_api(call: Call) -> bool:
    """Whether an HTTP API or a WebSocket API is asked, not a REST API."""
    from ministack import app
    from ministack.services import apigateway

    api = app._parse_execute_api_url(call.headers.get("host", ""), call.path)
    return api is not None and apigateway.find_api_scope(api[0]) is not None


def _message(call: Call, refusal: Refusal) -> str:
    action, resource = refusal.request.action, refusal.request.resource or "*"
    match call.service:
        case "ses" if refusal.decision.statement is None:
            return (
                f"User `{refusal.principal.arn}' is not authorized to perform "
                f"`{action}' on resource `{resource}'"
            )
        case "sts" if refusal.decision.statement is None:
            return (
                f"User: {refusal.principal.arn} is not authorized to perform: {action} "
                f"on resource: {resource}"
            )
        case "sqs":
            return denial_message(refusal, action=action.lower())
        case "sns":
            return denial_message(refusal, action=action.replace("sns:", "SNS:"))
        case "execute-api":
            hidden = resource.replace(f":{call.account}:", f":********{call.account[-4:]}:", 1)
            return denial_message(refusal, resource=hidden)
    return denial_message(refusal)


def _s3(call: Call, message: str) -> Answer:
    request_id = uuid.uuid4().hex[:16].upper()
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code>'
        f"<Message>{escape(message)}</Message><RequestId>{request_id}</RequestId>"
        f"<HostId>{uuid.uuid4().hex}</HostId></Error>"
    ).encode()
    headers = [
        (b"content-type", b"application/xml"),
        (b"x-amz-request-id", request_id.encode()),
        (b"x-amz-bucket-region", call.region.encode()),
    ]
    return _answer(403, headers, b"" if call.method == "HEAD" else body)


def _query(call: Call, message: str) -> Answer:
    code = "AuthorizationError" if call.service == "sns" else "AccessDenied"
    namespace = _QUERY_NAMESPACES.get(call.service, "")
    request_id = str(uuid.uuid4())
    body = (
        f'<ErrorResponse xmlns="{namespace}"><Error><Type>Sender</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error>"
        f"<RequestId>{request_id}</RequestId></ErrorResponse>"
    ).encode()
    headers = [(b"content-type", b"text/xml"), (b"x-amzn-requestid", request_id.encode())]
    return _answer(403, headers, body)


def _json(status: int, name: str, document: dict[str, str], call: Call | None = None) -> Answer:
    kind = "application/json"
    headers = [(b"x-amzn-requestid", str(uuid.uuid4()).encode())]
    if "__type" in document and call is not None:
        version = "1.0" if call.service in _OLD_JSON else "1.1"
        kind = f"application/x-amz-json-{version}"
    if call is not None and call.service == "sqs":
        headers.append((b"x-amzn-query-error", b"AccessDenied;Sender"))
    headers += [
        (b"content-type", kind.encode()),
        (b"x-amzn-errortype", name.encode()),
    ]
    return _answer(status, headers, json.dumps(document).encode())


def _answer(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> Answer:
    return status, [*headers, (b"content-length", str(len(body)).encode())], body
