"""Random templates and contexts: valid ones, broken ones, and ones that grow."""

from __future__ import annotations

import random
from typing import Any

_NAMES = ["ctx", "context", "a", "b", "util", "extensions", "foreach", "velocityCount", "nope"]
_MEMBERS = ["args", "stash", "identity", "claims", "items", "result", "a", "x", "class", "keys"]
_METHODS = "size isEmpty get put add addAll putAll remove keySet entrySet values split replaceAll"
_METHODS += " contains containsKey substring toString length charAt __class__ format hashCode"
_UTILITIES = [
    "isNull",
    "toJson",
    "parseJson",
    "qr",
    "defaultIfNull",
    "isNullOrEmpty",
    "error",
    "unauthorized",
    "authType",
    "validate",
    "appendError",
    "matches",
    "dynamodb.toDynamoDB",
    "dynamodb.toMapValues",
    "dynamodb.toStringSetJson",
    "transform.toDynamoDBFilterExpression",
    "transform.toSubscriptionFilter",
    "time.nowISO8601",
    "time.nowFormatted",
    "time.parseFormattedToEpochMilliSeconds",
    "list.copyAndRemoveAll",
    "nonsense",
    "map.copyAndRetainAllKeys",
    "math.roundNum",
    "str.toReplace",
    "xml.toMap",
    "rds.toJsonObject",
    "http",
    "authRules.queryAuth",
    "authRules.mutationAuth",
    "base64Decode",
    "urlDecode",
    "http.addResponseHeader",
]
_OPERATORS = ["==", "!=", "<", ">", "<=", ">=", "&&", "||", "+", "-", "*", "/", "%", "and", "or"]
_TEXTS = ["", "a", " x ", "{", "}", '{"a":1}', "\n", "#", "$", "##", "#end", "é😀", "(", "\\", "[a"]
_SCALARS: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -3,
    2.5,
    1e300,
    "",
    "a",
    "sub-1",
    "[1]",
    "😀",
    10**30,
]


def random_value(source: random.Random, depth: int = 0) -> Any:
    """A JSON value."""
    choice = source.random()
    if depth > 3 or choice < 0.5:
        return source.choice(_SCALARS)
    members = range(source.randrange(4))
    if choice < 0.75:
        return [random_value(source, depth + 1) for _ in members]
    return {source.choice(_MEMBERS): random_value(source, depth + 1) for _ in members}


def random_context(source: random.Random) -> dict[str, Any]:
    """A field's context."""
    arguments = random_value(source)
    return {
        "arguments": arguments,
        "args": arguments,
        "identity": random_value(source),
        "source": random_value(source),
        "info": random_value(source),
        "stash": {"x": random_value(source)},
        "prev": {"result": random_value(source)},
        "result": random_value(source),
        "error": None,
    }


def random_template(source: random.Random) -> str:
    """A template; some are cut or spliced so that they don't parse."""
    text = "".join(_piece(source, 0) for _ in range(source.randrange(1, 6)))
    if source.random() < 0.2:
        cut = source.randrange(len(text) + 1)
        text = text[:cut] + source.choice(_TEXTS) + text[cut + source.randrange(3) :]
    return text


def _reference(source: random.Random, depth: int) -> str:
    if source.random() < 0.35:
        name = source.choice(_UTILITIES)
        return f"$util.{name}({_arguments(source, depth)})"
    text = source.choice(_NAMES)
    for _ in range(source.randrange(4)):
        choice = source.random()
        if choice < 0.5:
            text += f".{source.choice(_MEMBERS)}"
        elif choice < 0.8:
            text += f".{source.choice(_METHODS.split())}({_arguments(source, depth)})"
        else:
            text += f"[{_expression(source, depth + 1)}]"
    if source.random() < 0.2:
        return f"${source.choice(['', '!'])}{{{text}}}"
    return f"${source.choice(['', '', '!'])}{text}"


def _arguments(source: random.Random, depth: int) -> str:
    return ", ".join(_expression(source, depth + 1) for _ in range(source.randrange(4)))


def _expression(source: random.Random, depth: int) -> str:
    choice = source.random()
    if depth > 3 or choice < 0.35:
        return _reference(source, depth + 1) if depth < 6 else "$a"
    if choice < 0.5:
        return source.choice(
            ["true", "false", "null", "1", "-2", "3.5", "'q'", "0", "1e5", "[1..9]"]
        )
    if choice < 0.65:
        return f'"{source.choice(_TEXTS)}{_reference(source, depth + 1)}{source.choice(_TEXTS)}"'
    if choice < 0.72:
        return f"[{_arguments(source, depth)}]"
    if choice < 0.8:
        return f'{{"k": {_expression(source, depth + 1)}}}'
    if choice < 0.85:
        return f"!{_expression(source, depth + 1)}"
    left, right = _expression(source, depth + 1), _expression(source, depth + 1)
    return f"({left} {source.choice(_OPERATORS)} {right})"


def _piece(source: random.Random, depth: int) -> str:
    choice = source.random()
    if depth > 3 or choice < 0.25:
        return source.choice(_TEXTS)
    inner = "".join(_piece(source, depth + 1) for _ in range(source.randrange(3)))
    expression = _expression(source, depth)
    name = source.choice("ab")
    if choice < 0.45:
        return _reference(source, depth)
    if choice < 0.6:
        return f"#set(${name} = {expression})"
    if choice < 0.65:
        return f"#set($ctx.stash.{source.choice(_MEMBERS)} = {expression})"
    if choice < 0.8:
        return f"#if({expression}){inner}#else{{{inner}#end"
    if choice < 0.92:
        return f"#foreach(${name} in {expression}){inner}#end"
    return source.choice(
        [f"#return({expression})", "#return\n", "#break", "#stop", "#define($a)x#end"]
    )
