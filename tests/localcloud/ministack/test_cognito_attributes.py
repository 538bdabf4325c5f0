"""Users' attributes of a local pool are held to its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

SCHEMA: list[dict[str, Any]] = [
    {"Name": "given_name", "AttributeDataType": "String", "Required": True, "Mutable": True},
    {
        "Name": "team",
        "AttributeDataType": "String",
        "Mutable": False,
        "StringAttributeConstraints": {"MinLength": "2", "MaxLength": "5"},
    },
    {
        "Name": "seats",
        "AttributeDataType": "Number",
        "Mutable": True,
        "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "9"},
    },
]


@pytest.fixture
def pool(stacks: Stacks) -> tuple[Any, str]:
    cognito = stacks.clients.client("cognito-idp")
    made = cognito.create_user_pool(PoolName="users", Schema=SCHEMA, UsernameAttributes=["email"])
    return cognito, made["UserPool"]["Id"]


def create(pool: tuple[Any, str], **attributes: str) -> None:
    cognito, pool_id = pool
    cognito.admin_create_user(
        UserPoolId=pool_id,
        Username="ann@example.com",
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": name.replace("__", ":"), "Value": value} for name, value in attributes.items()
        ],
    )


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"custom__nothing": "x"}, "custom:nothing: Attribute does not exist in the schema"),
        ({"phone_number": "555-0100"}, "Invalid phone number format"),
        ({"email": "nobody"}, "Invalid email address format"),
        ({"custom__team": "x"}, "between 2 and 5 characters"),
        ({"custom__team": "purple"}, "between 2 and 5 characters"),
        ({"custom__seats": "many"}, "not a number"),
        ({"custom__seats": "10"}, "between 1 and 9"),
        ({"email_verified": "perhaps"}, "not a boolean"),
        (
            {"phone_number_verified": "true"},
            "Phone Number is required to verify/un-verify a phone number",
        ),
    ],
)
def test_what_the_schema_does_not_allow_is_refused(
    pool: tuple[Any, str], attributes: dict[str, str], words: str
) -> None:
    with pytest.raises(ClientError) as refused:
        create(pool, **attributes)
    error = refused.value.response["Error"]
    assert error["Code"] == "InvalidParameterException"
    assert words in error["Message"]
    assert not pool[0].list_users(UserPoolId=pool[1])["Users"]


def test_an_immutable_attribute_is_set_once(pool: tuple[Any, str]) -> None:
    cognito, pool_id = pool
    create(pool, custom__team="blue", custom__seats="3")
    asked = {"UserPoolId": pool_id, "Username": "ann@example.com"}
    with pytest.raises(ClientError, match="custom:team: Attribute cannot be updated"):
        cognito.admin_update_user_attributes(
            **asked, UserAttributes=[{"Name": "custom:team", "Value": "red"}]
        )
    with pytest.raises(ClientError, match="custom:team: Attribute cannot be deleted"):
        cognito.admin_delete_user_attributes(**asked, UserAttributeNames=["custom:team"])
    cognito.admin_update_user_attributes(
        **asked, UserAttributes=[{"Name": "custom:seats", "Value": "4"}]
    )
    found = cognito.admin_get_user(**asked)["UserAttributes"]
    values = {each["Name"]: each["Value"] for each in found}
    assert (values["custom:team"], values["custom:seats"]) == ("blue", "4")


def test_who_signs_up_needs_what_is_required(pool: tuple[Any, str]) -> None:
    cognito, pool_id = pool
    client = cognito.create_user_pool_client(UserPoolId=pool_id, ClientName="web")
    asked = {
        "ClientId": client["UserPoolClient"]["ClientId"],
        "Username": "ann@example.com",
        "Password": "Correct-horse-1",
    }
    with pytest.raises(ClientError, match="given_name: The attribute is required"):
        cognito.sign_up(**asked)
    cognito.sign_up(**asked, UserAttributes=[{"Name": "given_name", "Value": "Ann"}])


def test_a_value_is_not_null(pool: tuple[Any, str]) -> None:
    cognito, pool_id = pool
    named = {"UserPoolId": pool_id, "Username": "ann@example.com"}
    with pytest.raises(ClientError, match="Attribute value for given_name must not be null"):
        cognito.admin_create_user(**named, UserAttributes=[{"Name": "given_name"}])


def test_a_new_password_comes_with_what_is_missing_and_nothing_else(
    pool: tuple[Any, str],
) -> None:
    cognito, pool_id = pool
    client = cognito.create_user_pool_client(
        UserPoolId=pool_id, ClientName="web", ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    cognito.admin_create_user(
        UserPoolId=pool_id, Username="ann@example.com", TemporaryPassword="Correct-horse-1"
    )
    asked = {"USERNAME": "ann@example.com", "PASSWORD": "Correct-horse-1"}
    begun = cognito.initiate_auth(
        ClientId=client, AuthFlow="USER_PASSWORD_AUTH", AuthParameters=asked
    )

    def answer(**given: str) -> Any:
        named = {f"userAttributes.{name}": value for name, value in given.items()}
        return cognito.respond_to_auth_challenge(
            ClientId=client,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=begun["Session"],
            ChallengeResponses={
                "USERNAME": "ann@example.com",
                "NEW_PASSWORD": "Correct-horse-2",
                **named,
            },
        )

    for given, words in (
        ({}, "Invalid attributes given, given_name is missing"),
        ({"given_name": "Ann", "email": "b@example.com"}, "Cannot modify an already provided"),
        ({"given_name": "Ann", "email_verified": "true"}, "non-mutable attribute email_verified"),
        ({"given_name": "Ann", "custom:x": "1"}, "Attribute does not exist in the schema"),
    ):
        with pytest.raises(ClientError, match=words):
            answer(**given)
    assert answer(given_name="Ann")["AuthenticationResult"]
