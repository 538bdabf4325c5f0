"""A pool's triggers are read from its LambdaConfig, which tells more than triggers."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.users.trigger_functions import trigger_functions

ARN = "arn:aws:lambda:us-east-1:000000000000:function:"


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ({}, {}),
        ({"PreSignUp": ARN + "check", "PostConfirmation": ""}, {"PreSignUp": "check"}),
        ({"PreSignUp": ARN + "check:live"}, {"PreSignUp": "check"}),
        (
            {
                "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": ARN + "mail"},
                "CustomSMSSender": {"LambdaVersion": "V1_0", "LambdaArn": ARN + "sms"},
                "KMSKeyID": "arn:aws:kms:us-east-1:000000000000:key/1",
            },
            {"CustomEmailSender": "mail", "CustomSMSSender": "sms"},
        ),
        (
            {
                "PreTokenGeneration": ARN + "claims",
                "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": ARN + "claims"},
            },
            {"PreTokenGeneration V2_0": "claims"},
        ),
        (
            {"PreTokenGenerationConfig": {"LambdaVersion": "V1_0", "LambdaArn": ARN + "claims"}},
            {"PreTokenGeneration": "claims"},
        ),
    ],
)
def test_triggers_and_their_functions(config: dict[str, Any], found: dict[str, str]) -> None:
    assert trigger_functions(config) == found
