"""What a local pool's schema may define, and which attributes an app client may read and write."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.localcloud.user_pools import Pool, pairs, refused
from workbench.localcloud.json_web_tokens import read_token

if TYPE_CHECKING:
    from tests.localcloud.conftest import Stacks

TEXT = {"Name": "team", "AttributeDataType": "String"}


def limits(kind: str, least: str, most: str, name: str = "x") -> dict[str, Any]:
    ends = ("MinLength", "MaxLength") if kind == "String" else ("MinValue", "MaxValue")
    constraints = dict(zip(ends, (least, most), strict=True))
    return {
        "Name": name,
        "AttributeDataType": kind,
        f"{kind}AttributeConstraints": constraints,
    }


@pytest.mark.parametrize(
    ("definition", "words"),
    [
        (
            {"Name": "x"},
            "Invalid AttributeDataType input, consider using the provided AttributeDataType enum.",
        ),
        (TEXT | {"Required": True}, "Required custom attributes are not supported currently."),
        (
            {"Name": "email", "AttributeDataType": "Number"},
            "You can not change AttributeDataType or set developerOnlyAttribute for standard "
            "schema attribute email",
        ),
        (limits("String", "9", "3"), "user.custom:x: Max length cannot be less than min length."),
        (limits("Number", "9", "3"), "user.custom:x: Max value cannot be less than min value."),
        (
            limits("String", "0", "2049", "email"),
            "user.email: String attributes cannot have a length of more than 2048",
        ),
        (
            limits("String", "few", "9", "email"),
            "Invalid StringAttributeConstraints for schema attribute email",
        ),
    ],
)
def test_a_definition_that_cannot_be_is_refused(
    stacks: Stacks, definition: dict[str, Any], words: str
) -> None:
    assert refused(lambda: Pool(stacks, Schema=[definition])) == (
        "InvalidParameterException",
        words,
    )
    if definition["Name"] != "email":
        pool = Pool(stacks)
        add = pool.cognito.add_custom_attributes
        assert refused(lambda: add(UserPoolId=pool.id, CustomAttributes=[definition]))[1] == words


def test_a_template_is_held_to_the_same(stacks: Stacks) -> None:
    wrong = {"Schema": [{"Name": "x", "AttributeDataType": "String", "Required": True}]}
    template = {"Resources": {"Pool": {"Type": "AWS::Cognito::UserPool", "Properties": wrong}}}
    assert stacks.create("pool", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = json.dumps([each.get("ResourceStatusReason") for each in stacks.events("pool")])
    assert "Required custom attributes are not supported currently." in reasons


def test_custom_attributes_are_mutable_and_those_of_developers_say_so(stacks: Stacks) -> None:
    hidden = {**TEXT, "Name": "level", "DeveloperOnlyAttribute": True}
    pool = Pool(stacks, Schema=[TEXT, hidden])
    described = pool.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]
    schema = {each["Name"]: each for each in described["SchemaAttributes"]}
    assert schema["custom:team"]["Mutable"] is True
    assert schema["dev:custom:level"]["DeveloperOnlyAttribute"] is True
    add = pool.cognito.add_custom_attributes
    assert refused(lambda: add(UserPoolId=pool.id, CustomAttributes=[hidden])) == (
        "InvalidParameterException",
        "custom:level: Existing attribute already has name dev:custom:level.",
    )
    pool.create("ann", **{"dev:custom:level": "9"})
    assert pool.user("ann")["dev:custom:level"] == "9"


def test_a_pool_tells_what_is_set(stacks: Stacks) -> None:
    template = {"SmsMessage": "{####} here", "EmailSubject": "Hello", "EmailMessage": "{####}"}
    pool = Pool(stacks, VerificationMessageTemplate=template)
    told = pool.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]
    assert told["VerificationMessageTemplate"] == {
        **template,
        "DefaultEmailOption": "CONFIRM_WITH_CODE",
    }
    assert (told["SmsVerificationMessage"], told["EmailVerificationSubject"]) == (
        "{####} here",
        "Hello",
    )
    assert not {"AliasAttributes", "AccountRecoverySetting", "Domain"} & set(told)
    assert set(pool.client) <= set("0123456789abcdefghijklmnopqrstuvwxyz")
    both = {"AliasAttributes": ["email"], "UsernameAttributes": ["email"]}
    assert refused(lambda: Pool(stacks, **both)) == (
        "InvalidParameterException",
        "Only one of the aliasAttributes or usernameAttributes can be set in a user pool.",
    )


FORBIDDEN = ("NotAuthorizedException", "A client attempted to write unauthorized attribute")


def test_a_client_reads_and_writes_what_its_lists_have(stacks: Stacks) -> None:
    client = {"ReadAttributes": ["name"], "WriteAttributes": ["name", "email"]}
    pool = Pool(stacks, client, Schema=[TEXT])
    assert refused(lambda: pool.sign_up("bob", custom__team="a")) == FORBIDDEN
    assert refused(lambda: pool.sign_up("bob", email_verified="true")) == FORBIDDEN
    pool.sign_up("ann", name="Ann", email="ann@example.com")
    pool.update("ann", custom__team="blue")
    tokens = pool.sign_in("ann")
    own = {"AccessToken": tokens["AccessToken"]}
    update, delete = pool.cognito.update_user_attributes, pool.cognito.delete_user_attributes
    change = pairs({"custom:team": "red"})
    assert refused(lambda: update(**own, UserAttributes=change)) == FORBIDDEN
    assert refused(lambda: delete(**own, UserAttributeNames=["custom:team"])) == FORBIDDEN
    update(**own, UserAttributes=pairs({"name": "Anna"}))
    told = pool.cognito.get_user(**own)["UserAttributes"]
    assert {each["Name"] for each in told} == {"sub", "name"}
    token = read_token(tokens["IdToken"])
    assert token is not None
    assert token.claims["name"] == "Ann"
    assert not {"email", "email_verified", "custom:team"} & set(token.claims)


@pytest.mark.parametrize(
    ("member", "name"),
    [("ReadAttributes", "custom:x"), ("WriteAttributes", "custom:x"), ("WriteAttributes", "sub")],
)
def test_a_client_lists_attributes_that_there_are(stacks: Stacks, member: str, name: str) -> None:
    what = "read" if member == "ReadAttributes" else "write"
    assert refused(lambda: Pool(stacks, {member: ["name", name]})) == (
        "InvalidParameterException",
        f"Invalid {what} attributes specified while creating a client",
    )
