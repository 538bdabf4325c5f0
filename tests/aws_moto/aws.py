"""An AWS in this process: moto behind a front that records every request and can refuse it."""

from __future__ import annotations

import io
import logging
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from moto.awslambda.models import lambda_backends
from moto.iam.models import iam_backends
from moto.moto_api._internal.models import moto_api_backend
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends
from moto.sts.models import sts_backends
from werkzeug.serving import BaseWSGIServer, make_server

from tests.aws_moto import gaps
from tests.aws_moto.faults import Answer, Faults
from tests.aws_moto.requests import Request, read_request, routes_of
from tests.aws_moto.stack_control import CONTROL, Refusal

ACCOUNT = "123456789012"
REGION = "us-east-1"
QUALIFIER = "hnb659fds"
VERSION = 30
ROLES = ("deploy", "cfn-exec", "file-publishing", "image-publishing", "lookup")
_TRUST = '{"Version": "2012-10-17", "Statement": []}'

Extra = Callable[[Request], Answer | None]


@dataclass(frozen=True, slots=True)
class Call:
    """A request and how it was answered."""

    request: Request
    status: int

    @property
    def role(self) -> str:
        """The role whose key signed it; empty for the user's own key."""
        return self.request.role

    @property
    def action(self) -> str:
        """The request's action, such as ``s3:PutObject``."""
        return self.request.action


class Calls:
    """Every request since ``clear``, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._added = threading.Condition()
        self._calls: list[Call] = []

    def add(self, call: Call) -> None:
        """Keep one."""
        with self._lock:
            self._calls.append(call)
        with self._added:
            self._added.notify_all()

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._calls.clear()

    def __iter__(self) -> Any:
        with self._lock:
            return iter(list(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def wait_for(self, action: str, seconds: float = 20) -> Call:
        """The first call of this action, once it has been answered."""
        with self._added:
            assert self._added.wait_for(lambda: bool(self.of(action)), seconds), f"no {action}"
        return self.of(action)[0]

    def of(self, action: str) -> list[Call]:
        """The calls of one action, such as ``s3:PutObject``."""
        return [call for call in self if call.action == action]

    @property
    def actions(self) -> list[str]:
        """The actions in order, each as often as it was called."""
        return [call.action for call in self]

    def counts(self) -> dict[str, int]:
        """How often each action was called."""
        found: dict[str, int] = {}
        for action in self.actions:
            found[action] = found.get(action, 0) + 1
        return found

    @property
    def own(self) -> list[Call]:
        """The calls with the user's own key rather than a bootstrap role's."""
        return [call for call in self if not call.role]


class Aws:
    """One AWS on loopback; all of an account's state is gone after ``reset``."""

    def __init__(self) -> None:
        gaps.fill()
        routes_of("s3")
        self.calls = Calls()
        self.faults = Faults()
        self.extra: list[Extra] = []
        """Services that moto does not have: asked first, with each request."""
        self.resets = 0
        """How often everything was forgotten."""
        self.errors: list[str] = []
        """Tracebacks of errors in moto, or in what fills its gaps; ``clear`` fails for them."""
        self._moto = DomainDispatcherApplication(_create_app)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server: BaseWSGIServer = make_server(
            "127.0.0.1", 0, self._answer, threaded=True, request_handler=Handler
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    def start(self) -> Aws:
        """Begin to answer."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """End; a thread that still answers is let go."""
        self._server.shutdown()
        self._server.server_close()

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def application(self) -> Callable[[dict[str, Any], Any], Iterable[bytes]]:
        """The WSGI application, for another front (TLS, say)."""
        return self._answer

    def reset(self) -> None:
        """Forget all that was made, recorded and ordered."""
        self.clear()
        self.resets += 1
        moto_api_backend.reset()

    def clear(self) -> None:
        """Forget what was recorded and ordered; keep what was made. Fails if moto failed."""
        errors, self.errors = self.errors, []
        self.calls.clear()
        self.faults.clear()
        self.extra.clear()
        CONTROL.clear()
        assert not errors, "\n".join(errors)

    # What a test orders of CloudFormation

    def fail_resource(
        self, what: str, phase: str, reason: str, *, times: int | None = 1, skip: int = 0
    ) -> None:
        """Let a resource fail, by logical id or type (``*`` allowed), in CREATE, UPDATE or DELETE.

        The first ``skip`` times it works, then it fails ``times`` times.
        """
        CONTROL.refusals.append(Refusal(what, phase, reason, times, skip))

    def hold_stacks(self) -> threading.Event:
        """Stack operations stay IN_PROGRESS until the returned event is set."""
        CONTROL.gate = threading.Event()
        return CONTROL.gate

    # The account

    def bootstrap(
        self,
        *,
        version: int | None = VERSION,
        qualifier: str = QUALIFIER,
        roles: Mapping[str, str] | None = None,
        region: str = REGION,
        bucket: str = "",
        account: str = ACCOUNT,
        partition: str = "aws",
    ) -> None:
        """Do what ``cdk bootstrap`` does. ``version`` None leaves the version parameter out.

        ``roles`` gives roles names of one's own: ``{"deploy": "my-deployer"}``.
        """
        if version is not None:
            ssm_backends[account][region].put_parameter(
                name=f"/cdk-bootstrap/{qualifier}/version",
                description="",
                value=str(version),
                parameter_type="String",
                allowed_pattern="",
                keyid="",
                overwrite=True,
                tags=[],
                data_type="text",
                tier=None,
                policies=None,
            )
        bucket = bucket or f"cdk-{qualifier}-assets-{account}-{region}"
        s3_backends[account][partition].create_bucket(bucket, region)
        for role in ROLES:
            name = (roles or {}).get(role) or f"cdk-{qualifier}-{role}-role-{account}-{region}"
            iam_backends[account][partition].create_role(
                role_name=name,
                assume_role_policy_document=_TRUST,
                path="/",
                permissions_boundary=None,
                description="",
                tags=[],
                max_session_duration="3600",
            )

    def function_code(self, name: str, region: str = REGION, account: str = ACCOUNT) -> bytes:
        """The archive that a function runs."""
        return bytes(lambda_backends[account][region].get_function(name).code_bytes)

    # Requests

    def _in_place_of_moto(self, request: Request) -> Answer | None:
        fault = self.faults.meet(request)
        if fault is not None:
            return fault
        return next((a for a in (each(request) for each in self.extra) if a is not None), None)

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = bytes(environ["wsgi.input"].read())
        request = read_request(environ, body, role_of)
        try:
            answer = self._in_place_of_moto(request)
        except Exception:  # noqa: BLE001 - kept for the end of the test, which it fails
            self.errors.append(f"{request.action}:\n{traceback.format_exc()}")
            answer = Answer(500, b"a fault failed")
        if answer is not None:
            self.calls.add(Call(request, answer.status))
            headers = [
                ("Content-Type", answer.content_type),
                ("Content-Length", str(len(answer.body))),
                ("Date", self.faults.date()),
                *answer.headers.items(),
            ]
            start_response(f"{answer.status} {_REASONS.get(answer.status, 'Error')}", headers)
            return [] if request.method == "HEAD" else [answer.body]

        def begin(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            self.calls.add(Call(request, int(status.split(maxsplit=1)[0])))
            return start_response(status, headers, *more)

        environ["wsgi.input"] = io.BytesIO(body)
        try:
            answered: Iterable[bytes] = self._moto(environ, begin)
        except Exception:  # noqa: BLE001 - kept for the end of the test, which it fails
            self.errors.append(f"{request.action}:\n{traceback.format_exc()}")
            begin("500 Internal Server Error", [("Content-Type", "text/plain")])
            return [b"moto failed"]
        return answered


_REASONS = {200: "OK", 400: "Bad Request", 403: "Forbidden", 404: "Not Found"}


def _create_app(service: Any) -> Any:
    app = create_backend_app(service)
    app.config["PROPAGATE_EXCEPTIONS"] = True
    return app


class Handler(MotoRequestHandler):  # type: ignore[misc]
    """Speaks HTTP with connections that stay open, as AWS's do.

    werkzeug closes each: a connection and a thread for each request were half of its cost.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def run_wsgi(self) -> None:
        """Answer one request: read it to its end, which leaves the connection at the next one."""
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.wfile.flush()
        environ = self.make_environ()
        body = _body(environ)
        environ |= {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
        for name in ("wsgi.input_terminated", "HTTP_TRANSFER_ENCODING"):
            environ.pop(name, None)
        begun: list[Any] = []
        answered = self.server.app(environ, lambda *begin: begun.append(begin))
        content = b"".join(answered)
        status, headers = begun[-1][:2]
        code, _, reason = status.partition(" ")
        self.send_response_only(int(code), reason)
        named = {name.lower() for name, _ in headers}
        for name, value in headers:
            self.send_header(name, value)
        if "date" not in named:
            self.send_header("Date", self.date_time_string())
        if "content-length" not in named:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        self.wfile.flush()

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002
        """Say nothing on the terminal."""


def _body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return bytes(stream.read())
    return bytes(stream.read(int(environ.get("CONTENT_LENGTH") or 0)))


def role_of(key: str) -> str:
    """The name of the role that a key was given for."""
    if not key.startswith("ASIA"):
        return ""
    for partitions in list(sts_backends.values()):
        for backend in list(partitions.values()):
            found = backend.get_assumed_role_from_access_key(key)
            if found is not None:
                return str(found.role_arn.rsplit("/", 1)[-1])
    return ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile in files of its own, and the environment that leads to it."""

    name: str
    folder: Path
    env: Mapping[str, str] = field(default_factory=dict)


def write_profile(
    folder: Path,
    endpoint: str,
    *,
    name: str = "moto",
    region: str = REGION,
    settings: Mapping[str, str] | None = None,
    keys: tuple[str, str] | None = ("AKIAUSERSOWNKEY00001", "secret-of-the-user"),
) -> Profile:
    """Write ``config`` and ``credentials`` files with one profile whose endpoint is the AWS here.

    ``settings`` are further lines of the profile; ``keys`` None leaves the keys to them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lines = {
        "region": region,
        "endpoint_url": endpoint,
        # Live Tail's host is stream-HOST: there is none on loopback.
        "disable_host_prefix_injection": "true",
        **(settings or {}),
    }
    config, credentials = folder / "config", folder / "credentials"
    config.write_text(
        f"[profile {name}]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
    )
    credentials.write_text(
        f"[{name}]\naws_access_key_id = {keys[0]}\naws_secret_access_key = {keys[1]}\n"
        if keys
        else ""
    )
    return Profile(
        name,
        folder,
        {
            "AWS_CONFIG_FILE": str(config),
            "AWS_SHARED_CREDENTIALS_FILE": str(credentials),
            "AWS_EC2_METADATA_DISABLED": "true",
        },
    )
