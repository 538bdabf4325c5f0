"""``$util``: texts for URLs, base64 and JavaScript."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from workbench.localcloud.appsync.vtl.render_state import RenderError
from workbench.localcloud.appsync.vtl.utilities.arguments import text

_ESCAPES = {
    "'": "\\'",
    '"': '\\"',
    "\\": "\\\\",
    "/": "\\/",
    "\b": "\\b",
    "\n": "\\n",
    "\t": "\\t",
    "\f": "\\f",
    "\r": "\\r",
}


def escape_javascript(value: Any) -> str:
    """The text as it stands inside a JavaScript string."""
    return "".join(_escaped(character) for character in text(value))


def _escaped(character: str) -> str:
    known = _ESCAPES.get(character)
    if known is not None:
        return known
    if " " <= character <= "~":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at] << 8 | units[at + 1]:04X}" for at in range(0, len(units), 2))


def url_encode(value: Any) -> str:
    """As an HTML form encodes it: a blank is ``+``."""
    return quote_plus(text(value), safe="*").replace("~", "%7E")


def base64_decode(value: Any) -> str:
    """The text in base64, as UTF-8; RenderError for what is none."""
    try:
        return base64.b64decode(text(value), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise RenderError("was given no text in base64") from None


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "escapeJavaScript": escape_javascript,
    "urlEncode": url_encode,
    "urlDecode": lambda value: unquote_plus(text(value)),
    "base64Encode": lambda value: base64.b64encode(text(value).encode()).decode(),
    "base64Decode": base64_decode,
}
