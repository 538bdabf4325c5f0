"""Parameters that no call of Cognito's takes are refused before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.localcloud.user_pools import Pool, refused

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks


def failed(member: str, rule: str, value: str = "") -> tuple[str, str]:
    told = f" '{value}'" if value else ""
    return (
        "InvalidParameterException",
        f"1 validation error detected: Value{told} at '{member}' failed to satisfy constraint: "
        f"Member must {rule}",
    )


def test_lengths_patterns_and_values_are_those_of_the_model(stacks: Stacks) -> None:
    pool = Pool(stacks)
    # A name and a password are no part of a message.
    assert refused(lambda: pool.create("ann and bob")) == failed(
        "username",
        r"satisfy regular expression pattern: [\p{L}\p{M}\p{S}\p{N}\p{P}]+",
    )
    named = {"UserPoolId": pool.id, "Username": pool.create("ann☃")}
    set_password = pool.cognito.admin_set_user_password
    assert refused(lambda: set_password(**named, Password="Pass word1!")) == failed(
        "password", r"satisfy regular expression pattern: [\S]+"
    )
    group = pool.cognito.create_group
    assert refused(lambda: group(UserPoolId=pool.id, GroupName="g" * 129)) == failed(
        "groupName", "have length less than or equal to 128", "g" * 129
    )
    update = pool.cognito.update_user_pool
    policy = {"PasswordPolicy": {"MinimumLength": 100}}
    assert refused(lambda: update(UserPoolId=pool.id, Policies=policy)) == failed(
        "policies.passwordPolicy.minimumLength", "have value less than or equal to 99", "100"
    )
    code, message = refused(lambda: update(UserPoolId=pool.id, MfaConfiguration="SOME"))
    assert code == "InvalidParameterException"
    assert "Value 'SOME' at 'mfaConfiguration'" in message


@pytest.mark.parametrize("kind", ["Text", "string"])
def test_an_attribute_has_a_type_that_there_is(stacks: Stacks, kind: str) -> None:
    schema = [{"Name": "x", "AttributeDataType": kind}]
    code, message = refused(lambda: Pool(stacks, Schema=schema))
    assert code == "InvalidParameterException"
    assert "failed to satisfy constraint: Member must satisfy enum value set" in message


def test_what_is_not_there_or_there_already_is_said_in_awss_words(stacks: Stacks) -> None:
    pool = Pool(stacks)
    cognito, of_pool = pool.cognito, {"UserPoolId": pool.id}
    describe = cognito.describe_user_pool_client
    assert refused(lambda: describe(**of_pool, ClientId="nobody")) == (
        "ResourceNotFoundException",
        "User pool client nobody does not exist.",
    )
    group = {**of_pool, "GroupName": "team"}
    assert refused(lambda: cognito.get_group(**group)) == (
        "ResourceNotFoundException",
        "Group not found.",
    )
    cognito.create_group(**group)
    assert refused(lambda: cognito.create_group(**group)) == (
        "GroupExistsException",
        "A group with the name already exists.",
    )
    server = {**of_pool, "Identifier": "api", "Name": "api"}
    assert "Scopes" not in cognito.create_resource_server(**server)["ResourceServer"]
    assert refused(lambda: cognito.create_resource_server(**server)) == (
        "InvalidParameterException",
        f"api already exists in user pool {pool.id}.",
    )
