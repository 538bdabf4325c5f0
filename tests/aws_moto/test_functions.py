"""``functions`` by a profile: the managed policy is enough, what is denied is named."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.aws_moto.amplify_hosting import APP, AmplifyHosting
from tests.aws_moto.aws import Aws
from tests.aws_moto.enforcement import Enforcement
from tests.aws_moto.sandbox import Deployer
from tests.aws_moto.test_function_logs import log
from tests.branches.repository import make_repository
from workbench.cli.main import main
from workbench.function_logs.functions import functions_of
from workbench.project.identity import stack_name
from workbench.project.models import BackendIdentity

REQUEST = "79b4f56e-95b1-4643-9700-2807f4e68189"
COMMANDS = ("list", "logs --since 1h", "invoke greeting", "events greeting")
NEEDS = (
    ("list", "cloudformation:DescribeStacks"),
    ("logs --since 1h", "logs:FilterLogEvents"),
    ("invoke greeting", "lambda:InvokeFunction"),
    ("events greeting", "logs:FilterLogEvents"),
)


@pytest.fixture(autouse=True)
def here(deployed: Deployer, deployed_aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """In the project's folder; greeting has run once, logging text and JSON."""
    monkeypatch.chdir(deployed.root)
    live = deployed.live()
    assert live is not None
    (greeting,) = functions_of(live)
    log(
        deployed,
        greeting.log_group,
        f"START RequestId: {REQUEST} Version: $LATEST\n",
        f"[WARNING]\t2026-01-01T00:00:00.000Z\t{REQUEST}\tas text\n",
        json.dumps({"level": "ERROR", "message": "as JSON", "requestId": REQUEST, "order": 7}),
        f"REPORT RequestId: {REQUEST}\tDuration: 4.5 ms\tBilled Duration: 5 ms\t"
        "Memory Size: 128 MB\tMax Memory Used: 70 MB\n",
        stream="cli",
    )
    deployed_aws.calls.clear()
    yield


def functions(command: str) -> int:
    return main(["functions", *command.split(), "--profile", "moto", "--identifier", "tester"])


def test_the_managed_policy_is_enough(
    deployed_aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    enforcement = Enforcement(deployed_aws)
    said = {}
    for command in COMMANDS:
        assert functions(command) == 0
        out, err = capsys.readouterr()
        said[command] = out + err
    # The numbers of the last hour are beyond it; the list says so, and shows the rest.
    assert enforcement.actions == {"cloudwatch:GetMetricData"}
    assert enforcement.unknown == []
    assert "may not call cloudwatch:GetMetricData" in said["list"]
    assert "greeting" in said["list"]
    for words in ("as text", "as JSON  order=7", "4.5 ms, billed 5 ms, 70 of 128 MB"):
        assert words in said["logs --since 1h"]
    assert "START" not in said["logs --since 1h"]
    assert '"invoked"' in said["invoke greeting"]
    assert REQUEST in said["events greeting"]


@pytest.mark.parametrize(("command", "action"), NEEDS)
def test_what_is_denied_is_said(
    deployed_aws: Aws, command: str, action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed_aws.faults.deny(action.replace("InvokeFunction", "Invoke"))
    assert functions(command) == 1
    assert f"may not call {action}" in capsys.readouterr().err


def test_production_is_invoked_only_on_demand(
    deployed: Deployer, deployed_aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    make_repository(deployed.root)
    hosting = AmplifyHosting(repository=str(deployed.root))
    hosting.add_branch("main", stage="PRODUCTION")
    deployed_aws.extra.append(hosting.answer)
    make_stack(deployed, stack_name(BackendIdentity(APP, "main", "branch")))
    assert functions("list --branch main --json") == 0
    (found,) = json.loads(capsys.readouterr().out)
    assert found["name"] == "charge"
    assert functions("invoke charge --branch main") == 1
    assert "main is production: the function runs with its data." in capsys.readouterr().err
    assert deployed_aws.calls.of("lambda:Invoke") == []
    assert functions("invoke charge --branch main --yes") == 0
    (call,) = deployed_aws.calls.of("lambda:Invoke")
    assert found["function"] in call.request.path


def make_stack(deployed: Deployer, name: str) -> None:
    """A branch's stack with one function."""
    role = {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
    }
    function = {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "Runtime": "python3.12",
            "Handler": "index.handler",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Code": {"ZipFile": "def handler(event, context): pass"},
            "Tags": [{"Key": "amplify:friendly-name", "Value": "charge"}],
        },
    }
    deployed.clients.cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps({"Resources": {"Role": role, "Charge": function}})
    )
