"""Writes an operation as code that runs elsewhere: curl, TypeScript for the Amplify client, Python.

Keys and tokens are never written: each form names the environment variable or the client's own
sign-in that supplies them.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_HEADERS: Mapping[str, tuple[str, str]] = {
    "apiKey": ("x-api-key", "API_KEY"),
    "userPool": ("Authorization", "ACCESS_TOKEN"),
    "oidc": ("Authorization", "ID_TOKEN"),
    "lambda": ("Authorization", "AUTH_TOKEN"),
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A request to export; ``auth_mode`` is the Amplify client's name, such as ``userPool``."""

    url: str
    query: str
    variables: Mapping[str, Any]
    auth_mode: str
    headers: tuple[str, ...] = ()
    """The names of the headers that are sent instead if ``auth_mode`` is empty."""


def as_curl(request: Exported) -> str:
    """A shell command; a request signed for IAM uses curl's own signing."""
    body = json.dumps(_body(request))
    parts = [
        f"curl -sS {shlex.quote(request.url.lower() if _shouts(request.url) else request.url)}"
    ]
    if request.auth_mode == "iam":
        parts.append('--aws-sigv4 "aws:amz:${AWS_REGION}:appsync"')
        parts.append('--user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY"')
        parts.append('-H "x-amz-security-token: $AWS_SESSION_TOKEN"')
    else:
        parts += [f'-H "{header}: ${variable}"' for header, variable in _supplied(request)]
    parts.append("-H 'Content-Type: application/json'")
    parts.append(f"--data {shlex.quote(body)}")
    return " \\\n  ".join(parts) + "\n"


def as_typescript(request: Exported) -> str:
    """A call of the Amplify client, configured by ``amplify_outputs.json``."""
    query = request.query.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${").strip()
    options = [f"  query: `{query}`,"]
    if request.variables:
        indented = json.dumps(request.variables, indent=2).replace("\n", "\n  ")
        options.append(f"  variables: {indented},")
    if request.auth_mode:
        options.append(f"  authMode: {json.dumps(request.auth_mode)},")
    if request.auth_mode == "lambda":
        options.append("  authToken: token,")
    return (
        "import { Amplify } from 'aws-amplify';\n"
        "import { generateClient } from 'aws-amplify/api';\n"
        "import outputs from '../amplify_outputs.json';\n\n"
        "Amplify.configure(outputs);\n"
        "const client = generateClient();\n\n"
        "const result = await client.graphql({\n" + "\n".join(options) + "\n});\n"
    )


def as_python(request: Exported) -> str:
    """A script with httpx; a request signed for IAM uses botocore."""
    url = request.url.lower() if _shouts(request.url) else request.url
    lines = ["import json", "import os", "", "import httpx"]
    if request.auth_mode == "iam":
        lines += [
            "from botocore.auth import SigV4Auth",
            "from botocore.awsrequest import AWSRequest",
            "from botocore.session import Session",
        ]
    lines += ["", f"URL = {url!r}", f'QUERY = """\n{_python_text(request.query)}\n"""']
    lines += [f"VARIABLES = json.loads({json.dumps(request.variables)!r})", ""]
    lines += ['body = json.dumps({"query": QUERY, "variables": VARIABLES})']
    if request.auth_mode == "iam":
        lines += [
            'request = AWSRequest("POST", URL, {"Content-Type": "application/json"}, body)',
            "session = Session()",
            'SigV4Auth(session.get_credentials(), "appsync", os.environ["AWS_REGION"])'
            ".add_auth(request)",
            "headers = dict(request.headers)",
        ]
    else:
        lines += [
            "headers = {",
            '    "Content-Type": "application/json",',
            *(f'    "{name}": os.environ["{value}"],' for name, value in _supplied(request)),
            "}",
        ]
    lines += ["answer = httpx.post(URL, content=body, headers=headers, timeout=30)"]
    lines += ["answer.raise_for_status()", "print(json.dumps(answer.json(), indent=2))"]
    return "\n".join(lines) + "\n"


def _supplied(request: Exported) -> list[tuple[str, str]]:
    """Each header with the environment variable that supplies its value."""
    if request.auth_mode:
        return [_HEADERS[request.auth_mode]]
    return [(name, name.upper().replace("-", "_")) for name in request.headers]


def _body(request: Exported) -> dict[str, Any]:
    body: dict[str, Any] = {"query": request.query.strip()}
    if request.variables:
        body["variables"] = dict(request.variables)
    return body


def _python_text(query: str) -> str:
    return query.strip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')


def _shouts(url: str) -> bool:
    """Whether the scheme is in capitals: the local cloud publishes it so for the JS client."""
    return url.startswith(("HTTP://", "HTTPS://"))
