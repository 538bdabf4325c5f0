"""Which resources, attributes, parameters and conditions a JSON value refers to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{([^!{}][^{}]*)\}")


def references(value: Any) -> frozenset[str]:
    """The tokens of all references in ``value``, through every intrinsic.

    ``Name`` for Ref, ``Name.Attribute`` for GetAtt, ``if:Name`` for a condition. A Sub counts as
    both of the former; its own variables and pseudo parameters are left out.
    """
    return frozenset(_tokens(value))


def touches(tokens: frozenset[str], moved: set[str]) -> bool:
    """True if one of ``tokens`` refers to something in ``moved``.

    ``Name`` in ``moved`` stands for the resource with all its attributes.
    """
    return any(token in moved or token.partition(".")[0] in moved for token in tokens)


def _tokens(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _tokens(item)
        return
    if not isinstance(value, dict):
        return
    if len(value) == 1:
        ((function, argument),) = value.items()
        if function == "Ref" and isinstance(argument, str):
            if not argument.startswith("AWS::"):
                yield argument
            return
        if function == "Fn::GetAtt":
            if isinstance(argument, str):
                yield argument
            elif isinstance(argument, list) and argument and isinstance(argument[0], str):
                attribute = argument[1] if isinstance(argument[1], str) else ""
                yield f"{argument[0]}.{attribute}" if attribute else argument[0]
            return
        if function == "Fn::Sub":
            text, variables = argument if isinstance(argument, list) else (argument, {})
            yield from _tokens(list(variables.values()))
            for name in _PLACEHOLDER.findall(text):
                if name not in variables and not name.startswith("AWS::"):
                    yield name
            return
        if function == "Condition" and isinstance(argument, str):
            yield f"if:{argument}"
            return
        if function == "Fn::If" and isinstance(argument, list):
            yield f"if:{argument[0]}"
    for item in value.values():
        yield from _tokens(item)
