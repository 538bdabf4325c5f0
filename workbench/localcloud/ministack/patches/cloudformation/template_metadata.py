"""GetTemplateSummary: ministack leaves out ``Metadata``; AWS returns the template's, as JSON text.

``ampx generate outputs`` reads from it which construct wrote which stack output.
"""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from ministack.services.cloudformation import engine, handlers, helpers

_END = b"</GetTemplateSummaryResult>"


def install() -> None:
    """Add the section to the answer."""
    original = handlers._ACTION_HANDLERS["GetTemplateSummary"]

    def handle(params: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        status, headers, body = original(params)
        metadata = _metadata(params) if status == 200 else None
        if metadata:
            text = f"<Metadata>{escape(json.dumps(metadata))}</Metadata>".encode()
            body = body.replace(_END, text + _END)
        return status, headers, body

    handlers._ACTION_HANDLERS["GetTemplateSummary"] = handle


def _metadata(params: dict[str, Any]) -> object:
    name = helpers._p(params, "StackName")
    stack = handlers._resolve_stack(name) if name else None
    if stack:
        template = stack.get("_template")
    else:
        body, error = helpers._resolve_template(params)
        template = engine._parse_template(body) if body and error is None else None
    return (template or {}).get("Metadata")
