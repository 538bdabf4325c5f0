"""The methods of Java's strings, booleans and numbers, by what their arguments are.

Each entry: a name and its argument kinds (``S`` string, ``I`` whole number, ``N`` number, ``O``
anything), the function that gets the value and the arguments.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from workbench.localcloud.appsync.java import utf16
from workbench.localcloud.appsync.java.regex import pattern_for, replacement
from workbench.localcloud.appsync.vtl.render_state import MOST_CHARACTERS, RenderError
from workbench.localcloud.appsync.vtl.values import equal_values, to_text

Methods = dict[tuple[str, str], Callable[..., Any]]


def _substring(text: str, start: int, end: int | None = None) -> str:
    length = utf16.length(text)
    last = length if end is None else end
    if start < 0 or last > length or start > last:
        raise RenderError(f"substring({start}, {last}) is outside of a string of {length}")
    return utf16.part(text, start, last)


def _char_at(text: str, index: int) -> str:
    return _substring(text, index, index + 1)


def _split(text: str, pattern: str, limit: int = 0) -> list[str]:
    """``String.split``: no empty text first where the match is empty, none last without a limit."""
    if not pattern and limit <= 0:
        return [*utf16.units(text), *([""] if limit < 0 else [])] if text else [""]
    found: list[str] = []
    start = 0
    for match in pattern_for(pattern, text).finditer(text):
        if match.end() == 0 or (match.start() == match.end() == len(text)):
            continue
        if limit > 0 and len(found) == limit - 1:
            break
        found.append(text[start : match.start()])
        start = match.end()
    found.append(text[start:])
    if limit == 0 and len(found) > 1:
        while found and not found[-1]:
            found.pop()
    return found


def _replace(text: str, old: str, new: str) -> str:
    if len(text) + text.count(old) * len(new) > MOST_CHARACTERS:
        raise RenderError("the template makes texts longer than 5 MB")
    if not old:
        return new.join(["", *utf16.units(text), ""])
    return text.replace(old, new)


def _replace_matches(text: str, pattern: str, new: str, count: int = 0) -> str:
    if (len(text) + 1) * (len(new) + 1) > 8 * MOST_CHARACTERS:
        raise RenderError("the template makes texts longer than 5 MB")
    try:
        return pattern_for(pattern, text).sub(replacement(new), text, count)
    except IndexError as problem:
        raise RenderError(f"replaceAll: {problem}") from None


def _repeat(text: str, times: int) -> str:
    if times < 0 or len(text) * times > MOST_CHARACTERS:
        raise RenderError("repeat: the text would be longer than 5 MB, or the count is negative")
    return text * times


def _hash(text: str) -> int:
    code = 0
    for unit in utf16.codes(text):
        code = (31 * code + unit) & 0xFFFFFFFF
    return code - 0x100000000 if code & 0x80000000 else code


def _compare(left: str, right: str) -> int:
    """``compareTo``: a difference, as Java gives it for strings."""
    for one, other in zip(utf16.codes(left), utf16.codes(right), strict=False):
        if one != other:
            return one - other
    return utf16.length(left) - utf16.length(right)


def _index_of(text: str, part: str, start: int = 0) -> int:
    return utf16.unit_at(text, text.find(part, utf16.character_at(text, start)))


def _starts_with(text: str, start: str, at: int) -> bool:
    return at >= 0 and text.startswith(start, utf16.character_at(text, at))


def _whole(text: str) -> int:
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 1000:
        raise RenderError(f'not a whole number: "{text[:80]}"')
    return int(text)


def _double(text: str) -> float:
    try:
        return float(text.strip().rstrip("dDfF") if "_" not in text else "x")
    except ValueError:
        raise RenderError(f'not a number: "{text[:80]}"') from None


def _order(left: float, right: float) -> int:
    return (left > right) - (left < right)


def _truncated(value: float) -> int:
    if not math.isfinite(value):
        raise RenderError("not a finite number")
    return int(value)


STRING_METHODS: Methods = {
    ("length", ""): utf16.length,
    ("isEmpty", ""): lambda text: not text,
    ("isBlank", ""): lambda text: not text.strip(),
    ("trim", ""): lambda text: text.strip("".join(map(chr, range(33)))),
    ("strip", ""): str.strip,
    ("toString", ""): str,
    ("intern", ""): str,
    ("toUpperCase", ""): str.upper,
    ("toLowerCase", ""): str.lower,
    ("hashCode", ""): _hash,
    ("toCharArray", ""): utf16.units,
    ("substring", "I"): _substring,
    ("substring", "II"): _substring,
    ("subSequence", "II"): _substring,
    ("charAt", "I"): _char_at,
    ("split", "S"): _split,
    ("split", "SI"): _split,
    ("replace", "SS"): _replace,
    ("replaceAll", "SS"): _replace_matches,
    ("replaceFirst", "SS"): lambda text, old, new: _replace_matches(text, old, new, 1),
    ("matches", "S"): lambda text, pattern: bool(pattern_for(pattern, text).fullmatch(text)),
    ("startsWith", "S"): str.startswith,
    ("startsWith", "SI"): _starts_with,
    ("endsWith", "S"): str.endswith,
    ("contains", "S"): str.__contains__,
    ("indexOf", "S"): _index_of,
    ("indexOf", "SI"): _index_of,
    ("lastIndexOf", "S"): lambda text, part: utf16.unit_at(text, text.rfind(part)),
    ("concat", "S"): lambda text, other: utf16.joined(text + other),
    ("repeat", "I"): _repeat,
    ("equals", "O"): equal_values,
    ("equalsIgnoreCase", "O"): lambda text, other: (
        isinstance(other, str) and text.casefold() == other.casefold()
    ),
    ("compareTo", "S"): _compare,
    ("compareToIgnoreCase", "S"): lambda text, other: _compare(text.lower(), other.lower()),
    ("contentEquals", "S"): equal_values,
    ("valueOf", "O"): lambda text, other: to_text(other),
}

BOOLEAN_METHODS: Methods = {
    ("toString", ""): to_text,
    ("booleanValue", ""): bool,
    ("equals", "O"): equal_values,
    ("hashCode", ""): lambda value: 1231 if value else 1237,
    ("parseBoolean", "S"): lambda value, text: text.lower() == "true",
    ("valueOf", "S"): lambda value, text: text.lower() == "true",
}

NUMBER_METHODS: Methods = {
    ("toString", ""): to_text,
    ("intValue", ""): _truncated,
    ("longValue", ""): _truncated,
    ("doubleValue", ""): float,
    ("floatValue", ""): float,
    ("equals", "O"): equal_values,
    ("compareTo", "N"): _order,
    ("isNaN", ""): math.isnan,
    ("hashCode", ""): _truncated,
}

INTEGER_METHODS: Methods = NUMBER_METHODS | {
    ("parseInt", "S"): lambda value, text: _whole(text),
    ("parseLong", "S"): lambda value, text: _whole(text),
    ("valueOf", "S"): lambda value, text: _whole(text),
    ("valueOf", "I"): lambda value, other: other,
    ("toString", "I"): lambda value, other: to_text(other),
    ("max", "II"): lambda value, one, other: max(one, other),
    ("min", "II"): lambda value, one, other: min(one, other),
}

DOUBLE_METHODS: Methods = NUMBER_METHODS | {
    ("parseDouble", "S"): lambda value, text: _double(text),
    ("valueOf", "S"): lambda value, text: _double(text),
    ("toString", "N"): lambda value, other: to_text(other),
    ("max", "NN"): lambda value, one, other: float(max(one, other)),
    ("min", "NN"): lambda value, one, other: float(min(one, other)),
}
