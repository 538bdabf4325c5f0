"""A function whose policy does not let Cognito invoke it is not invoked, as on AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.local_clouds import SharedCloud
from tests.localcloud.ministack.cognito_triggers.conftest import (
    EMAIL,
    TriggeredPool,
    make_function,
    refusal,
)

CODE = "def handler(event, context):\n    return event\n"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module", autouse=True)
def made(shared_cloud: SharedCloud, pool: TriggeredPool) -> None:
    """A function with a role of its own; one with a made-up role is held to nothing."""
    iam: Any = shared_cloud.clients.client("iam")
    role = iam.create_role(RoleName="held-triggers", AssumeRolePolicyDocument=json.dumps(TRUST))[
        "Role"
    ]["Arn"]
    function = make_function(shared_cloud, "held", CODE, {}, Role=role)
    pool.make(LambdaConfig={"PreSignUp": function})


def allow(cloud: SharedCloud, source: str) -> None:
    function: Any = cloud.clients.lambda_
    function.add_permission(
        FunctionName="held",
        StatementId=source.rpartition("/")[2],
        Action="lambda:InvokeFunction",
        Principal="cognito-idp.amazonaws.com",
        SourceArn=source,
    )


def test_only_its_permission_lets_a_pool_invoke_a_function(
    shared_cloud: SharedCloud, pool: TriggeredPool
) -> None:
    arn = pool.cognito.describe_user_pool(UserPoolId=pool.id)["UserPool"]["Arn"]
    for step in ("none", "of another pool"):
        if step != "none":
            allow(shared_cloud, f"{arn}x")
        with pytest.raises(ClientError) as refused:
            pool.sign_up()
        assert refusal(refused) == (
            "UnexpectedLambdaException",
            "PreSignUp invocation failed due to error AccessDeniedException.",
        )
        assert pool.status(EMAIL) == ""
    allow(shared_cloud, arn)
    assert pool.sign_up()["UserSub"]
