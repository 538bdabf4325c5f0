"""The way to AWS: direct updates, roles, bootstrap; answered at the HTTP boundary.

The standard endpoint variable leads the AWS clients to a local cloud, so requests and answers are
real ones; only the services behind them are emulated.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.aws.clients import Clients
from workbench.aws.target import AwsTarget, LocalTarget
from workbench.deploy.assembly.assembly import Assembly, read_assembly
from workbench.deploy.assembly.role_name import RoleName
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
def test_quickstart_without_a_change_set(
    aws: Clients, quickstart: Assembly, tmp_path: Path
) -> None:
    bootstrap = bootstrap_of(aws, quickstart.roles)
    calls = calls_of(bootstrap.acting(aws, quickstart.roles.deploy))
    events: list[AnyEvent] = []
    first = Plan(
        Method.CLOUDFORMATION,
        quickstart,
        None,
        (PublishAssets(tuple(quickstart.assets)), DeployStack(quickstart.stack_name, create=True)),
    )
    live = execute(first, aws, events.append, snapshot=tmp_path / "live.json")
    assert live is not None
    assert "CreateStack" in calls
    assert "CreateChangeSet" not in calls
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
    assert calls.count("UpdateStack") == 1
    assert "CreateChangeSet" not in calls


def test_an_account_without_bootstrap_gets_the_command(aws: Clients) -> None:
    bootstrap = bootstrap_of(aws)
    check_bootstrap(aws, bootstrap)
    # The usual one is ready in every region of a local cloud.
    roles = replace(bootstrap.roles, version_parameter="/cdk-bootstrap/other/version")
    with pytest.raises(DeploymentProblem) as failed:
        check_bootstrap(aws, replace(bootstrap, roles=roles))
    assert "npx cdk bootstrap aws://000000000000/us-east-1" in failed.value.failure.fix


def test_an_old_bootstrap_is_too_old(aws: Clients) -> None:
    bootstrap = bootstrap_of(aws)
    aws.ssm.put_parameter(
        Name=bootstrap.roles.version_parameter, Value="5", Type="String", Overwrite=True
    )
    with pytest.raises(DeploymentProblem, match="too old"):
        check_bootstrap(aws, bootstrap)


def test_roles_and_bootstrap_are_those_of_the_manifest(aws: Clients, tmp_path: Path) -> None:
    properties = {
        "templateFile": "s.template.json",
        "assumeRoleArn": "arn:${AWS::Partition}:iam::${AWS::AccountId}:role/ours-${AWS::Region}",
        "assumeRoleExternalId": "team-7",
        "cloudFormationExecutionRoleArn": "arn:aws:iam::${AWS::AccountId}:role/runs",
        "requiresBootstrapStackVersion": 8,
        "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/myqual/version",
    }
    destination = {
        "bucketName": "ours-${AWS::AccountId}",
        "objectKey": "a.json",
        "assumeRoleArn": "arn:aws:iam::${AWS::AccountId}:role/publishes",
        "assumeRoleExternalId": "team-8",
    }
    files = {"a": {"source": {"path": "a.json"}, "destinations": {"x": destination}}}
    artifacts = {
        "s": {
            "type": "aws:cloudformation:stack",
            "properties": properties,
            "dependencies": ["s.assets"],
        },
        "s.assets": {"type": "cdk:asset-manifest", "properties": {"file": "s.assets.json"}},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    (tmp_path / "s.assets.json").write_text(json.dumps({"files": files}))
    (tmp_path / "s.template.json").write_text(json.dumps({"Resources": {}}))
    assembly = read_assembly(tmp_path, "s")
    bootstrap = bootstrap_of(aws, assembly.roles)
    assert bootstrap.qualifier == "myqual"
    assert assembly.assets["a"].role == RoleName(destination["assumeRoleArn"], "team-8")
    assert bootstrap.fill(assembly.roles.execution) == "arn:aws:iam::000000000000:role/runs"
    role = assembly.roles.deploy
    assert role.external_id == "team-7"
    assert bootstrap.fill(role.arn) == "arn:aws:iam::000000000000:role/ours-us-east-1"

    aws.ssm.put_parameter(Name="/cdk-bootstrap/myqual/version", Value="7", Type="String")
    with pytest.raises(DeploymentProblem, match="at least 8 is needed"):
        check_bootstrap(aws, bootstrap)
