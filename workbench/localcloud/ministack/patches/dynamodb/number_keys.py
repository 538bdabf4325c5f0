"""Keys that are numbers: ministack takes ``1`` and ``1.0`` for two items; they are one key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from workbench.localcloud.dynamodb.syntax import ExpressionError
from workbench.localcloud.dynamodb.values import canonical_number


def install() -> None:
    """Look items up by a number's canonical form."""
    from ministack.services import dynamodb

    extract = dynamodb._extract_key_val

    def key_value(attribute: Any) -> Any:
        if isinstance(attribute, Mapping) and "N" in attribute:
            return canonical(attribute["N"])
        return extract(attribute)

    dynamodb._extract_key_val = key_value


def canonical(text: Any) -> Any:
    """The number's one form; what is no number stays as it is, to be refused."""
    if not isinstance(text, str) or (text.isdecimal() and text[0] != "0"):
        return text
    try:
        return canonical_number(Decimal(text))
    except (InvalidOperation, ExpressionError):
        return text


def with_canonical_keys(table: Mapping[str, Any]) -> dict[str, dict[str, Any]] | None:
    """A table's items by canonical keys; None if they are so.

    Earlier releases stored an item that was updated before it was put under the number as sent.
    """
    types = {
        each.get("AttributeName"): each.get("AttributeType")
        for each in table.get("AttributeDefinitions") or ()
    }
    partitions = types.get(table.get("pk_name")) == "N"
    sorts = types.get(table.get("sk_name")) == "N"
    if not partitions and not sorts:
        return None
    if all(
        (not partitions or canonical(pk) == pk)
        and (not sorts or all(canonical(sk) == sk for sk in rows))
        for pk, rows in table["items"].items()
    ):
        return None
    changed = False
    found: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for pk, rows in table["items"].items():
        for sk, item in rows.items():
            key = canonical(pk) if partitions else pk, canonical(sk) if sorts else sk
            if key != (pk, sk) and key[1] not in table["items"].get(key[0], {}):
                changed = True
            else:
                # Two items of one key: both are kept, the canonical one is found.
                key = pk, sk
            found[key[0]][key[1]] = item
    return found if changed else None
