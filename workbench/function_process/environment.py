"""Makes a function's environment: what Lambda defines, what the user declares, and nothing else.

What a shell has set when it started the local cloud (keys, a time zone, a home folder) is on no
machine of AWS. Source: docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.function_process import report
from workbench.function_process.unpacked import Unpacked

RESERVED = frozenset(
    {
        "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN",
        "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR",
    }
)  # fmt: skip
"""Names that a function cannot declare."""

_SYSTEM_PATH = "/usr/local/bin:/usr/bin/:/bin:/opt/bin"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a process finds around it: where it is, who it is, and where it logs.

    ``endpoint`` is the local cloud's address, "" on AWS. ``credentials`` are environment variables.
    """

    region: str
    credentials: Mapping[str, str]
    log_group: str
    log_stream: str
    endpoint: str = ""


def environment(
    config: Mapping[str, Any], files: Unpacked, binaries: Path, around: Surroundings
) -> dict[str, str]:
    """Make the environment of one process of the function.

    The home is a folder of its own: libraries read settings of AWS below it. ``binaries`` has the
    program that runs the function.
    """
    task_root, layers = files.task_root, files.layers
    name = str(config.get("FunctionName") or "")
    runtime = str(config.get("Runtime") or "")
    snapshot = (config.get("SnapStart") or {}).get("OptimizationStatus") == "On"
    libraries = [task_root, task_root / "lib", *(layer / "lib" for layer in layers)]
    paths = [str(binaries), _SYSTEM_PATH, *(str(layer / "bin") for layer in layers)]
    changeable = {
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PATH": os.pathsep.join(paths),
        "LD_LIBRARY_PATH": os.pathsep.join(map(str, libraries)),
        "HOME": str(files.home),
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "169.254.79.129:2000",
    }
    if around.endpoint:
        changeable["AWS_DISABLE_HOST_PREFIX_INJECTION"] = "true"
        changeable["AWS_ENDPOINT_URL"] = around.endpoint
    if runtime.startswith("nodejs"):
        version = runtime.removeprefix("nodejs").partition(".")[0]
        shelves = (f"nodejs/node{version}/node_modules", "nodejs/node_modules", "")
        folders = [layer / shelf for layer in layers for shelf in shelves]
        changeable["NODE_PATH"] = os.pathsep.join(map(str, (*folders, task_root)))
    own = {
        "_HANDLER": str(config.get("Handler") or ""),
        "AWS_REGION": around.region,
        "AWS_DEFAULT_REGION": around.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize") or 128),
        "AWS_LAMBDA_FUNCTION_VERSION": str(config.get("Version") or "$LATEST"),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start" if snapshot else "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": around.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": around.log_stream,
        "LAMBDA_TASK_ROOT": str(task_root),
        "LAMBDA_RUNTIME_DIR": "/var/runtime",
        **around.credentials,
    }
    if report.is_json(config):
        own["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
        own["AWS_LAMBDA_LOG_LEVEL"] = report.level(config, "ApplicationLogLevel")
    return {**changeable, **declared(config), **own}


def declared(config: Mapping[str, Any]) -> dict[str, str]:
    """The variables that the user has given the function."""
    variables = (config.get("Environment") or {}).get("Variables") or {}
    return {name: str(value) for name, value in variables.items() if name not in RESERVED}
