"""Values of properties: ministack hands "false" to a service as a true value, AWS reads its type.

A parameter, a mapping or ``Fn::Join`` gives text. CloudFormation makes a boolean or a number of it
where the resource's schema has one; what does not fit fails the resource. A function's environment
and a parameter's value are text, whatever the template has. The types come from the
CloudFormation registry's schemas, for the services that backends use
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-type-schemas.html).
"""

from __future__ import annotations

import functools
import json
import re
from pathlib import Path
from typing import Any

from ministack.services.cloudformation import stacks

from workbench.localcloud.ministack.patches.cloudformation.template_text import text_of

_FILE = Path(__file__).with_name("property_types.json")
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")
_EACH = "*"
Types = dict[str, Any]


def install() -> None:
    """Read the values on their way to the services."""
    tagged = stacks._with_stack_tags

    def with_stack_tags(resource_type: str, props: Any, *others: Any) -> Any:
        try:
            return typed(resource_type, tagged(resource_type, props, *others))
        except TypeError as unfit:
            raise ValueError(
                f"Properties validation failed for resource {others[-1]} with message:\n[{unfit}]"
            ) from None

    stacks._with_stack_tags = with_stack_tags


def typed(resource_type: str, properties: Any) -> Any:
    """The properties as CloudFormation reads them; a TypeError names what does not fit."""
    types = _types().get(resource_type)
    return _read(properties, types, ()) if types else properties


def _read(value: Any, types: Any, path: tuple[str, ...]) -> Any:
    if isinstance(types, str):
        if types == "text":
            return text_of(value)
        return _read_text(value, types, path) if isinstance(value, str) else value
    if isinstance(value, dict):
        return {
            name: _read(each, types[key], (*path, name))
            if (key := name if name in types else _EACH) in types
            else each
            for name, each in value.items()
        }
    if isinstance(value, list) and _EACH in types:
        return [_read(each, types[_EACH], (*path, str(at))) for at, each in enumerate(value)]
    return value


def _read_text(text: str, kind: str, path: tuple[str, ...]) -> bool | int | float:
    if kind == "boolean" and text.lower() in {"true", "false"}:
        return text.lower() == "true"
    if kind == "number" and _NUMBER.fullmatch(text):
        number = float(text)
        return int(number) if number.is_integer() else number
    expected = "Boolean" if kind == "boolean" else "Number"
    raise TypeError(f"#/{'/'.join(path)}: expected type: {expected}, found: String")


@functools.cache
def _types() -> Types:
    """By resource type: the types of its properties, nested as the properties are."""
    known: Types = {}
    for resource_type, kinds in json.loads(_FILE.read_text("utf-8")).items():
        root = known.setdefault(resource_type, {})
        for kind, paths in kinds.items():
            for path in paths:
                *above, last = path.split(".")
                place = root
                for name in above:
                    place = place.setdefault(name, {})
                place[last] = kind
    return known
