from __future__ import annotations

from typing import Any

import pytest

from workbench.functions.policy_words import Grant, grants_of

A = "arn:aws:{}:eu-west-1:111122223333:{}"
TABLE = A.format("dynamodb", "table/Chat-x-NONE")


def grants(**statement: Any) -> list[Grant]:
    document = {"Statement": [{"Effect": "Allow", **statement}]}
    return list(
        grants_of("p", document, {"Chat-x-NONE": "data/Chat", "photos-1": "storage/photos"})
    )


@pytest.mark.parametrize(
    ("actions", "resource", "text"),
    [
        (
            ["dynamodb:Query", "dynamodb:PutItem"],
            TABLE,
            "may read and write table data/Chat (Chat-x-NONE)",
        ),
        (
            ["dynamodb:GetItem"],
            [TABLE, f"{TABLE}/index/*"],
            "may read table data/Chat (Chat-x-NONE)",
        ),
        (
            ["dynamodb:Query"],
            f"{TABLE}/index/byOwner",
            "may read index byOwner of table data/Chat (Chat-x-NONE)",
        ),
        ("dynamodb:*", A.format("dynamodb", "table/*"), "may do everything with any table !"),
        (
            ["sqs:SendMessage", "sqs:GetQueueUrl"],
            A.format("sqs", "jobs"),
            "may send to and read queue jobs",
        ),
        (
            ["sqs:ReceiveMessage", "sqs:DeleteMessage"],
            A.format("sqs", "jobs"),
            "may receive from queue jobs",
        ),
        ("sns:Publish", A.format("sns", "news"), "may publish to topic news"),
        (
            "s3:GetObject",
            "arn:aws:s3:::photos-1/public/*",
            "may read objects of bucket storage/photos (photos-1) under public/",
        ),
        (
            ["s3:ListBucket", "s3:GetObject"],
            ["arn:aws:s3:::photos-1", "arn:aws:s3:::photos-1/*"],
            "may read bucket storage/photos (photos-1)",
        ),
        ("s3:DeleteObject", "arn:aws:s3:::*/*", "may delete objects of bucket * !"),
        (
            "s3:PutObject",
            "arn:aws:s3:::photos-1/*",
            "may write objects of bucket storage/photos (photos-1)",
        ),
        (
            "ssm:GetParameters",
            A.format("ssm", "parameter/amplify/x/TOKEN"),
            "may read parameter /amplify/x/TOKEN",
        ),
        (
            "lambda:InvokeFunction",
            A.format("lambda", "function:other"),
            "may invoke function other",
        ),
        (
            "appsync:GraphQL",
            A.format("appsync", "apis/abc/types/Query/*"),
            "may call Query of API abc",
        ),
        (
            "appsync:GraphQL",
            A.format("appsync", "apis/abc/types/Mutation/fields/send"),
            "may call Mutation.send of API abc",
        ),
        (
            ["cognito-idp:AdminAddUserToGroup", "cognito-idp:ListUsers"],
            A.format("cognito-idp", "userpool/eu_1"),
            "may call AdminAddUserToGroup and ListUsers on user pool eu_1",
        ),
        (["logs:CreateLogGroup", "logs:PutLogEvents"], "*", "may write any log group !"),
        ("*", "*", "may do everything with any resource !"),
        (
            ["foo:A", "foo:B", "foo:C", "foo:D"],
            A.format("foo", "thing/1"),
            "may call foo:A, foo:B, foo:C and 1 more on foo thing/1",
        ),
    ],
)
def test_a_statement_is_a_sentence(actions: Any, resource: Any, text: str) -> None:
    (found,) = grants(Action=actions, Resource=resource)
    assert found.text + (" !" if found.is_wide else "") == text


def test_conditions_denials_and_the_not_elements() -> None:
    (found,) = grants(
        Action="s3:GetObject",
        Resource="arn:aws:s3:::b/*",
        Condition={
            "StringLike": {"s3:prefix": ["a/*", "b/*"]},
            "BoolIfExists": {"aws:SecureTransport": "true"},
        },
    )
    assert found.text == (
        "may read objects of bucket b if s3:prefix is like a/* or b/* and"
        " aws:SecureTransport is true"
    )
    (found,) = grants(Effect="Deny", Action="s3:*", Resource="*")
    assert (found.text, found.denies, found.is_wide) == (
        "may not do everything with any bucket", True, False,
    )  # fmt: skip
    (found,) = grants(NotAction=["iam:*"], Resource="*")
    assert found.text == "may do everything but iam:* with any resource"
    (found,) = grants(Action="s3:GetObject", NotResource=["arn:aws:s3:::secret"])
    assert (found.text, found.is_wide) == ("may read everything but bucket secret", True)
    assert grants_of("p", None, {}) == grants_of("p", {"Statement": "x"}, {}) == ()
