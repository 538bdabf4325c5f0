"""AppSync's scalars take and give what its reference says, and nothing else."""

from __future__ import annotations

import random
from typing import Any

import pytest
from graphql import GraphQLScalarType

from workbench.localcloud.appsync.schema.build import SchemaError, build_schema
from workbench.localcloud.appsync.schema.scalars import (
    SCALARS,
    InvalidInputError,
    NotSerializableError,
    output_serializer,
)

SCHEMA = (
    "type Query { "
    + " ".join(f"f{name}: {name}" for name in SCALARS)
    + " i: Int f: Float b: Boolean d: ID }"
)
BUILT = build_schema(SCHEMA).schema


def scalar(name: str) -> GraphQLScalarType:
    found = BUILT.get_type(name)
    assert isinstance(found, GraphQLScalarType)
    return found


VALID = [
    ("AWSDate", "1970-01-01"),
    ("AWSDate", "1970-01-01Z"),
    ("AWSDate", "1970-01-01-07:00"),
    ("AWSDate", "2024-02-29+05:30:12"),
    ("AWSDate", "-2017-05-01"),
    ("AWSDate", "-9999-01-01Z"),
    ("AWSDate", "-0044-03-15"),
    ("AWSDate", "-0004-02-29"),
    ("AWSDate", "0000-02-29"),
    ("AWSDateTime", "-2017-01-01T00:00Z"),
    ("AWSDateTime", "-9999-01-01T00:00Z"),
    ("AWSTimestamp", -31_557_014_167_219_200),
    ("AWSTimestamp", 31_556_889_864_403_199),
    ("AWSTime", "12:30"),
    ("AWSTime", "12:30:24.500+05:30"),
    ("AWSTime", "23:59:59.999999999Z"),
    ("AWSDateTime", "1970-01-01T12:30:24.500Z"),
    ("AWSDateTime", "1970-01-01T12:30Z"),
    ("AWSDateTime", "1970-01-01T12:30:24-07:00"),
    ("AWSTimestamp", 1),
    ("AWSTimestamp", -1_000_000_000_000),
    ("AWSEmail", "a.b+c@example.com"),
    ("AWSPhone", "+44 20 7946 0958"),
    ("AWSPhone", "555-555-5555"),
    ("AWSURL", "https://www.amazon.com/dp/B000NZW3KC/"),
    ("AWSURL", "mailto:example@example.com"),
    ("AWSIPAddress", "127.0.0.1"),
    ("AWSIPAddress", "10.0.0.0/24"),
    ("AWSIPAddress", "2001:db8::1/32"),
]
INVALID = [
    ("AWSDate", "1970-13-01"),
    ("AWSDate", "2023-02-29"),
    ("AWSDate", "-2017-13-01"),
    ("AWSDate", "-2017-02-29"),
    ("AWSDate", "-0000-01-01"),
    ("AWSDate", "--2017-01-01"),
    ("AWSDate", "-17-01-01"),
    ("AWSDateTime", "-2017-02-30T00:00Z"),
    ("AWSTimestamp", -31_557_014_167_219_201),
    ("AWSTimestamp", 31_556_889_864_403_200),
    ("AWSDate", "1970-01-01T00:00:00Z"),
    ("AWSTime", "25:00"),
    ("AWSTime", "12"),
    ("AWSDateTime", "1970-01-01T12:30:24"),
    ("AWSDateTime", "1970-01-01"),
    ("AWSDateTime", "1970-01-01 12:30:24Z"),
    ("AWSDateTime", 5),
    ("AWSTimestamp", "1"),
    ("AWSTimestamp", 1.5),
    ("AWSTimestamp", True),
    ("AWSTimestamp", 2**63),
    ("AWSEmail", "nobody"),
    ("AWSEmail", "two@@example.com"),
    ("AWSPhone", "12"),
    ("AWSPhone", "phone"),
    ("AWSURL", "example.com"),
    ("AWSURL", "https://a//b"),
    ("AWSIPAddress", "300.1.1.1"),
    ("AWSJSON", "bare words"),
    ("AWSJSON", {"an": "object"}),
    ("AWSJSON", "NaN"),
]


@pytest.mark.parametrize(("name", "value"), VALID)
def test_valid_values_pass_both_ways(name: str, value: Any) -> None:
    kind = scalar(name)
    assert kind.parse_value(value) == value
    assert kind.serialize(value) == value


@pytest.mark.parametrize(("name", "value"), INVALID)
def test_invalid_input_is_refused(name: str, value: Any) -> None:
    with pytest.raises(InvalidInputError, match="Unable to parse `"):
        scalar(name).parse_value(value)


@pytest.mark.parametrize(("name", "value"), [case for case in INVALID if case[0] != "AWSJSON"])
def test_invalid_results_are_refused(name: str, value: Any) -> None:
    if name == "AWSTimestamp" and value == "1":
        assert scalar(name).serialize(value) == 1
        return
    with pytest.raises(NotSerializableError):
        scalar(name).serialize(value)


def test_json_is_read_from_text_and_written_to_it() -> None:
    kind = scalar("AWSJSON")
    assert kind.parse_value('{"a": [1, null]}') == {"a": [1, None]}
    assert kind.parse_value('"text"') == "text"
    assert kind.parse_value("3") == 3
    assert kind.serialize({"a": [1, None]}) == '{"a":[1,null]}'
    # A resolver that returns the stored, stringified value gives the client the same.
    assert kind.serialize('{"a":[1,null]}') == '{"a":[1,null]}'
    assert kind.serialize("no json") == '"no json"'


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("String", 5, "5"),
        ("String", True, "true"),
        ("String", [1, {"a": None}], "[1, {a=null}]"),
        ("ID", 5, "5"),
        ("Int", "5", 5),
        ("Int", 5.0, 5),
        ("Float", "1.5", 1.5),
        ("Float", 2, 2),
        ("Boolean", "true", True),
        ("Boolean", 0, False),
    ],
)
def test_results_become_their_type_as_in_java(name: str, value: Any, expected: Any) -> None:
    assert output_serializer(scalar(name))(value) == expected


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Int", 5.5),
        ("Int", "x"),
        ("Int", 2**31),
        ("Float", "x"),
        ("Float", "inf"),
        ("Boolean", "x"),
    ],
)
def test_results_that_are_no_number(name: str, value: Any) -> None:
    with pytest.raises(NotSerializableError, match=f"Expected type '{name}'"):
        output_serializer(scalar(name))(value)


def anything(source: random.Random, depth: int = 2) -> Any:
    """A JSON value of any kind, odd numbers and odd characters included."""
    kind = source.randrange(8 if depth else 6)
    if kind == 6:
        return [anything(source, depth - 1) for _ in range(source.randrange(3))]
    if kind == 7:
        return {str(n): anything(source, depth - 1) for n in range(source.randrange(3))}
    text = "".join(source.choices("0123456789-:TZ.+@/ aé\u0000\ud800٣", k=source.randrange(12)))
    number = source.choice([0, -1, 2**31, 2**63, 10**400, 0.5, float("inf"), float("nan")])
    return [None, True, number, text, source.random() * 1e9, ""][kind]


@pytest.mark.parametrize("name", [*SCALARS, "String", "ID", "Int", "Float", "Boolean"])
def test_any_value_passes_or_is_refused(name: str) -> None:
    source, kind = random.Random(name), scalar(name)
    for _ in range(2_000):
        value = anything(source)
        try:
            output_serializer(kind)(value)
        except NotSerializableError as error:
            assert str(error)
        if name in SCALARS:
            try:
                kind.parse_value(value)
            except InvalidInputError as error:
                assert str(error)


def test_a_schema_may_define_the_prelude_itself() -> None:
    text = "scalar AWSJSON directive @aws_iam on OBJECT type Query @aws_iam { a: AWSJSON }"
    kind = build_schema(text).schema.get_type("AWSJSON")
    assert isinstance(kind, GraphQLScalarType)
    assert kind.serialize({}) == "{}"


def test_the_old_way_to_implement_two_interfaces() -> None:
    text = (
        "interface A { a: ID } interface B { b: ID } type T implements A, B { a: ID b: ID }"
        " type Query { t: T }"
    )
    found = build_schema(text).schema.get_type("T")
    assert [face.name for face in found.interfaces] == ["A", "B"]  # type: ignore[union-attr]


@pytest.mark.parametrize("text", ["", "type Query {", "type Query { a: Nowhere }"])
def test_a_broken_schema_says_so(text: str) -> None:
    with pytest.raises(SchemaError):
        build_schema(text)
