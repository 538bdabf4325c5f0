"""Detects which services a request may change, by its headers and the start of its form body."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

_READS = re.compile(
    r"^(Describe|List|Get|BatchGet|Query|Scan|TransactGet|Lookup|Estimate|Validate|Simulate|Filter"
    r"|Test|Search|Head)"
)
_WRITES_WHEN_READING = (
    "GetId",
    "GetCredentialsForIdentity",
    "GetOpenIdToken",
    "GetOpenIdTokenForDeveloperIdentity",
)
_FORM_ACTION = re.compile(rb"(?:^|&)Action=([A-Za-z0-9]+)")
_SIGNED_FOR = re.compile(r"Credential=[^/,]+/[^/]*/[^/]*/([^/,]+)/aws4_request")
_ALONE = frozenset({"ssm", "iam", "sts", "logs", "secretsmanager", "kms"})
"""Services whose requests change nothing in other services."""

_WITH_STREAMS = frozenset({"dynamodb"})
"""Services whose writes others only follow: the look at everything some seconds later is enough."""

NOTHING: tuple[str, ...] = ()
StateName = Callable[[str], str | None]


def effects(
    method: str, headers: Mapping[str, str], form: bytes, state_name: StateName
) -> Iterable[str] | None:
    """The states that may have changed: none (empty), those named, or any (None).

    ``form`` is the start of a form-encoded body, where AWS's query protocol names its action.
    """
    if method in ("GET", "HEAD", "OPTIONS") and "authorization" in headers:
        return NOTHING
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    if not action and form:
        found = _FORM_ACTION.search(form)
        action = found.group(1).decode() if found else ""
    if action and action not in _WRITES_WHEN_READING and _READS.match(action):
        return NOTHING
    signed = _SIGNED_FOR.search(headers.get("authorization", ""))
    service = signed.group(1) if signed else ""
    if service in _ALONE or service in _WITH_STREAMS:
        name = state_name(service)
        return None if name is None else (name,)
    return None
