"""What a function's last invocations were: with their events on the local cloud, which keeps them.

AWS keeps the log alone: there an event is known only of what was sent from here (``sent``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from workbench.aws.target import LocalTarget
from workbench.function_logs.invocations import Invocation, InvocationReader
from workbench.function_logs.log_events import read_page
from workbench.function_logs.records import record_of
from workbench.functions.backend_functions import BackendFunction
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions, ask
from workbench.localcloud.client import ask as ask_local_cloud
from workbench.localcloud.contract import INVOCATIONS_PATH

_ID_LENGTH: Final = 36
"""Characters of a whole request id."""
_HOURS: Final = 24
_PAGES: Final = 10


@dataclass(frozen=True, slots=True)
class PastInvocation:
    """One invocation; ``at`` in milliseconds. ``event`` and ``result`` are JSON, "" if not known.

    ``is_cut``: the event or the result was longer than what is kept.
    """

    request: str
    at: int
    milliseconds: float
    failed: bool
    event: str = ""
    result: str = ""
    is_cut: bool = False
    number: int = 0

    @property
    def source(self) -> str:
        """What sent the event, as far as the event says: ``aws:s3``, ``GraphQL``, …"""
        return source_of(self.event)


def past_invocations(
    opened: OpenedFunctions, function: BackendFunction, *, limit: int = 50, before: int = 0
) -> tuple[PastInvocation, ...]:
    """The newest first; blocks. ``before`` is the ``number`` of one of an earlier answer.

    Raises UserProblem.
    """
    target = opened.clients.target
    if isinstance(target, LocalTarget):
        return _of_local_cloud(target, function, opened.clients.region, limit, before=before)
    return _of_log(opened, function)[:limit]


def invocation(
    opened: OpenedFunctions, function: BackendFunction, request: str
) -> PastInvocation | None:
    """The one with this request id, or its beginning; None where it is not known."""
    target = opened.clients.target
    if isinstance(target, LocalTarget) and len(request) == _ID_LENGTH:
        asked = _of_local_cloud(target, function, opened.clients.region, 1, request=request)
        return asked[0] if asked else None
    found = past_invocations(opened, function, limit=200)
    return next((each for each in found if each.request.startswith(request)), None)


def _of_local_cloud(
    target: LocalTarget,
    function: BackendFunction,
    region: str,
    limit: int,
    *,
    before: int = 0,
    request: str = "",
) -> tuple[PastInvocation, ...]:
    given = {"function": function.function, "region": region, "limit": limit, "before": before}
    query = urlencode({**given, "request": request} if request else given)
    try:
        answer = ask_local_cloud(f"{target.endpoint}{INVOCATIONS_PATH}?{query}", target.keys)
    except OSError as error:
        raise FunctionsProblem(
            f"The local cloud could not be reached: {error}.", "Start it with a deployment."
        ) from None
    if answer.status != 200:
        raise FunctionsProblem(
            "This local cloud does not tell of invocations.",
            "It is of an earlier release: stop it, and deploy again.",
        )
    return tuple(_read(each) for each in json.loads(answer.body)["invocations"])


def _read(document: Mapping[str, Any]) -> PastInvocation:
    return PastInvocation(
        request=str(document["requestId"]),
        at=int(document["at"]),
        milliseconds=float(document["durationMs"]),
        failed=bool(document["failed"]),
        event=str(document["event"]),
        result=str(document["result"]),
        is_cut=bool(document["truncated"]),
        number=int(document["number"]),
    )


def _of_log(opened: OpenedFunctions, function: BackendFunction) -> tuple[PastInvocation, ...]:
    """Those that the log tells of, without their events."""
    import time

    reader, found = InvocationReader(), dict[str, Invocation]()
    start, token = int((time.time() - _HOURS * 3600) * 1000), ""
    for _ in range(_PAGES):
        page = ask(
            lambda token=token: read_page(  # type: ignore[misc]
                opened.clients.logs, function.log_group, start, token=token
            ),
            "CloudWatch",
        )
        for each in reader.take(record_of(event) for event in page.events):
            found[each.request] = each
        token = page.next_token
        if not token:
            break
    newest = sorted(found.values(), key=lambda each: each.started, reverse=True)
    return tuple(
        PastInvocation(
            each.request,
            each.started,
            each.report.duration if each.report else 0.0,
            each.failed,
        )
        for each in newest
    )


def source_of(event: str) -> str:
    """What sent an event, in a word, from its shape; "" where that says nothing."""
    try:
        found = json.loads(event)
    except ValueError:
        return ""
    if not isinstance(found, dict):
        return ""
    records = found.get("Records")
    if isinstance(records, list) and records and isinstance(records[0], dict):
        return str(records[0].get("eventSource") or records[0].get("EventSource") or "")
    if "triggerSource" in found:
        return str(found["triggerSource"])
    info = found.get("info")
    if isinstance(info, dict) and "parentTypeName" in info:
        return f"{info['parentTypeName']}.{info.get('fieldName')}"
    if "typeName" in found and "fieldName" in found:
        return f"{found['typeName']}.{found['fieldName']}"
    if "requestContext" in found:
        context = found["requestContext"]
        http = context.get("http") if isinstance(context, dict) else None
        if isinstance(http, dict):
            return f"{http.get('method', '')} {http.get('path', '')}".strip()
        return f"{found.get('httpMethod', '')} {found.get('path', '')}".strip()
    if "detail-type" in found:
        return str(found["detail-type"])
    return ""
