import pytest

from workbench.localcloud.appsync.util_functions.dynamodb_values import (
    to_attribute_value,
    to_plain,
)


@pytest.mark.parametrize(
    ("plain", "typed"),
    [
        ("a", {"S": "a"}),
        ("", {"S": ""}),
        (5, {"N": 5}),
        (1.5, {"N": 1.5}),
        (True, {"BOOL": True}),
        (None, {"NULL": None}),
        ([1, "a"], {"L": [{"N": 1}, {"S": "a"}]}),
        ({"a": {"b": None}}, {"M": {"a": {"M": {"b": {"NULL": None}}}}}),
    ],
)
def test_plain_json_is_typed_and_back(plain: object, typed: dict[str, object]) -> None:
    assert to_attribute_value(plain) == typed
    assert to_plain(typed) == plain


def test_what_dynamodb_stores_becomes_plain() -> None:
    stored = {
        "M": {
            "n": {"N": "12345678901234567890"},
            "f": {"N": "0.25"},
            "e": {"N": "1E+3"},
            "ss": {"SS": ["a", "b"]},
            "ns": {"NS": ["1", "2.5"]},
            "b": {"B": "aGVsbG8="},
            "z": {"NULL": True},
        }
    }
    assert to_plain(stored) == {
        "n": 12345678901234567890,
        "f": 0.25,
        "e": 1000.0,
        "ss": ["a", "b"],
        "ns": [1, 2.5],
        "b": "aGVsbG8=",
        "z": None,
    }


@pytest.mark.parametrize("wrong", [{}, {"S": "a", "N": "1"}, {"X": 1}])
def test_what_is_no_typed_value_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="type"):
        to_plain(wrong)
    with pytest.raises(ValueError, match="type"):
        to_attribute_value(object())
