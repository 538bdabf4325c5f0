"""The AWS console's addresses, in each partition."""

from __future__ import annotations

import pytest

from workbench.deploy.live.console_urls import console_url


@pytest.mark.parametrize(
    ("region", "host"),
    [
        ("eu-central-1", "eu-central-1.console.aws.amazon.com"),
        ("cn-north-1", "cn-north-1.console.amazonaws.cn"),
        ("us-gov-west-1", "us-gov-west-1.console.amazonaws-us-gov.com"),
    ],
)
def test_a_partition_has_a_console_of_its_own(region: str, host: str) -> None:
    url = console_url("AWS::Lambda::Function", "amplify-greeting", region)
    assert url == f"https://{host}/lambda/home?region={region}#/functions/amplify-greeting"


def test_an_id_is_escaped_as_the_console_reads_it() -> None:
    group = console_url("AWS::Logs::LogGroup", "/aws/lambda/f", "us-east-1")
    assert group.endswith("#logsV2:log-groups/log-group/$252Faws$252Flambda$252Ff")
    assert console_url("Custom::Unknown", "x", "us-east-1") == ""
