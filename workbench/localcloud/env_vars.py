"""The environment variables that point AWS tools at the local cloud."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from workbench.aws.target import LocalTarget
from workbench.guardian_process import MARK_VARIABLE

REMOVED = (
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_ROLE_ARN",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
)
"""Unset, so that neither a profile nor a session of a real account is used by mistake."""

_PROXIES = ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


def environment(target: LocalTarget) -> dict[str, str]:
    """What to set for boto3, the AWS CLI, ``ampx`` and the AWS SDKs; see also :data:`REMOVED`.

    Without a key where the local cloud has never run.
    """
    keys = {}
    if target.keys is not None:
        keys = {
            "AWS_ACCESS_KEY_ID": target.keys.access_key,
            "AWS_SECRET_ACCESS_KEY": target.keys.secret,
        }
    return {
        "AWS_ENDPOINT_URL": target.endpoint,
        **keys,
        "AWS_REGION": target.region,
        "AWS_DEFAULT_REGION": target.region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def process_environment(target: LocalTarget, base: Mapping[str, str]) -> dict[str, str]:
    """``base`` turned to the local cloud, for a child process."""
    kept = {
        name: value
        for name, value in base.items()
        if name not in REMOVED and not name.startswith("AWS_ENDPOINT_URL_")
    }
    return {**kept, **environment(target), **_past_the_proxy(base)}


def shell_lines(target: LocalTarget, base: Mapping[str, str]) -> str:
    """Lines for ``eval "$(amplify-tui local env)"`` in sh, bash and zsh."""
    endpoints = sorted(name for name in base if name.startswith("AWS_ENDPOINT_URL_"))
    safe = [name for name in endpoints if name.replace("_", "").isalnum() and name.isascii()]
    lines = [f"unset {' '.join((*REMOVED, *safe))}"]
    variables = {**environment(target), **_past_the_proxy(base)}
    lines += [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
    return "\n".join(lines)


def _past_the_proxy(base: Mapping[str, str]) -> dict[str, str]:
    """Where a proxy is configured: keep requests to this machine away from it."""
    if not any(base.get(name) for name in _PROXIES):
        return {}
    listed = base.get("NO_PROXY") or base.get("no_proxy") or ""
    names = [part for part in listed.split(",") if part]
    names += [name for name in ("127.0.0.1", "localhost") if name not in names]
    return dict.fromkeys(("NO_PROXY", "no_proxy"), ",".join(names))


def server_environment(base: Mapping[str, str], node: Path | None = None) -> dict[str, str]:
    """The server's own environment: nothing of a real AWS account, no foreign emulator settings.

    ``node`` comes first on PATH: the emulator starts Lambda functions by that name. Nor the mark of
    what ends with the process that starts it: it outlives that one.
    """
    foreign = ("AWS_", "MINISTACK_", "LOCALSTACK_", "LAMBDA_", "S3_", "PERSIST_", "USE_SSL")
    kept = {
        name: value
        for name, value in base.items()
        if not name.startswith(foreign) and name != MARK_VARIABLE
    }
    if node is not None:
        kept["PATH"] = os.pathsep.join([str(node.parent), kept.get("PATH", os.defpath)])
    return {**kept, **_past_the_proxy(base)}
