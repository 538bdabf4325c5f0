"""``$util.str``."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.vtl.state import MOST_CHARACTERS, Failure
from workbench.localcloud.appsync.vtl.utilities.arguments import text


def _replace(value: Any, old: Any, new: Any) -> str:
    whole, part, other = text(value), text(old), text(new)
    if len(whole) + whole.count(part) * len(other) > MOST_CHARACTERS:
        raise Failure("would make a text longer than 5 MB")
    return whole.replace(part, other)


def _normalize(value: Any, form: Any) -> str:
    name = text(form).upper()
    if name not in ("NFC", "NFD", "NFKC", "NFKD"):
        raise Failure("takes one of nfc, nfd, nfkc, nfkd")
    return unicodedata.normalize(name, text(value))  # type: ignore[arg-type]


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toUpper": lambda value: text(value).upper(),
    "toLower": lambda value: text(value).lower(),
    "toReplace": _replace,
    "normalize": _normalize,
}
