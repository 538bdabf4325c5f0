"""The ``@aws_*`` directives: a field's own, its type's, or the default mode."""

from __future__ import annotations

import pytest
from graphql import parse

from tests.localcloud.appsync.authorization.conftest import API, only
from workbench.localcloud.appsync.authorization.directives import field_rules
from workbench.localcloud.appsync.identity import Caller
from workbench.localcloud.appsync.records import AuthMode, AuthProvider

SCHEMA = """
type Query {
  plain: Todo
  public: Todo @aws_api_key
  admins: Todo @aws_auth(cognito_groups: ["Admins"])
  mixed: Todo @aws_iam @aws_cognito_user_pools(cognito_groups: ["Admins", "Editors"])
  both: Todo @aws_cognito_user_pools @aws_auth(cognito_groups: ["Admins"])
}
type Todo @aws_api_key @aws_oidc {
  id: ID!
  owner: String @aws_lambda
}
extend type Todo { more: String }
type Plain { id: ID }
"""
USER = Caller(AuthMode.USER_POOL)
ADMIN = Caller(AuthMode.USER_POOL, groups=frozenset({"Admins"}))
EDITOR = Caller(AuthMode.USER_POOL, groups=frozenset({"Editors", "More"}))
ANYONE = Caller(AuthMode.API_KEY)
SIGNED = Caller(AuthMode.IAM)
OIDC = Caller(AuthMode.OIDC)
FUNCTION = Caller(AuthMode.LAMBDA)
ALL = (USER, ADMIN, EDITOR, ANYONE, SIGNED, OIDC, FUNCTION)


@pytest.mark.parametrize(
    ("field", "allowed"),
    [
        ("Query.plain", (USER, ADMIN, EDITOR)),
        ("Query.public", (ANYONE,)),
        ("Query.admins", (ADMIN,)),
        ("Query.mixed", (ADMIN, EDITOR, SIGNED)),
        ("Query.both", (USER, ADMIN, EDITOR)),
        ("Todo.id", (ANYONE, OIDC)),
        ("Todo.more", (ANYONE, OIDC)),
        ("Todo.owner", (FUNCTION,)),
        ("Plain.id", (USER, ADMIN, EDITOR)),
        ("Plain.__typename", ALL),
        ("Query.__schema", ALL),
    ],
)
def test_who_may_see_a_field(field: str, allowed: tuple[Caller, ...]) -> None:
    rules = field_rules(parse(SCHEMA), API)
    type_name, _, name = field.partition(".")
    assert tuple(caller for caller in ALL if rules.allows(type_name, name, caller)) == allowed


def test_a_pool_that_denies_by_default_allows_by_directive_only() -> None:
    settings = {**API.default_auth.settings, "defaultAction": "DENY"}
    rules = field_rules(parse(SCHEMA), only(AuthProvider(AuthMode.USER_POOL, settings)))
    assert not rules.allows("Query", "plain", ADMIN)
    assert rules.allows("Query", "admins", ADMIN)
    assert not rules.allows("Query", "admins", EDITOR)


def test_an_authorizers_denied_fields_by_name_and_by_arn() -> None:
    api = only(AuthProvider(AuthMode.LAMBDA))
    rules = field_rules(parse(SCHEMA), api)
    denied = frozenset({"Query.plain", f"{api.arn}/types/Plain/fields/id"})
    caller = Caller(AuthMode.LAMBDA, denied_fields=denied)
    assert not rules.allows("Query", "plain", caller)
    assert not rules.allows("Plain", "id", caller)
    assert rules.allows("Query", "plain", FUNCTION)
    assert rules.allows("Todo", "owner", caller)
