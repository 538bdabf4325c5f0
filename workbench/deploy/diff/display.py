"""Property values as short display texts, intrinsics readable and secrets hidden."""

from __future__ import annotations

import json
import re
from typing import Any

from workbench.deploy.assembly.json_diff import Missing, is_intrinsic
from workbench.redaction.secret_shapes import redact

WIDTH = 72
HIDDEN = "•••"
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_SECRET = frozenset(
    {"password", "passwd", "secret", "secrets", "token", "passphrase", "credential"}
)
_SECRET_PAIRS = frozenset({"privatekey", "apikey", "keymaterial", "accesskey", "signingkey"})
_OPEN = ("servicetoken", "tokenvalidity", "validity", "arn", "name", "settings", "tokenkey")
_HASH = re.compile(r"([0-9a-f]{8})[0-9a-f]{56}")
_LOCATION = re.compile(r"(?:s3://|https://)\S*/(?=[0-9a-f]{8}…)")


def is_secret_name(name: str) -> bool:
    """True if a property of this name probably holds a secret.

    ``ServiceToken``, ``AccessTokenValidity`` or ``SecretArn`` name no secret value.
    """
    words = [word.lower() for word in _WORD.findall(name)]
    joined = "".join(words)
    if joined.endswith(_OPEN) or "generatesecret" in joined or "tokenvalidity" in joined:
        return False
    return bool(_SECRET & set(words)) or any(pair in joined for pair in _SECRET_PAIRS)


def show(path: tuple[str, ...], value: Any) -> str | None:
    """A value at a property path for display, at most ``WIDTH`` characters; None if missing."""
    if isinstance(value, Missing):
        return None
    if any(is_secret_name(step) for step in path):
        return HIDDEN
    text = _text(_hide(value))
    text = _LOCATION.sub("", _HASH.sub(r"\1…", text))
    text = redact(" ".join(text.split()))
    # The middle goes: what tells one ARN from the next stands at its end.
    return text if len(text) <= WIDTH else f"{text[: WIDTH // 3]}…{text[1 - WIDTH * 2 // 3 :]}"


def dotted(path: tuple[str, ...]) -> str:
    """A property path for display: ``Environment.Variables.MOOD``, ``Tags[created-by].Value``."""
    return ".".join(path).replace(".[", "[")


def _hide(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: HIDDEN if is_secret_name(key) else _hide(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_hide(item) for item in value]
    return value


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if is_intrinsic(value):
        return _intrinsic(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_text(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_text(item) for item in value) + "]"
    return json.dumps(value)


def _intrinsic(value: dict[str, Any]) -> str:
    ((function, argument),) = value.items()
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        return f"${{{argument if isinstance(argument, str) else '.'.join(map(_text, argument))}}}"
    if function == "Fn::Sub":
        return argument if isinstance(argument, str) else _substituted(*argument)
    if function == "Fn::Join" and isinstance(argument, list) and isinstance(argument[1], list):
        return str(argument[0]).join(_text(item) for item in argument[1])
    return f"{function.removeprefix('Fn::')}({_text(argument)})"


def _substituted(template: str, variables: dict[str, Any]) -> str:
    for name, value in variables.items():
        template = template.replace(f"${{{name}}}", _text(value))
    return template
