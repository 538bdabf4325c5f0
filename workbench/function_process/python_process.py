"""The process of a Python function: loads its handler, and runs an invocation for each line.

Runs alone, on any Python of Lambda's: it imports nothing of this package. Its answers go to a pipe
of their own; all that the function prints is its log. Messages are those of Lambda's own runtime,
aws-lambda-python-runtime-interface-client.
"""

from __future__ import annotations

import binascii
import importlib
import importlib.abc
import importlib.util
import json
import logging
import os
import site
import sys
import time
import traceback
from typing import Any

_DEPTH_VARIABLE = "_MINISTACK_INVOKE_DEPTH"
_DEPTH_HEADER = "X-Ministack-Invoke-Depth"


class RuntimeFailureError(Exception):
    """What Lambda's runtime itself refuses, with the name that it has there."""

    def __init__(self, kind: str, message: str, trace: list[str] | None = None) -> None:
        super().__init__(message)
        self.kind = f"Runtime.{kind}"
        self.trace = trace or []


class CognitoIdentity:
    """Who an application's user is; empty unless the caller says so."""

    cognito_identity_id = None
    cognito_identity_pool_id = None


class _Given:
    """Attributes by the names in ``_names``; what was not given is None."""

    _names: tuple[str, ...] = ()

    def __init__(self, given: dict[str, Any]) -> None:
        for name in self._names:
            setattr(self, name, given.get(name))


class Client(_Given):
    """The application that invokes the function."""

    _names = (
        "installation_id", "app_title", "app_version_name", "app_version_code", "app_package_name",
    )  # fmt: skip


class ClientContext(_Given):
    """What the caller says of itself, with Invoke's ``ClientContext``."""

    _names = ("custom", "env", "client")
    client: Any

    def __init__(self, given: dict[str, Any]) -> None:
        super().__init__(given)
        if self.client is not None:
            self.client = Client(self.client)


class LambdaContext:
    """The handler's second argument."""

    def __init__(self, given: dict[str, Any]) -> None:
        self.aws_request_id = given["request_id"]
        self.invoked_function_arn = given["arn"]
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")
        self.function_version = os.environ.get("AWS_LAMBDA_FUNCTION_VERSION")
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE")
        self.log_group_name = os.environ.get("AWS_LAMBDA_LOG_GROUP_NAME")
        self.log_stream_name = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        client_context = given.get("client_context")
        self.client_context = ClientContext(client_context) if client_context else None
        self.identity = CognitoIdentity()
        self.tenant_id = None
        self._deadline = given["deadline"]

    def get_remaining_time_in_millis(self) -> int:
        """How long the handler may still take."""
        return max(0, int(self._deadline - time.time() * 1000))

    def log(self, message: object) -> None:
        """Write to the function's log."""
        sys.stdout.write(str(message))


class _DepthOfCalls(importlib.abc.MetaPathFinder):
    """Lets the SDK say how deep a call among functions is, once a function loads the SDK.

    To import it for every function costs each cold start a third of a second.
    """

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != "botocore.handlers":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return spec
        load = spec.loader.exec_module

        def load_and_register(module: Any) -> None:
            load(module)
            module.BUILTIN_HANDLERS.append(("before-call", _add_depth))

        spec.loader.exec_module = load_and_register  # type: ignore[method-assign]
        return spec


def _add_depth(params: dict[str, Any], **_: object) -> None:
    depth = os.environ.get(_DEPTH_VARIABLE)
    if depth:
        params["headers"].setdefault(_DEPTH_HEADER, depth)


def _handler(name: str) -> Any:
    try:
        module_name, function = name.rsplit(".", 1)
    except ValueError as error:
        raise RuntimeFailureError(
            "MalformedHandlerName", f"Bad handler '{name}': {error}"
        ) from None
    if module_name.split(".")[0] in sys.builtin_module_names:
        raise RuntimeFailureError(
            "BuiltInModuleConflict",
            f"Cannot use built-in module {module_name} as a handler module",
        )
    try:
        module = importlib.import_module(module_name.replace("/", "."))
    except ImportError as error:
        raise RuntimeFailureError(
            "ImportModuleError", f"Unable to import module '{module_name}': {error}"
        ) from error
    except SyntaxError as error:
        line = f'  File "{error.filename}" Line {error.lineno}\n    {error.text}'
        raise RuntimeFailureError(
            "UserCodeSyntaxError", f"Syntax error in module '{module_name}': {error}", [line]
        ) from None
    try:
        return getattr(module, function)
    except AttributeError:
        raise RuntimeFailureError(
            "HandlerNotFound", f"Handler '{function}' missing on module '{module_name}'"
        ) from None


def _snapshot_hooks() -> None:
    """Run what a function registered for SnapStart's snapshot and restore."""
    try:
        hooks = importlib.import_module("snapshot_restore_py")
    except ImportError:
        return
    for function, given, named in reversed(hooks.get_before_snapshot()):
        function(*given, **named)
    for function, given, named in hooks.get_after_restore():
        function(*given, **named)


class _Answers:
    def __init__(self, descriptor: int) -> None:
        os.set_inheritable(descriptor, False)
        self._pipe = os.fdopen(descriptor, "w", encoding="utf-8")

    def send(self, **message: Any) -> None:
        sys.stdout.flush()
        os.write(2, b"\x00\n")  # all of this run's log is written
        self._pipe.write(json.dumps(message) + "\n")
        self._pipe.flush()


def _described(error: BaseException, request_id: str) -> dict[str, Any]:
    if isinstance(error, RuntimeFailureError):
        kind, trace = error.kind, error.trace
    else:
        # Only the function's own frames, not this file's.
        frames = traceback.extract_tb(error.__traceback__)
        own = [
            frame for frame in frames if frame.filename != __file__ and "importlib" not in frame[0]
        ]
        plain = [(frame.filename, frame.lineno or 0, frame.name, frame.line) for frame in own]
        kind, trace = type(error).__name__, traceback.format_list(plain)
    # Lambda's own folder: what reads a trace finds the same as on AWS.
    task_root = os.environ["LAMBDA_TASK_ROOT"]
    return {
        "errorMessage": str(error),
        "errorType": kind,
        "requestId": request_id,
        "stackTrace": [line.replace(task_root, "/var/task") for line in trace],
    }


def _is_runtimes(file: str) -> bool:
    return file == __file__ or file.startswith("<frozen importlib") or "/importlib/" in file


_IS_JSON = os.environ.get("AWS_LAMBDA_LOG_FORMAT", "").upper() == "JSON"
_NO_BREAK_SPACE = "\u00a0"
_TIME = "%Y-%m-%dT%H:%M:%S"


def _note(text: str) -> None:
    """Write one event, which may have several lines, to the log."""
    frame = json.dumps([int(time.time() * 1000), text])
    sys.stdout.flush()
    sys.stdout.write(f"\x01{frame}\n")
    sys.stdout.flush()


def _log(error: dict[str, Any]) -> None:
    if _IS_JSON:
        stamp = time.strftime(f"{_TIME}Z", time.gmtime())
        _note(json.dumps({"timestamp": stamp, "log_level": "ERROR", **error}, ensure_ascii=False))
        return
    lines = [f"[ERROR] {error['errorType']}: {error['errorMessage']}"]
    lines.append("Traceback (most recent call last):")
    for line in "".join(error["stackTrace"]).splitlines():
        text = line.lstrip(" ")
        lines.append(_NO_BREAK_SPACE * (len(line) - len(text)) + text)
    _note("\n".join(lines))


def _set_environment(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _marshalled(result: object) -> str:
    """The result as the runtime's own encoder writes it: decimals are numbers, bytes are text."""
    is_new = sys.version_info >= (3, 12)
    return json.dumps(result, ensure_ascii=not is_new, default=_as_json)


def _as_json(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode()
    decimal = sys.modules.get("decimal")
    if decimal is None or not isinstance(value, decimal.Decimal):
        raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")
    return int(value) if value.is_finite() and value == value.to_integral_value() else float(value)


def _invoke(handler: Any, line: str, answers: _Answers) -> None:
    given = json.loads(line)
    _set_environment(given["environment"])
    context = LambdaContext(given["context"])
    _LogHandler.request_id = context.aws_request_id
    try:
        result = handler(given["event"], context)
        if isinstance(result, bytes):  # sent as it is
            answers.send(status="ok", raw=binascii.b2a_base64(result, newline=False).decode())
            return
        try:
            text = _marshalled(result)
        except (TypeError, ValueError) as error:
            raise RuntimeFailureError(
                "MarshalError", f"Unable to marshal response: {error}"
            ) from None
    except Exception as error:  # noqa: BLE001  whatever the user's code raises
        told = _described(error, context.aws_request_id)
        _log(told)
        answers.send(status="failed", error=told)
        return
    answers.send(status="ok", result=text)


class _TextFormatter(logging.Formatter):
    def __init__(self) -> None:
        layout = "[%(levelname)s]\t%(asctime)s.%(msecs)03dZ\t%(aws_request_id)s\t%(message)s\n"
        super().__init__(layout, _TIME)


_OF_LOGGING = {*vars(logging.makeLogRecord({})), "message", "asctime", "aws_request_id"}
"""What every record has."""


class _JsonFormatter(logging.Formatter):
    """One JSON object for a record, with what was given as ``extra``."""

    def format(self, record: logging.LogRecord) -> str:
        found: dict[str, Any] = {
            "timestamp": self.formatTime(record, f"{_TIME}Z"),
            "level": record.levelname,
            "message": record.getMessage(),
            "logger": record.name,
            "requestId": record.__dict__["aws_request_id"],
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, error, trace = record.exc_info
            found["stackTrace"] = traceback.format_tb(trace)
            found["errorType"], found["errorMessage"] = kind.__name__, str(error)
            found["location"] = f"{record.pathname}:{record.funcName}:{record.lineno}"
        for name, value in vars(record).items():
            if name not in _OF_LOGGING:
                found.setdefault(name, value)
        return json.dumps(found, ensure_ascii=False)


class _LogHandler(logging.Handler):
    """What Lambda's runtime gives the root logger: without it, lines below WARNING are lost."""

    request_id = ""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_JsonFormatter() if _IS_JSON else _TextFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Write the record as one event."""
        record.aws_request_id = _LogHandler.request_id
        _note(self.format(record))


def _set_up_logging() -> None:
    logging.Formatter.converter = time.gmtime
    root = logging.getLogger()
    root.addHandler(_LogHandler())
    level = os.environ.get("AWS_LAMBDA_LOG_LEVEL", "").replace("TRACE", "DEBUG")
    if isinstance(logging.getLevelName(level), int):
        root.setLevel(level)


def _add_paths(task_root: str, layers: list[str], runtime: str) -> None:
    """Set the search path: the function, its layers, the standard library, the runtime's SDK."""
    packages = "lib/python{}.{}/site-packages".format(*sys.version_info[:2])
    library = sys.path[1:]
    sys.path[:] = [task_root]
    for layer in layers:
        folder = f"{layer}/python/{packages}"
        if os.path.isdir(folder):  # noqa: PTH112  pathlib costs a cold start 10 ms
            site.addsitedir(folder)
        sys.path += [f"{layer}/python", layer]
    sys.path += [*library, runtime]


def _listen_for_debugger(option: str) -> None:
    """Start debugpy, from ``port:folder``, on loopback."""
    port, _, folder = option.partition(":")
    sys.path.append(folder)
    debugpy = importlib.import_module("debugpy")
    debugpy.listen(("127.0.0.1", int(port)))
    sys.path.remove(folder)


def main() -> None:
    """Serve until the pipe is closed."""
    answers = _Answers(int(sys.argv[1]))
    _add_paths(os.environ["LAMBDA_TASK_ROOT"], sys.argv[3:], sys.argv[2])
    os.environ.setdefault("PYTHONPATH", sys.argv[2])  # for Python programs that it starts
    sys.meta_path.insert(0, _DepthOfCalls())
    _set_up_logging()
    if "debugpy" in sys._xoptions:
        _listen_for_debugger(str(sys._xoptions["debugpy"]))
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    try:
        handler = _handler(os.environ["_HANDLER"])
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            _snapshot_hooks()
    except Exception as error:  # noqa: BLE001  whatever the user's code raises
        told = _described(error, "")
        _log(told)
        answers.send(status="failed", error=told)
        sys.exit(1)
    answers.send(status="ready")
    for line in iter(requests.readline, ""):
        _invoke(handler, line, answers)
    os._exit(0)  # threads of the function must not keep this process alive


if __name__ == "__main__":
    main()
