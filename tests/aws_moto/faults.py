"""Faults that the AWS under test answers with, instead of doing what it was asked.

``aws.faults.deny("lambda:GetFunction")`` and its siblings add a fault; ``aws.faults.clear()``,
which happens after each test, takes them all away. An action may have ``*`` in it.
"""

from __future__ import annotations

import fnmatch
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any
from xml.sax.saxutils import escape

from tests.aws_moto.requests import Request


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back in place of the service's own answer."""

    status: int
    body: bytes
    content_type: str = "text/plain"
    headers: Mapping[str, str] = field(default_factory=dict)


_CLOCK_TOLERANCE = 300

Respond = Callable[[Request], Answer | None]
"""An answer, or None to let the request through (after a delay, say)."""


@dataclass(slots=True)
class Fault:
    """One rule: which requests it meets, how often, and what they get."""

    action: str
    respond: Respond
    times: int | None = None
    when: Callable[[Request], bool] = lambda _: True
    skip: int = 0
    met: int = 0
    """How many requests it has met."""

    def take(self, request: Request) -> bool:
        """Whether the fault meets this request; counts it."""
        if not fnmatch.fnmatchcase(request.action, self.action) or not self.when(request):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None and self.met >= self.times:
            return False
        self.met += 1
        return True


class Faults:
    """The faults of one AWS; the first that meets a request answers it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self.clock_offset = 0.0
        """Seconds that the service's clock is ahead of this machine's; above 300 it refuses."""

    def clear(self) -> None:
        """Take all faults away."""
        with self._lock:
            self._faults.clear()
            self.clock_offset = 0.0

    def add(
        self,
        action: str,
        respond: Respond,
        *,
        times: int | None = None,
        when: Callable[[Request], bool] = lambda _: True,
        skip: int = 0,
    ) -> Fault:
        """Let ``respond`` answer requests of ``action``; the general form of all that follow."""
        fault = Fault(action, respond, times, when, skip)
        with self._lock:
            self._faults.append(fault)
        return fault

    def error(
        self, action: str, code: str, message: str, *, status: int = 400, **more: Any
    ) -> Fault:
        """Answer with an AWS error, in the way the service writes errors."""
        return self.add(
            action, lambda request: error_answer(request, code, message, status), **more
        )

    def deny(self, action: str, **more: Any) -> Fault:
        """AccessDenied, as IAM says it."""

        def respond(request: Request) -> Answer:
            text = (
                f"User: {_who(request)} is not authorized to perform: "
                f"{request.permission} because no identity-based policy allows the "
                f"{request.permission} action"
            )
            return error_answer(request, denied_code(request), text, 403)

        return self.add(action, respond, **more)

    def expire(self, action: str = "*", **more: Any) -> Fault:
        """The security token has expired."""

        def respond(request: Request) -> Answer:
            code = "ExpiredTokenException" if "json" in request.protocol else "ExpiredToken"
            text = "The security token included in the request is expired"
            return error_answer(request, code, text, 400 if request.service != "sts" else 403)

        return self.add(action, respond, **more)

    def throttle(self, action: str, times: int | None = None, **more: Any) -> Fault:
        """Too many requests."""
        return self.error(action, "ThrottlingException", "Rate exceeded", times=times, **more)

    def html(self, action: str, status: int = 502, times: int | None = None, **more: Any) -> Fault:
        """A page of HTML, as gateways and proxies answer."""
        page = f"<html><head><title>{status}</title></head><body>Bad gateway</body></html>"
        answer = Answer(status, page.encode(), "text/html")
        return self.add(action, lambda _: answer, times=times, **more)

    def delay(self, action: str, seconds: float, times: int | None = None, **more: Any) -> Fault:
        """Answer late."""

        def respond(_request: Request) -> None:
            time.sleep(seconds)

        return self.add(action, respond, times=times, **more)

    def hold(self, action: str, released: threading.Event, **more: Any) -> Fault:
        """Keep requests waiting until the event is set (a minute at most)."""

        def respond(_request: Request) -> None:
            released.wait(60)

        return self.add(action, respond, **more)

    def appears_after(self, action: str, reads: int, **more: Any) -> Fault:
        """Say "not found" to the first ``reads`` requests: what was just made is not seen yet."""

        def respond(request: Request) -> Answer:
            code, text, status = _missing(request)
            return error_answer(request, code, text, status)

        return self.add(action, respond, times=reads, **more)

    def meet(self, request: Request) -> Answer | None:
        """The answer that a fault gives to this request, or None."""
        if abs(self.clock_offset) > _CLOCK_TOLERANCE and request.key:
            return self._of_another_time(request)
        with self._lock:
            meeting = [fault for fault in self._faults if fault.take(request)]
        for fault in meeting:
            answer = fault.respond(request)
            if answer is not None:
                return answer
        return None

    def _of_another_time(self, request: Request) -> Answer:
        sent, now = request.headers.get("x-amz-date", ""), self.date()
        if request.service == "s3":
            text = "The difference between the request time and the current time is too large."
            return error_answer(request, "RequestTimeTooSkewed", text, 403)
        is_json = "json" in request.protocol
        code = "InvalidSignatureException" if is_json else "SignatureDoesNotMatch"
        late = "expired" if self.clock_offset > 0 else "not yet current"
        return error_answer(request, code, f"Signature {late}: {sent} is not near {now}", 403)

    def date(self) -> str:
        """The service's clock, as the Date header has it."""
        return formatdate(time.time() + self.clock_offset, usegmt=True)


def error_answer(request: Request, code: str, message: str, status: int = 400) -> Answer:
    """An error as this service writes it."""
    headers = {"x-amzn-requestid": "00000000-0000-0000-0000-000000000000"}
    match request.protocol:
        case "rest-xml":
            body = f"<Error><Code>{code}</Code><Message>{escape(message)}</Message></Error>"
            return Answer(status, body.encode(), "application/xml", headers)
        case "query" | "ec2":
            body = (
                "<ErrorResponse><Error><Type>Sender</Type>"
                f"<Code>{code}</Code><Message>{escape(message)}</Message></Error>"
                "<RequestId>0</RequestId></ErrorResponse>"
            )
            return Answer(status, body.encode(), "text/xml", headers)
        case _:
            body = json.dumps({"__type": code, "message": message, "Message": message})
            headers["x-amzn-errortype"] = code
            return Answer(status, body.encode(), "application/json", headers)


def _who(request: Request) -> str:
    if request.role:
        return f"arn:aws:sts::123456789012:assumed-role/{request.role}/amplify-tui"
    return "arn:aws:iam::123456789012:user/dev"


def denied_code(request: Request) -> str:
    """How the service spells AccessDenied."""
    return "AccessDeniedException" if "json" in request.protocol else "AccessDenied"


def actions(requests: Iterable[Request]) -> list[str]:
    """The actions of requests, each once, in the order of their first request."""
    return list(dict.fromkeys(request.action for request in requests))


def _missing(request: Request) -> tuple[str, str, int]:
    match request.service:
        case "cloudformation":
            name = request.parameters.get("StackName", "it")
            return "ValidationError", f"Stack with id {name} does not exist", 400
        case "s3":
            return "NoSuchKey", "The specified key does not exist.", 404
        case "ssm":
            return "ParameterNotFound", "", 400
        case "appsync":
            return "NotFoundException", "No such resource found.", 404
        case _:
            return "ResourceNotFoundException", "The resource was not found.", 404
