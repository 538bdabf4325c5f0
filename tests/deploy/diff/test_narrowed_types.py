from __future__ import annotations

from typing import Any

import pytest

from workbench.deploy.diff.narrowed_types import misfit, narrowed_fields, read_types

MORE = """
enum Mood { GOOD BAD }
type Place { street: String! nr: Int }
type Owner { id: ID! }
"""


def model(fields: str, more: str = MORE) -> Any:
    return read_types(f"type Todo {{ id: ID! {fields} }} {more}")


@pytest.mark.parametrize(
    ("before", "after", "narrowed"),
    [
        ("", "a: String", False),
        ("", "a: String!", True),
        ("a: String", "a: String!", True),
        ("a: String!", "a: String", False),
        ("a: String", "a: ID", False),
        ("a: Int", "a: Float", True),
        ("a: String", "a: [String]", True),
        ("a: [String]", "a: [String!]", True),
        ("a: String", "a: Mood", True),
        ("a: Mood", "a: Mood", False),
        ("a: Place", "a: AWSJSON", True),
        ("a: String", "a: Owner!", False),
        ("a: String", "a(limit: Int): String!", False),
    ],
)
def test_fields_whose_type_takes_less(before: str, after: str, narrowed: bool) -> None:
    found = narrowed_fields("Todo", model(before), model(after), {"Todo", "Owner"})
    assert bool(found) is narrowed


@pytest.mark.parametrize(
    ("more", "narrowed"),
    [
        (MORE.replace("BAD", "BAD FINE"), []),
        (MORE.replace("BAD", "FINE"), ["mood"]),
        (MORE.replace("nr: Int", "nr: Int!"), ["place"]),
        (MORE.replace("nr: Int", "nr: Int town: String"), []),
    ],
)
def test_what_a_field_is_made_of_counts(more: str, narrowed: list[str]) -> None:
    fields = "mood: Mood place: Place"
    found = narrowed_fields("Todo", model(fields), model(fields, more), {"Todo"})
    assert list(found) == narrowed


def test_a_type_within_itself() -> None:
    more = "type Tree { up: Tree name: String }"
    old, new = (model("tree: Tree", text) for text in (more, more.replace("String", "String!")))
    assert list(narrowed_fields("Todo", old, new, {"Todo"})) == ["tree"]


@pytest.mark.parametrize(
    ("kind", "value", "why"),
    [
        ("Int!", None, "is missing"),
        ("Int!", {"NULL": True}, "is missing"),
        ("Int", None, ""),
        ("Int", {"N": "5"}, ""),
        ("Int", {"N": "5.5"}, "is not a valid Int"),
        ("Int", {"S": "5"}, ""),
        ("Int", {"S": "many"}, "is not a valid Int"),
        ("Float", {"N": "5.5"}, ""),
        ("String", {"N": "5"}, ""),
        ("String", {"M": {}}, "is not a valid String"),
        ("Boolean", {"S": "yes"}, "is not a valid Boolean"),
        ("AWSDate", {"S": "2024-02-30Z"}, ""),
        ("AWSDate", {"S": "yesterday"}, "is not a valid AWSDate"),
        ("AWSDateTime", {"S": "2024-02-03T10:00Z"}, ""),
        ("AWSEmail", {"S": "me"}, "is not a valid AWSEmail"),
        ("AWSJSON", {"M": {}}, ""),
        ("[String!]", {"L": [{"S": "a"}, {"NULL": True}]}, "is missing"),
        ("[Int]", {"NS": ["1", "2"]}, ""),
        ("[Int]", {"N": "1"}, "is not a list"),
        ("Mood", {"S": "GOOD"}, ""),
        ("Mood", {"S": "FINE"}, "has a value that Mood does not have"),
        ("Place", {"M": {"street": {"S": "a"}}}, ""),
        ("Place", {"M": {"nr": {"N": "1"}}}, "has no street"),
        ("Place", {"M": {"street": {"S": "a"}, "nr": {"S": "b"}}},
         "has a nr that is not a valid Int"),
        ("Place", {"S": "{}"}, "is not a valid Place"),
    ],
)  # fmt: skip
def test_what_a_stored_value_lacks(kind: str, value: Any, why: str) -> None:
    types = model(f"a: {kind}")
    assert misfit(value, types.objects["Todo"]["a"], types) == why
