from __future__ import annotations

import json

import pytest

from workbench.functions.event_completion import complete_event

KNOWN = [
    {"typeName": "Query", "arguments": {"name": "Ann", "times": 2}, "items": [{"id": "a"}]},
    {"typeName": "Mutation", "identity": None, "items": [{"id": "b", "on": True}]},
]


@pytest.mark.parametrize(
    ("text", "proposed"),
    [
        ("{|", ["typeName", "arguments", "items", "identity"]),
        ('{"ty|', ["typeName"]),
        ('{"typeName": |', ['"Query"', '"Mutation"']),
        ('{"typeName": "M|', ['"Mutation"']),
        ('{"typeName": "Query", "i|', ["items", "identity"]),
        ('{"arguments": {|', ["name", "times"]),
        ('{"arguments": {"name": "x", |}}', ["times"]),
        ('{"arguments": {"times": |', ["2"]),
        ('{"items": [{|', ["id", "on"]),
        ('{"items": [{"id": "a"}, {"on": |', ["true"]),
        ('{"identity": n|', ["null"]),
        ('{"arguments": {}|', []),
        ("|", []),
        ("]]|", []),
    ],
)
def test_what_fits_is_what_known_events_have_there(text: str, proposed: list[str]) -> None:
    offset = text.index("|")
    found = complete_event(text.replace("|", ""), offset, KNOWN)
    assert [each.label for each in found] == proposed


def test_a_proposal_takes_the_place_of_what_is_typed() -> None:
    text = '{"type"}'
    (found,) = complete_event(text, 6, KNOWN)
    assert text[: found.start] + found.insert + text[found.end :] == '{"typeName": }'
    text = '{"typeName": "Qu"}'
    (found,) = complete_event(text, 16, KNOWN)
    assert json.loads(text[: found.start] + found.insert + text[found.end :]) == {
        "typeName": "Query"
    }
