"""Java's regular expressions in Python's: the differences that templates may meet."""

from __future__ import annotations

import re
from functools import lru_cache

from workbench.localcloud.appsync.vtl.brief import lengthy
from workbench.localcloud.appsync.vtl.render_state import RenderError

_CLASSES = {
    "Lower": "a-z",
    "Upper": "A-Z",
    "ASCII": r"\x00-\x7F",
    "Alpha": "a-zA-Z",
    "Digit": "0-9",
    "Alnum": "a-zA-Z0-9",
    "Punct": r"!-/:-@\[-`{-~",
    "Graph": "!-~",
    "Print": " -~",
    "Blank": r" \t",
    "Cntrl": r"\x00-\x1F\x7F",
    "XDigit": "0-9a-fA-F",
    "Space": r" \t\n\x0B\f\r",
    "L": r"^\W\d_",
    "Lu": "A-Z",
    "Ll": "a-z",
    "N": r"\d",
    "Nd": r"\d",
}

_TOKEN = re.compile(r"\\Q(?P<quoted>.*?)(?:\\E|$)|\\(?P<escaped>[pP]\{\w+\}|.)|(?P<plain>.)", re.S)


_STEPS = 200_000
"""Steps of Python's matcher that take some milliseconds."""

_QUANTIFIER = re.compile(r"[*+?{]")
_NO_QUANTIFIER = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]", re.S)
_RISKY = re.compile(r"\)[*+?{]|\\[1-9kQ]|\(\?[=!<]")
_LONG_PATTERN = 500


@lru_cache(maxsize=512)
def _power(pattern: str) -> int | None:
    """How often a match may start over on the text's length, at most; None if unbounded.

    A repeated group may hold what repeats itself; each quantifier outside of one costs at most the
    text's length once more.
    """
    if len(pattern) > _LONG_PATTERN or _RISKY.search(pattern):
        return None
    return len(_QUANTIFIER.findall(_NO_QUANTIFIER.sub("", pattern))) + pattern.count("|")


def pattern_for(pattern: str, text: str) -> re.Pattern[str]:
    """The pattern compiled, to be run over the text; see :mod:`.brief` for what may take long."""
    power = _power(pattern)
    if power is None or power > 8 or (len(text) + 1) ** (power + 1) * len(pattern) > _STEPS:
        lengthy()
    return compile_pattern(pattern)


@lru_cache(maxsize=512)
def compile_pattern(pattern: str) -> re.Pattern[str]:
    """The pattern as Python's; RenderError for an invalid or unsupported pattern."""
    written: list[str] = []
    in_class = 0
    for token in _TOKEN.finditer(pattern):
        quoted, escaped, plain = token["quoted"], token["escaped"], token["plain"]
        if quoted is not None:
            written.append(re.escape(quoted))
        elif escaped is not None:
            written.append(_escape(escaped, in_class > 0))
        else:
            in_class += _class_step(plain, in_class, written)
            written.append(plain)
    text = "".join(written).replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!")
    try:
        return re.compile(text, re.ASCII if r"\p{L" not in pattern else 0)
    except (re.error, OverflowError) as problem:
        raise RenderError(f"not a regular expression: {pattern} ({problem})") from None


def _class_step(character: str, in_class: int, written: list[str]) -> int:
    if character == "[" and in_class:
        raise RenderError("character classes inside character classes are not supported locally")
    if character == "[":
        return 1
    if character == "]" and in_class and written[-1:] not in (["["], ["^"]):
        return -1
    return 0


def _escape(escaped: str, in_class: bool) -> str:
    if escaped[0] in "pP" and len(escaped) > 1:
        members = _CLASSES.get(escaped[2:-1].removeprefix("Is"))
        if members is None or (in_class and (escaped[0] == "P" or members[0] == "^")):
            raise RenderError(f"\\{escaped} is not supported locally in a regular expression")
        if in_class:
            return members
        if escaped[0] == "P":
            return f"[{members[1:]}]" if members[0] == "^" else f"[^{members}]"
        return f"[{members}]"
    return {"z": r"\Z", "Z": r"(?=\n?\Z)", "h": r"[ \t\xA0]", "R": r"(?:\r\n|[\n\r])"}.get(
        escaped, f"\\{escaped}"
    )


def replacement(text: str) -> str:
    """Java's replacement text in Python's: ``$1`` and ``${name}`` name groups."""
    written: list[str] = []
    rest = iter(re.findall(r"\\.|\$\d|\$\{\w+\}|.", text, re.S))
    for token in rest:
        if len(token) > 1 and token[0] == "$":
            written.append(f"\\g<{token[1:].strip('{}')}>")
        elif len(token) > 1:
            written.append(re.sub(r"\\", r"\\\\", token[1:]))
        elif token in ("$", "\\"):
            raise RenderError(f"not a replacement text: {text}")
        else:
            written.append(token)
    return "".join(written)
