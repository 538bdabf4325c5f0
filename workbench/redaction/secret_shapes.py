"""Masks secrets in texts that AWS or user code wrote, by their shapes and names.

``workbench.redaction.redactor`` adds the values that a sandbox knows, and masks whole events.
"""

from __future__ import annotations

import re

MASK = "•••"
_WHOLE = re.compile(
    r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"  # access key ids
    r"|\bda2-[a-z0-9]{26}\b"  # AppSync API keys
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"  # JSON web tokens
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
)
_NAMED = re.compile(
    r"""(?ix)
    (?P<name>["']?(?<![:\w])[\w.-]*(?:password|passwd|secret|client_?secret|private_?key|secret_?string
        |access_?key|session_?token|api_?key|auth_?token|credential)s?\b["']?
        \s*(?:=|:)\s*)
    (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;}\])'"]+)
    """
)
_URL_LOGIN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)[^/\s:@]+:[^/\s@]+@", re.IGNORECASE)


def redact(text: str) -> str:
    """Return the text with access keys, tokens, passwords and named secrets masked.

    Recognises them by shape (AWS keys, AppSync API keys, JWTs, private keys, logins in URLs) or by
    the name before ``=`` or ``:``. ARNs and words such as ``SecretsManager`` stay.
    """
    masked = _URL_LOGIN.sub(rf"\g<scheme>{MASK}@", _WHOLE.sub(MASK, text))
    return _NAMED.sub(_mask_value, masked)


def _mask_value(match: re.Match[str]) -> str:
    value = match["value"]
    quote = value[0] if value[0] in "\"'" else ""
    return f"{match['name']}{quote}{MASK}{quote}"
