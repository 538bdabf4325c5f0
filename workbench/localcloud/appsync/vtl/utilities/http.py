"""``$util.http``."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.vtl.render_state import RenderError, RenderState
from workbench.localcloud.appsync.vtl.utilities.arguments import mapping, text
from workbench.localcloud.appsync.vtl.values import to_text

_RESTRICTED = frozenset(
    [
        "transfer-encoding",
        "connection",
        "host",
        "expect",
        "keep-alive",
        "upgrade",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "content-length",
        "date",
        "via",
    ]
)
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
MOST_HEADER_CHARACTERS = 4096
"""All headers of a response together: AppSync's 4 KB."""


def copy_headers(headers: Any) -> dict[str, Any]:
    """The headers without those of one hop, to forward them."""
    return {
        name: value
        for name, value in mapping(headers).items()
        if str(name).lower() not in _RESTRICTED
    }


def add_response_header(state: RenderState, name: Any, value: Any) -> str:
    """A header of the operation's response; RenderError for names that AppSync refuses."""
    header, content = text(name), to_text(value)
    lower = header.lower()
    if not _NAME.fullmatch(header) or lower.startswith(("x-amzn-", "x-amz-")):
        raise RenderError(f'"{header[:80]}" can\'t be a response header')
    if lower in _RESTRICTED or "\n" in content or "\r" in content:
        raise RenderError(f'"{header[:80]}" can\'t be a response header of this value')
    headers = state.effects.response_headers
    if any(lower == known.lower() for known in headers):
        raise RenderError(f'the response header "{header}" is set already')
    used = sum(len(known) + len(each) for known, each in headers.items())
    if used + len(header) + len(content) > MOST_HEADER_CHARACTERS:
        raise RenderError("all response headers together can't be larger than 4 KB")
    headers[header] = content
    return ""


def add_response_headers(state: RenderState, headers: Any) -> str:
    """Several headers at once."""
    for name, value in mapping(headers).items():
        add_response_header(state, name, value)
    return ""


FUNCTIONS: Mapping[str, Callable[..., Any]] = {"copyHeaders": copy_headers}

STATE_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "addResponseHeader": add_response_header,
    "addResponseHeaders": add_response_headers,
}
