"""Conditions of a statement: operators, sets, absent keys.

Source: "IAM JSON policy elements: Condition operators", and "Set operators for multivalued context
keys", IAM user guide.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from workbench.localcloud.iam.wildcards import Lookup, Parts, Pattern, is_like

_Compare = Callable[[str, Parts], bool]

_ARN_PARTS = 6


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of one operator; all of a statement's must hold."""

    key: str
    compare: _Compare | None
    values: tuple[Pattern, ...]
    negated: bool = False
    if_exists: bool = False
    over: Literal["", "all", "any"] = ""

    def holds(self, lookup: Lookup) -> bool:
        """Whether it holds in a request; raises UnresolvedVariableError."""
        found = lookup(self.key)
        if self.compare is None:
            return (found is None) == (self.values[0].text.lower() == "true")
        actual = () if found is None else (found,) if isinstance(found, str) else tuple(found)
        if not actual:
            return self.if_exists or self.over == "all" or (self.negated and self.over != "any")
        fits = [self._fits(value, lookup) for value in actual]
        if self.over == "any":
            return any(fits)
        # A key with many values under an operator for one: as AWS, any of them, or for a
        # negated operator none.
        return all(fits) if self.over == "all" or self.negated else any(fits)

    def _fits(self, value: str, lookup: Lookup) -> bool:
        compare = self.compare
        assert compare is not None
        if compare is is_like:
            return any(each.matches(value, lookup) for each in self.values) is not self.negated
        wanted = [each.parts(lookup) for each in self.values]
        return any(compare(value, each) for each in wanted) is not self.negated


def conditions_of(element: Any, *, variables: bool) -> tuple[Condition, ...] | None:
    """The conditions of a statement's ``Condition``; None for one that can never hold."""
    found: list[Condition] = []
    if element is not None and not isinstance(element, Mapping):
        return None
    for operator, keys in (element or {}).items():
        if not isinstance(keys, Mapping):
            return None
        for key, values in keys.items():
            one = _condition(str(operator), str(key), values, variables=variables)
            if one is None:
                return None
            found.append(one)
    return tuple(found)


def _condition(operator: str, key: str, values: Any, *, variables: bool) -> Condition | None:
    name = operator.lower()
    over: Literal["", "all", "any"] = ""
    if name.startswith("forallvalues:"):
        over, name = "all", name.removeprefix("forallvalues:")
    elif name.startswith("foranyvalue:"):
        over, name = "any", name.removeprefix("foranyvalue:")
    texts = [_text(value) for value in (values if isinstance(values, list) else [values])]
    patterns = tuple(Pattern(text, variables=variables) for text in texts)
    if name == "null":
        return Condition(key.lower(), None, patterns) if patterns else None
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    compare, negated = _OPERATORS.get(name, (None, False))
    if compare is None:
        return None
    return Condition(key.lower(), compare, patterns, negated, if_exists, over)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _joined(wanted: Parts) -> str:
    return "".join(text for text, _ in wanted)


def _equals(value: str, wanted: Parts) -> bool:
    return value == _joined(wanted)


def _equals_in_any_case(value: str, wanted: Parts) -> bool:
    return value.lower() == _joined(wanted).lower()


def _is_arn_like(value: str, wanted: Parts) -> bool:
    """Each of the six parts of an ARN is compared by itself."""
    given = value.split(":", _ARN_PARTS - 1)
    parts: list[list[tuple[str, bool]]] = [[]]
    for text, with_wildcards in wanted:
        first, *rest = text.split(":", _ARN_PARTS - len(parts))
        parts[-1].append((first, with_wildcards))
        parts += [[(each, with_wildcards)] for each in rest]
    if len(given) != _ARN_PARTS or len(parts) != _ARN_PARTS:
        # The one pattern that is no ARN and is still taken.
        return _joined(wanted) == "*"
    return all(is_like(one, tuple(part)) for one, part in zip(given, parts, strict=True))


def _numeric(ask: Callable[[float, float], bool]) -> _Compare:
    def compare(value: str, wanted: Parts) -> bool:
        try:
            return ask(float(value), float(_joined(wanted)))
        except ValueError:
            return False

    return compare


def _dated(ask: Callable[[float, float], bool]) -> _Compare:
    def compare(value: str, wanted: Parts) -> bool:
        given, limit = _moment(value), _moment(_joined(wanted))
        return given is not None and limit is not None and ask(given, limit)

    return compare


def _moment(text: str) -> float | None:
    """Seconds since 1970 of an ISO 8601 date or of an epoch time."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _is_in_network(value: str, wanted: Parts) -> bool:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(_joined(wanted), strict=False)
    except ValueError:
        return False


def _equals_binary(value: str, wanted: Parts) -> bool:
    try:
        return base64.b64decode(value, validate=True) == base64.b64decode(
            _joined(wanted), validate=True
        )
    except (binascii.Error, ValueError):
        return False


def _both(name: str, compare: _Compare, negated: str) -> dict[str, tuple[_Compare, bool]]:
    return {name: (compare, False), negated: (compare, True)}


_OPERATORS: Mapping[str, tuple[_Compare, bool]] = {
    **_both("stringequals", _equals, "stringnotequals"),
    **_both("stringequalsignorecase", _equals_in_any_case, "stringnotequalsignorecase"),
    **_both("stringlike", is_like, "stringnotlike"),
    **_both("arnequals", _is_arn_like, "arnnotequals"),
    **_both("arnlike", _is_arn_like, "arnnotlike"),
    **_both("numericequals", _numeric(lambda a, b: a == b), "numericnotequals"),
    "numericlessthan": (_numeric(lambda a, b: a < b), False),
    "numericlessthanequals": (_numeric(lambda a, b: a <= b), False),
    "numericgreaterthan": (_numeric(lambda a, b: a > b), False),
    "numericgreaterthanequals": (_numeric(lambda a, b: a >= b), False),
    **_both("dateequals", _dated(lambda a, b: a == b), "datenotequals"),
    "datelessthan": (_dated(lambda a, b: a < b), False),
    "datelessthanequals": (_dated(lambda a, b: a <= b), False),
    "dategreaterthan": (_dated(lambda a, b: a > b), False),
    "dategreaterthanequals": (_dated(lambda a, b: a >= b), False),
    "bool": (_equals_in_any_case, False),
    "binaryequals": (_equals_binary, False),
    **_both("ipaddress", _is_in_network, "notipaddress"),
}
"""How each operator compares, and whether it asks for the opposite."""
