"""Where two JSON values differ, as paths: the property level of a diff.

Intrinsic functions are leaves. A list whose items carry a name (``Key``, ``indexName``, …) is
matched by that name, other lists as sets of items, so that an inserted item shows as one addition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

_NAMES = (
    "Key",
    "Name",
    "IndexName",
    "indexName",
    "AttributeName",
    "attributeName",
    "PolicyName",
    "Id",
    "Sid",
)
_NO_VALUE = {"Ref": "AWS::NoValue"}


class Missing:
    """The type of ``MISSING``: a property that is not there (JSON null is a value)."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = Missing()


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference; list steps of the path are written ``[name]`` or ``[]``."""

    path: tuple[str, ...]
    before: Any
    after: Any


def differences(before: Any, after: Any) -> tuple[Difference, ...]:
    """All differences between two JSON values, outermost first; empty if they mean the same."""
    if before == after:
        return ()
    return tuple(_walk((), before, after))


def is_intrinsic(value: Any) -> bool:
    """True for an object that CloudFormation evaluates, such as ``{"Ref": …}``."""
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (key,) = value
    return key in {"Ref", "Condition"} or key.startswith("Fn::")


def _walk(path: tuple[str, ...], before: Any, after: Any) -> Iterator[Difference]:
    before = MISSING if before == _NO_VALUE else before
    after = MISSING if after == _NO_VALUE else after
    if before == after or _same_text(before, after) or _same_attribute(before, after):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        if not is_intrinsic(before) and not is_intrinsic(after):
            for key in {**before, **after}:
                inner = (*path, key)
                yield from _walk(inner, before.get(key, MISSING), after.get(key, MISSING))
            return
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(path, before, after)
        return
    yield Difference(path, before, after)


def _lists(path: tuple[str, ...], before: list[Any], after: list[Any]) -> Iterator[Difference]:
    name = _name_of_items(before + after)
    if name:
        old = {item[name]: item for item in before}
        new = {item[name]: item for item in after}
        if len(old) == len(before) and len(new) == len(after):
            found = False
            for key in {**old, **new}:
                for item in _walk(
                    (*path, f"[{key}]"), old.get(key, MISSING), new.get(key, MISSING)
                ):
                    found = True
                    yield item
            # Only the order differs: it counts where AWS reads the list in order, tags it does not.
            if not found and path[-1:] != ("Tags",) and before != after:
                yield Difference(path, before, after)
            return
    if len(before) == len(after):
        for index, (left, right) in enumerate(zip(before, after, strict=True)):
            step = "[]" if len(before) == 1 else f"[{index}]"
            yield from _walk((*path, step), left, right)
        return
    left_over = list(after)
    for item in before:
        if item in left_over:
            left_over.remove(item)
        else:
            yield Difference((*path, "[]"), item, MISSING)
    for item in left_over:
        yield Difference((*path, "[]"), MISSING, item)


def _name_of_items(items: list[Any]) -> str:
    """The key that names every item of a list, empty if there is none."""
    if not items or not all(isinstance(item, dict) for item in items):
        return ""
    for name in _NAMES:
        if all(isinstance(item.get(name), str) for item in items):
            return name
    return ""


def _same_text(before: Any, after: Any) -> bool:
    """CloudFormation gives a template back with ``?`` for every character outside ASCII."""
    return (
        isinstance(before, str)
        and isinstance(after, str)
        and not after.isascii()
        and before == after.encode("ascii", "replace").decode()
    )


def _same_attribute(before: Any, after: Any) -> bool:
    """``Fn::GetAtt`` may be written as ``"A.B"`` or ``["A", "B"]``."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        return False
    left, right = before.get("Fn::GetAtt"), after.get("Fn::GetAtt")
    return left is not None and right is not None and _dotted(left) == _dotted(right)


def _dotted(attribute: Any) -> Any:
    if isinstance(attribute, list) and all(isinstance(part, str) for part in attribute):
        return ".".join(attribute)
    return attribute
