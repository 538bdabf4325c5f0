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
# No pattern begins with a repetition: a function may print megabytes without a space, and a search
# that tries each character as a beginning would never end.
_NAMED = re.compile(
    r"""(?ix)
    (?P<name>(?:password|passwd|secret|client_?secret|private_?key|secret_?string
        |access_?key|session_?token|api_?key|auth_?token|credential)s?\b["']?
        \s*(?:=|:)\s*)
    (?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;}\])'"]+)
    """
)
_URL_LOGIN = re.compile(r"(?<=[a-zA-Z0-9+.-])://[^/\s:@]+:[^/\s@]+@")


def redact(text: str) -> str:
    """Return the text with access keys, tokens, passwords and named secrets masked.

    Recognises them by shape (AWS keys, AppSync API keys, JWTs, private keys, logins in URLs) or by
    the name before ``=`` or ``:``. ARNs and words such as ``SecretsManager`` stay.
    """
    masked = _URL_LOGIN.sub(f"://{MASK}@", _WHOLE.sub(MASK, text))
    return _mask_named(masked)


def _mask_named(text: str) -> str:
    parts, at, begin = [], 0, 0
    while match := _NAMED.search(text, begin):
        begin = match.end("name")
        if not _is_part_of_an_arn(text, match.start()):
            quote = text[begin] if text[begin] in "\"'" else ""
            parts.append(f"{text[at:begin]}{quote}{MASK}{quote}")
            at = begin = match.end()
    return "".join((*parts, text[at:]))


def _is_part_of_an_arn(text: str, at: int) -> bool:
    """Whether the word that goes on here begins after a colon, as in ``…:secret:name``."""
    while at and (text[at - 1].isalnum() or text[at - 1] == "_"):
        at -= 1
    return text[at - 1 : at] == ":"
