"""``define_function``: a Lambda function in Python or JavaScript."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from workbench.backend.argument_types import check_arguments
from workbench.backend.definitions.functions import FunctionDefinition, Secret
from workbench.backend.definitions.source_location import DefinitionError, Place
from workbench.backend.resource_names import check_resource_name
from workbench.backend.schedules import ScheduleError, schedule_expression
from workbench.backend.schema.errors import calling_place

_KEY = re.compile(r"[a-zA-Z][a-zA-Z0-9_]+")
_LAYER = re.compile(
    r"arn:[a-zA-Z0-9-]+:lambda:[a-zA-Z0-9-]+:\d{12}:layer:[a-zA-Z0-9-_]+:[0-9]+"
    r"|[a-zA-Z0-9-_]+:[0-9]+"
)
_RESERVED = {
    "AMPLIFY_SSM_ENV_CONFIG", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION",
    "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
}  # fmt: skip
_RUNTIMES = (
    *(f"python3.{minor}" for minor in range(9, 15)),
    *(f"nodejs{major}.x" for major in (16, 18, 20, 22, 24)),
)
_ENVIRONMENT_BYTES = 4096
_DEFAULT_RUNTIMES = {".py": "python3.13", ".js": "nodejs22.x", ".mjs": "nodejs22.x"}
_DEFAULT_RUNTIMES |= {".cjs": "nodejs22.x", ".ts": "nodejs22.x", ".mts": "nodejs22.x"}
_RETENTION: tuple[int, ...] = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
)
_RETENTION += (2192, 2557, 2922, 3288, 3653)


def define_function(
    entry: str = "handler.py",
    *,
    name: str = "",
    handler: str = "handler",
    runtime: str = "",
    timeout_seconds: int = 3,
    memory_mb: int = 512,
    ephemeral_storage_mb: int = 512,
    architecture: str = "arm64",
    environment: Mapping[str, str | Secret] | None = None,
    requirements: str | None = None,
    schedule: str | Sequence[str] = (),
    layers: Mapping[str, str] | None = None,
    log_retention_days: int | None = None,
    resource_group: str = "function",
) -> FunctionDefinition:
    """Define a function; ``entry`` and ``requirements`` are files beside the one that calls this.

    Its code is the folder of ``entry`` without ``resource.py``; a JavaScript entry is bundled by
    the project's esbuild where it has one. ``schedule`` takes ``every 5m``, ``rate(5 minutes)``
    and cron of five or six fields. Raises DefinitionError.
    """
    place = calling_place()
    check_arguments(define_function, locals(), place)
    folder = Path(place.file).parent
    file = (folder / entry).resolve()
    found = name or (file.parent.name if file.stem in ("handler", "index") else file.stem)
    suffix = _DEFAULT_RUNTIMES.get(file.suffix)
    definition = FunctionDefinition(
        name=found,
        entry=file,
        handler=handler,
        runtime=runtime or suffix or "",
        timeout_seconds=timeout_seconds,
        memory_mb=memory_mb,
        ephemeral_storage_mb=ephemeral_storage_mb,
        architecture=architecture,
        environment=dict(environment or {}),
        requirements=(folder / requirements).resolve() if requirements else None,
        schedule=_schedules(
            (schedule,) if isinstance(schedule, str) else schedule, timeout_seconds, place
        ),
        layers=dict(layers or {}),
        log_retention_days=log_retention_days,
        resource_group=resource_group,
        place=place,
    )
    _check(definition)
    return definition


def _check(function: FunctionDefinition) -> None:
    place = function.place

    def wrong(what: str, fix: str) -> DefinitionError:
        return DefinitionError(f"The function {function.name}: {what}", fix, place)

    check_resource_name("function", function.name, place)
    if not function.resource_group:
        raise wrong("its resource_group has no name.", 'Name one, such as "auth", or leave it out.')
    if not function.entry.is_file():
        raise wrong(f"there is no file {function.entry}.", "Name its file as the entry.")
    if function.requirements and not function.requirements.is_file():
        raise wrong(f"there is no file {function.requirements}.", "Name its requirements file.")
    if not function.runtime:
        raise wrong(
            f"the runtime of {function.entry.name} is not known.",
            f"Write it in Python or JavaScript ({', '.join(_DEFAULT_RUNTIMES)}).",
        )
    if function.runtime not in _RUNTIMES:
        raise wrong(
            f"the runtime {function.runtime!r} is not one of Lambda's.",
            f"Choose one of {', '.join(_RUNTIMES)}.",
        )
    own = _DEFAULT_RUNTIMES.get(function.entry.suffix, function.runtime)
    if own[:4] != function.runtime[:4]:
        raise wrong(
            f"the runtime {function.runtime} cannot run {function.entry.name}.",
            f"Leave the runtime out, or choose one such as {own}.",
        )
    if not _has_handler(function):
        raise wrong(
            f"{function.entry.name} has no {function.handler!r}.",
            "Name the function in that file as its handler.",
        )
    if function.requirements and not function.runtime.startswith("python"):
        raise wrong("only Python has a requirements file.", "Use package.json for JavaScript.")
    for what, value, low, high in (
        ("timeout_seconds", function.timeout_seconds, 1, 900),
        ("memory_mb", function.memory_mb, 128, 10240),
        ("ephemeral_storage_mb", function.ephemeral_storage_mb, 512, 10240),
    ):
        if not low <= value <= high:
            raise wrong(f"{what} is {value}.", f"Choose a whole number from {low} to {high}.")
    if function.architecture not in ("arm64", "x86_64"):
        raise wrong(f"the architecture is {function.architecture!r}.", "Use arm64 or x86_64.")
    for key in function.environment:
        if not _KEY.fullmatch(key):
            raise wrong(
                f"the environment variable {key!r} cannot be set.",
                "Begin with a letter; then letters, digits and _, two characters or more.",
            )
        if key in _RESERVED:
            raise wrong(f"the environment variable {key} is reserved.", "Give yours another name.")
    given = {key: value for key, value in function.environment.items() if isinstance(value, str)}
    size = sum(len(f"{key}{value}".encode()) for key, value in given.items())
    if size > _ENVIRONMENT_BYTES:
        raise wrong(
            f"its environment variables have {size:,} bytes.",
            f"Lambda takes {_ENVIRONMENT_BYTES:,}: keep what is long in a file or in SSM.",
        )
    for layer in function.layers.values():
        if not _LAYER.fullmatch(layer):
            raise wrong(
                f"the layer {layer!r} is not one.",
                "Give its ARN (arn:aws:lambda:REGION:ACCOUNT:layer:NAME:VERSION), or NAME:VERSION "
                "for one of this account.",
            )
    if len(set(function.layers.values())) > 5:
        raise wrong("it has more than five layers.", "Lambda takes five.")
    if function.log_retention_days not in (None, *_RETENTION):
        raise wrong(
            f"CloudWatch does not keep logs for {function.log_retention_days} days.",
            f"Choose one of {', '.join(str(days) for days in _RETENTION)}.",
        )


def _schedules(expressions: Sequence[str], timeout_seconds: int, place: Place) -> tuple[str, ...]:
    return tuple(_schedule(each.strip(), timeout_seconds, place) for each in expressions)


def _schedule(written: str, timeout_seconds: int, place: Place) -> str:
    """A schedule as EventBridge writes it; Amplify's ``every 5m`` and bare cron are taken too."""
    try:
        return schedule_expression(written, timeout_seconds)
    except ScheduleError as error:
        raise DefinitionError(
            f"The schedule {written!r} cannot be used: {error}.",
            'Write "every 5m", "every day", "rate(5 minutes)" or a cron of five or six fields, '
            'such as "0 9 ? * 2".',
            place,
        ) from None


def _has_handler(function: FunctionDefinition) -> bool:
    """Whether a Python file can have the handler: another kind of file is bundled first."""
    text = function.entry.read_text(encoding="utf-8")
    if function.entry.suffix != ".py" or not text.strip():
        return True
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return True
    named = {
        getattr(node, "name", None) or getattr(node, "id", None) or getattr(node, "asname", None)
        for node in ast.walk(tree)
    }
    return bool({function.handler, "*"} & named)
