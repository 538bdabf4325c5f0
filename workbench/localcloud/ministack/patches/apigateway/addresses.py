"""API addresses: ministack's don't resolve everywhere; stack outputs get ones that answer here.

Templates build ``https://<id>.execute-api.<region>.amazonaws.com`` themselves, and ministack gives
HTTP APIs ``<id>.execute-api.localhost``, which not every system resolves. Its server answers for
each API below ``/_aws/execute-api/<id>`` too, so that is the address they get.
"""

from __future__ import annotations

import os
import re
from typing import Any

_ADDRESS = re.compile(
    r"(?P<scheme>https?|wss?)://(?P<id>[a-z0-9]+)\.execute-api\."
    r"(?:[a-z0-9-]+\.amazonaws\.com(?:\.cn)?|localhost:\d+)(?![\w.-])"
)


def install() -> None:
    """Correct the values of every stack's outputs, also those that a nested stack hands up."""
    from ministack.services.cloudformation import stacks

    resolve = stacks._resolve_stack_outputs

    def resolve_stack_outputs(*arguments: Any, **named: Any) -> Any:
        outputs, exports = resolve(*arguments, **named)
        for output in outputs:
            output["OutputValue"] = reachable(output["OutputValue"])
        for export in exports.values():
            export["Value"] = reachable(export["Value"])
        return outputs, exports

    stacks._resolve_stack_outputs = resolve_stack_outputs


def reachable(text: str) -> str:
    """``text`` with the addresses of the APIs that this server has replaced; others stay."""
    return _ADDRESS.sub(_here, text)


def _here(match: re.Match[str]) -> str:
    from ministack.services import apigateway, apigateway_v1

    api = match["id"]
    if apigateway.find_api_scope(api) is None and apigateway_v1.find_api_scope(api) is None:
        return match[0]
    scheme = "ws" if match["scheme"].startswith("ws") else "http"
    port = os.environ.get("GATEWAY_PORT", "4566")
    return f"{scheme}://127.0.0.1:{port}/_aws/execute-api/{api}"
