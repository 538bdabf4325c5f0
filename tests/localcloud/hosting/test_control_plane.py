"""Amplify Hosting by boto3 itself: every answer is parsed, and checked against botocore's model."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.branches.repository import make_repository
from workbench.aws.clients import Clients
from workbench.localcloud.hosting.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.aws.target import LocalTarget


@pytest.fixture
def amplify(local_cloud: LocalTarget) -> Any:
    """boto3's client, which asserts that each answer has what the model requires."""
    client = Clients(local_cloud).client("amplify")

    def check(parsed: dict[str, Any], model: Any, **_: object) -> None:
        if "Error" not in parsed and model.output_shape is not None:
            require(model.output_shape, parsed, model.name)

    client.meta.events.register("after-call.amplify", check)
    return client


def require(shape: Any, value: Any, where: str) -> None:
    """Every required member is there, all the way down."""
    if shape.type_name == "structure":
        for name in shape.required_members:
            assert value.get(name) is not None, f"{where}.{name}"
        for name, member in shape.members.items():
            if value.get(name) is not None:
                require(member, value[name], f"{where}.{name}")
    elif shape.type_name == "list":
        for each in value:
            require(shape.member, each, where)


@pytest.fixture
def app(amplify: Any) -> Iterator[str]:
    made = amplify.create_app(name="chat", tags={"team": "blue"})["app"]
    yield made["appId"]
    amplify.delete_app(appId=made["appId"])


def code_of(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_every_operation_of_the_api_is_served(amplify: Any) -> None:
    assert set(OPERATIONS) == set(amplify.meta.service_model.operation_names)


def test_apps_are_made_changed_listed_and_deleted(amplify: Any) -> None:
    made = amplify.create_app(name="one", environmentVariables={"A": "1"})["app"]
    key = made["appId"]
    assert key.startswith("d")
    assert made["appArn"].endswith(f"apps/{key}")
    changed = amplify.update_app(appId=key, description="The first", environmentVariables={})["app"]
    assert (changed["description"], changed["environmentVariables"]) == ("The first", {})
    assert changed["name"] == "one"
    assert key in [each["appId"] for each in amplify.list_apps(maxResults=100)["apps"]]
    amplify.delete_app(appId=key)
    with pytest.raises(ClientError, match=f"App {key} not found") as refused:
        amplify.get_app(appId=key)
    assert code_of(refused) == "NotFoundException"
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_branches_with_slashes_in_pages(amplify: Any, app: str) -> None:
    names = [f"feature/{number:02}" for number in range(23)]
    for name in names:
        amplify.create_branch(appId=app, branchName=name, enableAutoBuild=False)
    pages = list(amplify.get_paginator("list_branches").paginate(appId=app))
    assert [each["branchName"] for page in pages for each in page["branches"]] == names
    assert len(pages) == 3
    with pytest.raises(ClientError, match="already exists") as refused:
        amplify.create_branch(appId=app, branchName="feature/03")
    assert code_of(refused) == "BadRequestException"
    first = amplify.list_branches(appId=app, maxResults=5)
    amplify.delete_branch(appId=app, branchName="feature/04")
    following = amplify.list_branches(appId=app, maxResults=2, nextToken=first["nextToken"])
    assert [each["branchName"] for each in following["branches"]] == ["feature/05", "feature/06"]
    assert amplify.get_branch(appId=app, branchName="feature/09")["branch"]["stage"] == "NONE"


@pytest.mark.parametrize(
    "asked",
    [
        {"maxResults": 51},
        {"nextToken": "not a token"},
    ],
)
def test_wrong_pages_are_refused(amplify: Any, app: str, asked: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as refused:
        amplify.list_branches(appId=app, **asked)
    assert code_of(refused) == "BadRequestException"


def test_wrong_members_are_refused_as_aws_words_it(amplify: Any, app: str) -> None:
    with pytest.raises(ClientError, match="failed to satisfy constraint"):
        amplify.create_branch(appId=app, branchName="x", stage="NOWHERE")
    with pytest.raises(ClientError, match="failed to satisfy constraint"):
        amplify.create_branch(appId=app, branchName="x" * 300)
    with pytest.raises(ClientError, match="serves no web sites"):
        amplify.create_deployment(appId=app, branchName="main")
    with pytest.raises(ClientError, match="not connected to a repository"):
        amplify.create_branch(appId=app, branchName="main")
        amplify.start_job(appId=app, branchName="main", jobType="RELEASE")


def test_tags_domains_webhooks_and_backend_environments(amplify: Any, app: str) -> None:
    arn = amplify.get_app(appId=app)["app"]["appArn"]
    amplify.tag_resource(resourceArn=arn, tags={"stage": "test"})
    amplify.untag_resource(resourceArn=arn, tagKeys=["team"])
    assert amplify.list_tags_for_resource(resourceArn=arn)["tags"] == {"stage": "test"}
    with pytest.raises(ClientError) as refused:
        amplify.list_tags_for_resource(resourceArn=f"{arn}x")
    assert code_of(refused) == "ResourceNotFoundException"

    amplify.create_branch(appId=app, branchName="main")
    domain = amplify.create_domain_association(
        appId=app,
        domainName="example.com",
        subDomainSettings=[{"prefix": "www", "branchName": "main"}],
    )["domainAssociation"]
    assert domain["domainStatus"] == "PENDING_VERIFICATION"
    assert " CNAME " in domain["certificateVerificationDNSRecord"]
    assert domain["subDomains"][0]["dnsRecord"].startswith("www CNAME ")
    (listed,) = amplify.list_domain_associations(appId=app)["domainAssociations"]
    assert listed == domain
    amplify.delete_domain_association(appId=app, domainName="example.com")

    hook = amplify.create_webhook(appId=app, branchName="main")["webhook"]
    changed = amplify.update_webhook(webhookId=hook["webhookId"], description="CI")["webhook"]
    assert (changed["branchName"], changed["description"]) == ("main", "CI")
    assert amplify.list_webhooks(appId=app)["webhooks"] == [changed]
    amplify.delete_webhook(webhookId=hook["webhookId"])

    amplify.create_backend_environment(appId=app, environmentName="staging")
    (found,) = amplify.list_backend_environments(appId=app)["backendEnvironments"]
    assert found["environmentName"] == "staging"
    amplify.delete_backend_environment(appId=app, environmentName="staging")


def test_a_job_that_cannot_deploy_says_why_in_its_log(
    amplify: Any, local_cloud: LocalTarget, tmp_path: Path
) -> None:
    import httpx

    repository = make_repository(tmp_path / "empty")
    commit = repository.commit("No backend in here")
    made = amplify.create_app(name="empty", repository=str(repository.root))["app"]["appId"]
    amplify.create_branch(appId=made, branchName="main")
    started = amplify.start_job(appId=made, branchName="main", jobType="RELEASE")["jobSummary"]
    assert started["status"] == "PENDING"
    job = settled(amplify, made, "main", started["jobId"])
    assert (job["summary"]["status"], job["summary"]["commitId"]) == ("FAILED", commit)
    assert [step["status"] for step in job["steps"]] == ["SUCCEED", "SUCCEED", "FAILED"]
    text = httpx.get(job["steps"][-1]["logUrl"]).text
    assert "amplify" in text
    assert "Traceback" not in text
    rest = httpx.get(job["steps"][-1]["logUrl"], params={"offset": len(text.encode()) - 5}).text
    assert rest == text[-5:]
    (summary,) = amplify.list_jobs(appId=made, branchName="main")["jobSummaries"]
    assert summary["commitMessage"] == "No backend in here"
    retried = amplify.start_job(appId=made, branchName="main", jobType="RETRY", jobId="1")
    assert settled(amplify, made, "main", retried["jobSummary"]["jobId"])["summary"]["jobId"] == "2"
    with pytest.raises(ClientError, match="has ended"):
        amplify.stop_job(appId=made, branchName="main", jobId="1")
    worktrees = repository.root / ".amplify" / "worktrees"
    assert len(list(worktrees.iterdir())) == 1
    amplify.delete_branch(appId=made, branchName="main")
    deadline = time.monotonic() + 10
    while list(worktrees.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(worktrees.iterdir()) == []
    assert repository.git("worktree", "list").count("\n") == 0
    amplify.delete_app(appId=made)


def settled(amplify: Any, app: str, branch: str, job: str) -> dict[str, Any]:
    """The job when it has ended; at most two minutes."""
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found: dict[str, Any] = amplify.get_job(appId=app, branchName=branch, jobId=job)["job"]
        if found["summary"]["status"] in ("SUCCEED", "FAILED", "CANCELLED"):
            return found
        time.sleep(0.05)
    raise AssertionError(f"the job is still {found['summary']['status']}")
