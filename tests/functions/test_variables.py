from __future__ import annotations

import json

import pytest

from workbench.functions.variables import Variable, variables
from workbench.redaction.secret_shapes import MASK


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("COLOUR", "green", "green"),
        ("EMPTY_TOKEN", "", ""),
        ("STRIPE_SECRET", "abc", MASK),
        ("DB_PASSWORD", "abc", MASK),
        ("GITHUB_TOKEN", "abc", MASK),
        ("API_KEY", "abc", MASK),
        ("apiKey", "abc", MASK),
        ("PRIVATE_PEM", "abc", MASK),
        ("KEYBOARD", "qwerty", "qwerty"),
        ("MONKEY", "chimp", "chimp"),
        (
            "DB_SECRET_ARN",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db",
            "arn:aws:secretsmanager:eu-west-1:1:secret:db",
        ),
        ("X", "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLE1", MASK),
        ("TABLE", "Chat-4zvq2mfkrbd7jpsyx5gh6twc3e-NONE", "Chat-4zvq2mfkrbd7jpsyx5gh6twc3e-NONE"),
        ("URL", "https://ann:pw@example.com/a", f"https://{MASK}@example.com/a"),
        (
            "ENDPOINT",
            "https://4zvq2mfkrbd7jpsyx5gh6twc3e.appsync-api.eu-west-1.amazonaws.com/graphql",
            "https://4zvq2mfkrbd7jpsyx5gh6twc3e.appsync-api.eu-west-1.amazonaws.com/graphql",
        ),
        (
            "GREETING",
            "hello_to_all_of_you_out_there_100_times",
            "hello_to_all_of_you_out_there_100_times",
        ),
    ],
)
def test_secrets_are_masked_by_name_shape_and_randomness(name: str, value: str, shown: str) -> None:
    (found,) = variables({name: value}, {"Chat-4zvq2mfkrbd7jpsyx5gh6twc3e-NONE"})
    assert (found.value, found.is_secret) == (shown, shown != value)


def test_what_amplify_stores_is_shown_by_its_path() -> None:
    config = {
        "PAYMENT": {"path": "/amplify/a/b/PAYMENT", "sharedPath": "/amplify/shared/a/PAYMENT"},
        "BUCKET_NAME": {"path": "/amplify/resource_reference/a/b/BUCKET_NAME"},
    }
    given = dict.fromkeys(config, "<value will be resolved during runtime>")
    found = {
        each.name: each
        for each in variables(given | {"AMPLIFY_SSM_ENV_CONFIG": json.dumps(config)})
    }
    paths = "/amplify/a/b/PAYMENT, else /amplify/shared/a/PAYMENT"
    assert found["PAYMENT"] == Variable("PAYMENT", MASK, True, paths)
    path = "/amplify/resource_reference/a/b/BUCKET_NAME"
    assert found["BUCKET_NAME"] == Variable("BUCKET_NAME", "", False, path)
    assert variables({"AMPLIFY_SSM_ENV_CONFIG": "[1"})[0].value == "[1"
