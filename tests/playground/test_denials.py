"""Who may do what a caller was denied, from models' rules and from the schema's directives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from workbench.outputs_file import ApiEndpoint
from workbench.playground.denials import denied_fields, is_by_iam, not_granted, who_may
from workbench.playground.requests import Request, ResultError
from workbench.playground.run_as import As, RunAs, first_with_rules
from workbench.playground.schema_source import read_schema

SCHEMA = read_schema("""
    type Query {
      getNote(id: ID!): Note
      listNotes: NoteConnection
      greet: String @aws_iam @aws_cognito_user_pools(cognito_groups: ["Staff", "Boss"])
      plain: String
    }
    type Mutation { createNote(text: String): Note  deleteNote(id: ID!): Note }
    type Subscription { onCreateNote: Note }
    type NoteConnection { items: [Note]! nextToken: String }
    type Note { id: ID! text: String secret: String }
""").schema


def auth(*rules: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "model"}, {"type": "auth", "properties": {"rules": list(rules)}}]


OWNER = {
    "allow": "owner",
    "provider": "userPools",
    "ownerField": "writer",
    "operations": ["create", "read"],
}
STAFF = {"allow": "groups", "provider": "userPools", "groups": ["Staff"], "operations": ["read"]}
KEY = {"allow": "public", "operations": ["read"]}
MODELS = {
    "Note": {
        "attributes": auth(OWNER, KEY),
        "fields": {"secret": {"attributes": auth(STAFF)}, "text": {"attributes": []}},
    }
}
SUBSCRIBED = ("Subscription.onCreateNote",)


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        (
            "Query.listNotes",
            [
                "Note allows the owner (the row's writer; user pool): create, read",
                "Note allows anybody with the API key: read",
            ],
        ),
        (
            "Mutation.createNote",
            ["Note allows the owner (the row's writer; user pool): create, read"],
        ),
        (
            "Mutation.deleteNote",
            [
                "no rule of Note allows delete",
                "Note allows the owner (the row's writer; user pool) only: create, read",
                "Note allows anybody with the API key only: read",
            ],
        ),
        ("Note.secret", ["Note.secret allows members of Staff (user pool): read"]),
        (
            "Query.greet",
            [
                "Query.greet allows IAM credentials",
                "Query.greet allows signed-in users in the groups Staff, Boss",
            ],
        ),
        ("Query.plain", ["Query.plain allows callers of the API's default authorization mode"]),
        ("Query.gone", []),
        ("Gone.field", []),
    ],
)
def test_each_rule_that_would_let_somebody_in_is_named(name: str, sentences: list[str]) -> None:
    assert list(who_may(name, SCHEMA, MODELS)) == sentences


def test_a_subscription_is_for_those_who_read() -> None:
    assert "anybody with the API key" in who_may("Subscription.onCreateNote", SCHEMA, MODELS)[1]


def test_only_a_denial_is_one() -> None:
    denied = ResultError("Not Authorized to access listNotes on type Query", "Unauthorized")
    asked = Request("{ listNotes { items { id } } }")
    assert denied_fields(denied, asked) == ("Query.listNotes",)
    assert denied_fields(ResultError("boom"), asked) == ()


@pytest.mark.parametrize(
    ("query", "name", "fields"),
    [
        ("{ listNotes { items { id } } a: plain }", "", ("Query.listNotes", "Query.plain")),
        (
            "query A { plain } mutation B { ...F } fragment F on Mutation { createNote { id } }",
            "B",
            ("Mutation.createNote",),
        ),
        ("subscription { ... on Subscription { onCreateNote { id } } }", "", SUBSCRIBED),
        ("{ broken", "", ()),
    ],
)
def test_iam_denies_all_that_was_asked_for(query: str, name: str, fields: tuple[str, ...]) -> None:
    denied = ResultError("Permission denied", "UnauthorizedException")
    assert is_by_iam(denied)
    assert denied_fields(denied, Request(query, operation_name=name)) == fields
    assert "no grant on Query.plain for" in not_granted("Query.plain")


def test_the_first_caller_is_one_that_is_asked_the_rules() -> None:
    guests = {"Note": {"attributes": auth({"allow": "public", "provider": "iam"})}}
    modes = ("AWS_IAM", "AMAZON_COGNITO_USER_POOLS")
    both = ApiEndpoint("it", "http://x", modes=modes, identity_pool_id="pool", models=guests)
    assert first_with_rules(both, ("ann",)) == RunAs(As.GUEST)
    signed = replace(both, models=MODELS)
    assert first_with_rules(signed, ("ann",)) == RunAs(As.USER, "ann")
    assert first_with_rules(signed, ()) is None
