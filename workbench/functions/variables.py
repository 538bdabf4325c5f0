"""A function's environment variables, with secrets masked. Pure.

A secret of Amplify's is not in the variable at all: it is read from Systems Manager when the
function starts, and its path is shown. Others are known by their names, shapes and randomness.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workbench.redaction.secret_shapes import MASK, redact

_AMPLIFY: Final = "AMPLIFY_SSM_ENV_CONFIG"
"""Amplify's variable: which others are secrets, and where their values are."""
_NAMES: Final = re.compile(
    r"secret|token|passw(?:or)?d|passphrase|credential|private|(?:^|_|api)keys?(?:$|_)|salt$|^pass$",
    re.IGNORECASE,
)
_RANDOM: Final = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9+/_=-]{20,}")
_BITS: Final = 3.8
"""Of Shannon's entropy per character: English words have about 3, random base64 above 4."""


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable; a secret's ``value`` is masked.

    ``path`` is where Amplify reads it from when the function starts: a secret or a reference.
    """

    name: str
    value: str
    is_secret: bool = False
    path: str = ""


def variables(given: Mapping[str, str], known: Collection[str] = ()) -> tuple[Variable, ...]:
    """By name; ``known`` are names of resources, which look random and are no secrets."""
    stored = _stored(given.get(_AMPLIFY, ""))
    return tuple(
        stored.get(name) or _variable(name, value, known) for name, value in sorted(given.items())
    )


def _variable(name: str, value: str, known: Collection[str]) -> Variable:
    is_arn = value.startswith("arn:")
    if value and not is_arn and (_NAMES.search(name) or _is_random(value, known)):
        return Variable(name, MASK, True)
    masked = redact(value)
    return Variable(name, masked, masked != value)


def _stored(text: str) -> dict[str, Variable]:
    """What Amplify reads from Systems Manager; a secret has a path that branches share, too."""
    try:
        found: Any = json.loads(text or "{}")
    except ValueError:
        return {}
    return {
        name: Variable(name, MASK, True, f"{each.get('path')}, else {each['sharedPath']}")
        if each.get("sharedPath")
        else Variable(name, "", path=str(each.get("path") or ""))
        for name, each in (found.items() if isinstance(found, dict) else ())
        if isinstance(each, dict)
    }


def _is_random(value: str, known: Collection[str]) -> bool:
    if value in known or not _RANDOM.fullmatch(value):
        return False
    counts = Counter(value).values()
    bits = -sum(count / len(value) * math.log2(count / len(value)) for count in counts)
    return bits >= _BITS
