"""Words a refused signature as each service of AWS does: error name, status and form."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from urllib.parse import parse_qs

_OTHER_CODES = {"XAmzContentSHA256Mismatch": "SignatureDoesNotMatch"}
"""Of a service that has no word of its own for it."""

Reply = tuple[int, list[tuple[bytes, bytes]], bytes]


def refusal(  # noqa: PLR0917 - the request, and what is wrong with it
    method: str, path: str, query: str, headers: Mapping[str, str], code: str, message: str
) -> Reply:
    """The answer of the service that a request is for; header names in lower case."""
    application = _of_application(headers.get("host", ""), path, code, message)
    if application is not None:
        return application
    from ministack import app
    from ministack.core.iam_evaluator import AuthError
    from ministack.services import s3

    service = _service(method, path, query, headers)
    request_id = str(uuid.uuid4())
    if service == "s3" and code == "XAmzContentSHA256Mismatch":
        status, answered, body = s3._error(code, message, 400)
    else:
        error = AuthError(_OTHER_CODES.get(code, code), message)
        status, answered, body = app._credential_failure(
            service, "", request_id, error, dict(headers)
        )
    content = b"" if method == "HEAD" else bytes(body)
    found = {name.lower(): str(value) for name, value in answered.items()}
    found |= {"x-amzn-requestid": request_id, "content-length": str(len(content))}
    if "json" in found.get("content-type", ""):
        found.setdefault("x-amzn-errortype", str(json.loads(body).get("__type", code)))
    pairs = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in found.items()]
    return int(status), pairs, content


def _of_application(host: str, path: str, code: str, message: str) -> Reply | None:
    """The answer of an API or a function's address; None for a service of AWS."""
    from ministack import app
    from ministack.services import apigateway

    kind, document = f"{code.removesuffix('Exception')}Exception", {"message": message}
    missing = code == "MissingAuthenticationToken"
    api = app._parse_execute_api_url(host, path)
    if api is not None and apigateway.find_api_scope(api[0]) is not None:
        kind, document = "ForbiddenException", {"message": "Forbidden"}
    elif app._parse_lambda_url(host, path) is not None:
        if missing:
            kind, document = "AccessDeniedException", {"Message": "Forbidden"}
    elif api is None:
        return None
    elif missing:
        document = {"message": "Missing Authentication Token"}
    body = json.dumps(document).encode()
    headers = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "x-amzn-requestid": str(uuid.uuid4()),
        "x-amzn-errortype": kind,
    }
    return 403, [(name.encode(), value.encode()) for name, value in headers.items()], body


def _service(method: str, path: str, query: str, headers: Mapping[str, str]) -> str:
    from ministack import app

    if app._extract_s3_vhost_bucket(headers.get("host", "")) and "x-amz-target" not in headers:
        return "s3"
    parameters = parse_qs(query, keep_blank_values=True)
    found = str(app.detect_service(method, path, dict(headers), parameters))
    return "sts" if found == "unknown_query" else found
