"""Web pages in place of AWS's answers, as proxies and gateways send them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.session import Session

from tests.aws.test_clients import answering
from workbench.aws.client_errors import FOREIGN_ANSWER, ForeignAnswerError
from workbench.aws.clients import Clients
from workbench.aws.credentials import identify
from workbench.aws.foreign_answers import recognise_foreign_answers
from workbench.aws.target import AwsTarget
from workbench.deploy.failure.failure import failure_from_exception
from workbench.model.user_problem import UserProblem

PAGE = "<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>…</body></html>"
TARGET = AwsTarget(region="us-east-1")


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not-a-real-key")


@pytest.mark.parametrize("body", [PAGE, "Please sign in.", "<html>"])
def test_a_page_is_not_taken_for_an_answer(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    with answering(200, body) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        clients = Clients(TARGET)
        with pytest.raises(ForeignAnswerError) as met:
            clients.cloudformation.describe_stacks(StackName="any")
        with pytest.raises(UserProblem, match="something that is not its API") as problem:
            identify(clients)
    assert "proxy" in problem.value.next_step
    failure = failure_from_exception(met.value, TARGET)
    assert failure.title == f"{FOREIGN_ANSWER}."
    assert "amplify-tui" not in failure.fix


def test_a_json_service_reads_no_page_either(monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200, PAGE) as endpoint:
        monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
        with pytest.raises(ForeignAnswerError, match="502 Bad Gateway"):
            Clients(TARGET).ssm.get_parameter(Name="any")


def test_a_gateways_5xx_is_sent_again_and_then_told() -> None:
    with answering(502, PAGE) as endpoint:
        session = Session()
        recognise_foreign_answers(session)
        client: Any = session.create_client(
            "cloudformation",
            region_name="us-east-1",
            endpoint_url=endpoint,
            config=Config(retries={"total_max_attempts": 2, "mode": "standard"}),
        )
        with pytest.raises(ClientError) as met:
            client.list_stack_resources(StackName="any")
    assert met.value.response["ResponseMetadata"]["RetryAttempts"] == 1
    failure = failure_from_exception(met.value, TARGET)
    assert failure.title == f"{FOREIGN_ANSWER}."
    assert failure.reason == "502 Bad Gateway"
    assert failure.offer == "retry"
