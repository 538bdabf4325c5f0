"""Whom a trust policy lets in by an identity provider, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.localcloud.iam.trust import trusts_provider

pytestmark = pytest.mark.unit

PROVIDER = "cognito-identity.amazonaws.com"
ASSUME, TAG = "sts:AssumeRoleWithWebIdentity", "sts:TagSession"
KEYS = {
    f"{PROVIDER}:aud": "us-east-1:1",
    f"{PROVIDER}:sub": "us-east-1:ann",
    f"{PROVIDER}:amr": ["authenticated", "cognito-idp.us-east-1.amazonaws.com/us-east-1_x"],
}
BY_PROVIDER = {"Effect": "Allow", "Action": ASSUME, "Principal": {"Federated": PROVIDER}}


def condition(operator: str, key: str, value: Any) -> dict[str, Any]:
    return {**BY_PROVIDER, "Condition": {operator: {f"{PROVIDER}:{key}": value}}}


@pytest.mark.parametrize(
    ("statements", "may"),
    [
        ([BY_PROVIDER], True),
        ([{**BY_PROVIDER, "Action": "sts:*"}], True),
        ([{**BY_PROVIDER, "Principal": {"Federated": ["www.amazon.com", PROVIDER]}}], True),
        ([{**BY_PROVIDER, "Principal": "*"}], True),
        ([{**BY_PROVIDER, "Principal": {"AWS": "000000000000"}}], False),
        ([{**BY_PROVIDER, "Principal": {"Federated": "www.amazon.com"}}], False),
        ([{**BY_PROVIDER, "Action": "sts:AssumeRole"}], False),
        ([BY_PROVIDER, {**BY_PROVIDER, "Effect": "Deny"}], False),
        ([condition("StringEquals", "aud", "us-east-1:1")], True),
        ([condition("StringEquals", "aud", ["us-east-1:2", "us-east-1:1"])], True),
        ([condition("StringEquals", "aud", "us-east-1:2")], False),
        ([condition("StringEquals", "sub", "us-east-1:bob")], False),
        ([condition("ForAnyValue:StringLike", "amr", "authenticated")], True),
        ([condition("ForAnyValue:StringLike", "amr", "cognito-idp.*")], True),
        ([condition("ForAnyValue:StringLike", "amr", "unauthenticated")], False),
        ([], False),
    ],
)
def test_the_provider_the_action_and_the_conditions_decide(
    statements: list[dict[str, Any]], *, may: bool
) -> None:
    document = {"Version": "2012-10-17", "Statement": statements}
    assert trusts_provider(document, PROVIDER, [ASSUME], KEYS) is may


def test_every_action_must_be_trusted() -> None:
    both = {"Statement": {**BY_PROVIDER, "Action": [ASSUME, TAG]}}
    assert trusts_provider(both, PROVIDER, [ASSUME, TAG], KEYS)
    assert not trusts_provider({"Statement": BY_PROVIDER}, PROVIDER, [ASSUME, TAG], KEYS)
    assert not trusts_provider(None, PROVIDER, [ASSUME], KEYS)
    assert not trusts_provider("{", PROVIDER, [ASSUME], KEYS)
