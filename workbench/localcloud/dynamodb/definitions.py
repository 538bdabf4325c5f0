"""What DynamoDB refuses of a new table's keys and indexes, in the order in which it looks.

Source: CreateTable in DynamoDB's API reference, and "Quotas" in its developer guide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

_INVALID = "One or more parameter values were invalid: "
_DETECTED = "1 validation error detected: "
_MOST_LOCAL, _MOST_GLOBAL, _MOST_OF_A_KIND = 5, 20, 4
_LONGEST_NAME = 255
_SAME_NAME = "Both the Hash Key and the Range Key element in the KeySchema have the same name"

Index = Mapping[str, Any]
Request = Mapping[str, Any]


def refusal(request: Request) -> str | None:
    """DynamoDB's words for what is wrong in a request to create a table; None if nothing is."""
    return _first(
        (
            lambda: _members_refusal(request),
            lambda: _keys_refusal(request),
            lambda: _lists_refusal(request),
            lambda: _local_refusal(request),
            lambda: _global_refusal(request),
            lambda: _unused_refusal(request),
        )
    )


def index_refusal(index: Index, defined: Sequence[str]) -> str | None:
    """The same for one global index, with the attributes that the request defines."""
    return _first(
        (
            lambda: _schema_refusal(_schema(index), defined, several=True),
            lambda: _projection_refusal(index),
        )
    )


def _first(checks: Iterable[Callable[[], str | None]]) -> str | None:
    return next(filter(None, (check() for check in checks)), None)


def _schema(of: Index) -> list[tuple[str, str]]:
    found = of.get("KeySchema")
    return [
        (str(key.get("AttributeName")), str(key.get("KeyType")))
        for key in (found if isinstance(found, list) else ())
        if isinstance(key, Mapping)
    ]


def _indexes(request: Request, kind: str) -> list[Index]:
    found = request.get(kind)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _places(request: Request) -> Iterator[tuple[str, Index]]:
    yield "keySchema", request
    for kind, member in (
        ("GlobalSecondaryIndexes", "globalSecondaryIndexes"),
        ("LocalSecondaryIndexes", "localSecondaryIndexes"),
    ):
        for at, index in enumerate(_indexes(request, kind), 1):
            yield f"{member}.{at}.member.keySchema", index


def _members_refusal(request: Request) -> str | None:
    """Names that are too long, and kinds of keys that there are not."""
    for at, each in enumerate(request.get("AttributeDefinitions") or (), 1):
        name = each.get("AttributeName") if isinstance(each, Mapping) else None
        if isinstance(name, str) and len(name) > _LONGEST_NAME:
            return _too_long(f"attributeDefinitions.{at}.member.attributeName", name)
    for place, of in _places(request):
        for at, (name, kind) in enumerate(_schema(of), 1):
            if len(name) > _LONGEST_NAME:
                return _too_long(f"{place}.{at}.member.attributeName", name)
            if kind not in ("HASH", "RANGE"):
                return (
                    f"{_DETECTED}Value '{kind}' at '{place}.{at}.member.keyType' failed to satisfy "
                    "constraint: Member must satisfy enum value set: [HASH, RANGE]"
                )
        wrong = _named_refusal(of, place.removesuffix("keySchema"))
        if wrong:
            return wrong
    return None


def _named_refusal(index: Index, place: str) -> str | None:
    named = (index.get("Projection") or {}).get("NonKeyAttributes") or ()
    for at, name in enumerate(named, 1):
        if isinstance(name, str) and len(name) > _LONGEST_NAME:
            return _too_long(f"{place}projection.nonKeyAttributes.{at}.member", name)
    return None


def _too_long(place: str, name: str) -> str:
    return (
        f"{_DETECTED}Value '{name}' at '{place}' failed to satisfy constraint: Member must have "
        f"length less than or equal to {_LONGEST_NAME}"
    )


def _defined(request: Request) -> list[str]:
    return [
        str(each.get("AttributeName"))
        for each in request.get("AttributeDefinitions") or ()
        if isinstance(each, Mapping)
    ]


def _keys_refusal(request: Request) -> str | None:
    schema, defined = _schema(request), _defined(request)
    if not 0 < len(schema) <= 2:
        # Refused by the emulator in its own words.
        return None
    if len(set(defined)) < len(defined):
        # Refused by the emulator in its own words.
        return None
    if len(schema) > len(defined):
        return "Invalid KeySchema: Some index key attribute have no definition"
    wrong = _schema_refusal(schema, defined, several=False)
    indexed = request.get("LocalSecondaryIndexes") or request.get("GlobalSecondaryIndexes")
    if wrong or indexed or request.get("VectorIndexes") or len(schema) == len(defined):
        return wrong
    return (
        f"{_INVALID}Number of attributes in KeySchema does not exactly match number of attributes "
        "defined in AttributeDefinitions"
    )


def _lists_refusal(request: Request) -> str | None:
    for kind in ("LocalSecondaryIndexes", "GlobalSecondaryIndexes"):
        if request.get(kind) == []:
            return f"{_INVALID}List of {kind} is empty"
    return None


def _schema_refusal(
    schema: Sequence[tuple[str, str]], defined: Sequence[str], *, several: bool
) -> str | None:
    """What is wrong in a key schema; several: an index may have four keys of each kind."""
    names, kinds = [name for name, _ in schema], [kind for _, kind in schema]
    if not schema:
        return None
    if any(name not in defined for name in names):
        return (
            f"{_INVALID}Some index key attributes are not defined in AttributeDefinitions. Keys: "
            f"[{', '.join(names)}], AttributeDefinitions: [{', '.join(sorted(defined))}]"
        )
    if len(set(names)) < len(names):
        return _SAME_NAME
    if kinds[0] != "HASH":
        return "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"
    if not several:
        if len(kinds) == 2 and kinds[1] != "RANGE":
            return "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"
        return None
    if kinds != sorted(kinds):
        return "Invalid KeySchema: All HASH key elements must precede all RANGE key elements"
    for kind in ("HASH", "RANGE"):
        if kinds.count(kind) > _MOST_OF_A_KIND:
            return (
                f"Invalid KeySchema: The number of {kind} key elements exceeds the limit of "
                f"{_MOST_OF_A_KIND}"
            )
    return None


def _projection_refusal(index: Index) -> str | None:
    projection = index.get("Projection") or {}
    kind, named = projection.get("ProjectionType"), projection.get("NonKeyAttributes")
    if kind not in ("ALL", "KEYS_ONLY", "INCLUDE"):
        return f"{_INVALID}Unknown ProjectionType: {'null' if kind is None else kind}"
    if kind == "INCLUDE" and not named:
        return f"{_INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"
    if kind != "INCLUDE" and named is not None:
        return f"{_INVALID}ProjectionType is {kind}, but NonKeyAttributes is specified"
    if named and len(set(map(str, named))) < len(named):
        return f"{_INVALID}Duplicate value in NonKeyAttributes"
    return None


def _local_refusal(request: Request) -> str | None:
    indexes, schema, defined = (
        _indexes(request, "LocalSecondaryIndexes"),
        _schema(request),
        _defined(request),
    )
    if indexes and len(schema) != 2:
        return (
            f"{_INVALID}Table KeySchema does not have a range key, which is required when "
            "specifying a LocalSecondaryIndex"
        )
    for index in indexes:
        name, keys = index.get("IndexName"), _schema(index)
        if len(keys) > 2:
            return (
                f"{_DETECTED}Value at 'localSecondaryIndexes.{indexes.index(index) + 1}.member."
                "keySchema' failed to satisfy constraint: Member must have length less than or "
                "equal to 2"
            )
        wrong = _schema_refusal(keys, defined, several=False)
        if wrong:
            return wrong
        if len(keys) != 2:
            return f"{_INVALID}Index KeySchema does not have a range key for index: {name}"
        if keys[0][0] != schema[0][0]:
            return (
                f"{_INVALID}Index KeySchema does not have the same leading hash key as table "
                f"KeySchema for index: {name}. index hash key: {keys[0][0]}, table hash key: "
                f"{schema[0][0]}"
            )
        wrong = _projection_refusal(index)
        if wrong:
            return wrong
    if len(indexes) > _MOST_LOCAL:
        return f"{_INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of {_MOST_LOCAL}"
    return None


def _global_refusal(request: Request) -> str | None:
    indexes, defined = _indexes(request, "GlobalSecondaryIndexes"), _defined(request)
    for index in indexes:
        wrong = index_refusal(index, defined)
        if wrong:
            return wrong
        throughput = index.get("ProvisionedThroughput") or {}
        # A restored index has none, as zero.
        if request.get("BillingMode") == "PAY_PER_REQUEST" and any(throughput.values()):
            return (
                f"{_INVALID}ProvisionedThroughput should not be specified for index: "
                f"{index.get('IndexName')} when BillingMode is PAY_PER_REQUEST"
            )
    if len(indexes) > _MOST_GLOBAL:
        return f"{_INVALID}GlobalSecondaryIndex count exceeds the per-table limit of {_MOST_GLOBAL}"
    return None


def _unused_refusal(request: Request) -> str | None:
    if request.get("VectorIndexes"):
        # Their attributes are checked by the emulator.
        return None
    used = sorted({name for _, of in _places(request) for name, _ in _schema(of)})
    defined = sorted(_defined(request))
    if set(defined) <= set(used):
        return None
    return (
        f"{_INVALID}Some AttributeDefinitions are not used. AttributeDefinitions: "
        f"[{', '.join(defined)}], keys used: [{', '.join(used)}]"
    )
