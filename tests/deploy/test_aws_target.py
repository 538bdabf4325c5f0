"""The way to AWS: change sets, roles, bootstrap; answered at the HTTP boundary.

The standard endpoint variable leads the AWS clients to a local cloud, so requests and answers are
real ones; only the services behind them are emulated.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import AwsTarget, LocalTarget
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.execute.bootstrap import bootstrap_of, check_bootstrap
from workbench.deploy.execute.execute import execute
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.live.resources import list_resources
from workbench.deploy.plan.instructions import DeployStack, Plan, PublishAssets
from workbench.localcloud.env_vars import environment
from workbench.model.deployment import Method
from workbench.model.events import AnyEvent, ResourceProgressed


@pytest.fixture
def aws(local_cloud: LocalTarget, monkeypatch: pytest.MonkeyPatch) -> Clients:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in environment(local_cloud).items():
        monkeypatch.setenv(name, value)
    return Clients(AwsTarget(region="us-east-1"))


def calls_of(clients: Clients) -> list[str]:
    """The names of the CloudFormation operations that are called from now on."""
    seen: list[str] = []
    clients.cloudformation.meta.events.register(
        "before-call.cloudformation", lambda model, **_: seen.append(model.name)
    )
    return seen


@pytest.mark.npm
def test_quickstart_through_a_change_set(
    aws: Clients, quickstart: Assembly, tmp_path: Path
) -> None:
    role = bootstrap_of(aws).role("deploy")
    calls = calls_of(aws.acting_as(role))
    events: list[AnyEvent] = []
    first = Plan(
        Method.CLOUDFORMATION,
        quickstart,
        None,
        (PublishAssets(tuple(quickstart.assets)), DeployStack(quickstart.stack_name, create=True)),
    )
    live = execute(first, aws, events.append, snapshot=tmp_path / "live.json")
    assert live is not None
    assert "ExecuteChangeSet" in calls
    assert "CreateStack" not in calls
    told = {e.resource.construct_path for e in events if isinstance(e, ResourceProgressed)}
    assert "data/amplifyData/Todo/TodoTable" in told
    resources = list_resources(live, quickstart, aws.target)
    table = next(r for r in resources if r.construct_path == "data/amplifyData/Todo/TodoTable")
    assert table.console_url == (
        "https://us-east-1.console.aws.amazon.com/dynamodbv2/home?region=us-east-1"
        f"#table?name={table.physical_id}"
    )
    stack = aws.cloudformation.describe_stacks(StackName=quickstart.stack_name)["Stacks"][0]
    tags = {tag["Key"]: tag["Value"] for tag in stack["Tags"]}
    assert tags == {"amplify:deployment-type": "sandbox", "created-by": "amplify"}

    calls.clear()
    steps = (DeployStack(quickstart.stack_name, create=False),)
    again = Plan(Method.CLOUDFORMATION, quickstart, live, steps)
    execute(again, aws, events.append, snapshot=tmp_path / "live.json")
    assert "DeleteChangeSet" in calls
    assert "ExecuteChangeSet" not in calls


def test_an_account_without_bootstrap_gets_the_command(aws: Clients) -> None:
    bootstrap = bootstrap_of(aws, "cdk-hnb659fds-assets-${AWS::AccountId}-${AWS::Region}")
    check_bootstrap(aws, bootstrap)
    aws.ssm.delete_parameter(Name=bootstrap.version_parameter)
    with pytest.raises(DeploymentProblem) as failed:
        check_bootstrap(aws, bootstrap)
    assert "npx cdk bootstrap aws://000000000000/us-east-1" in failed.value.failure.fix


def test_an_old_bootstrap_is_too_old(aws: Clients) -> None:
    bootstrap = bootstrap_of(aws)
    aws.ssm.put_parameter(
        Name=bootstrap.version_parameter, Value="5", Type="String", Overwrite=True
    )
    with pytest.raises(DeploymentProblem, match="too old"):
        check_bootstrap(aws, bootstrap)


def test_bootstrap_names_follow_the_qualifier(aws: Clients) -> None:
    bootstrap = bootstrap_of(aws, "cdk-myqual-assets-${AWS::AccountId}-${AWS::Region}")
    assert bootstrap.bucket == "cdk-myqual-assets-000000000000-us-east-1"
    assert bootstrap.version_parameter == "/cdk-bootstrap/myqual/version"
    assert bootstrap.role("cfn-exec") == (
        "arn:aws:iam::000000000000:role/cdk-myqual-cfn-exec-role-000000000000-us-east-1"
    )
