from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.functions.live_stacks import function, live
from tests.localcloud.ministack.functions.conftest import NODE
from workbench.aws.clients import Clients
from workbench.deploy.assembly.assembly import Assembly, AssemblyStack, FileAsset
from workbench.deploy.assembly.template import Template
from workbench.functions.local_run import (
    LocalRun,
    run_locally,
    saved_function,
    saved_functions,
)
from workbench.functions.open_functions import OpenedFunctions
from workbench.model.user_problem import UserProblem

ROLE = "arn:aws:iam::000000000000:role/any"
CODE = """\
exports.handler = async event => {
  if (event.fails) throw new Error('as wished');
  const { WORD, TABLE, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  return { WORD, TABLE, session: [AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN] };
};
"""


def assembly(folder: Path, **properties: Any) -> Assembly:
    """The saved code: one function ``hello``, and a resource of the CDK's own."""
    asset = folder / "asset.1"
    asset.mkdir(exist_ok=True)
    (asset / "index.js").write_text(CODE)
    hello = function(
        Runtime=NODE, Handler="index.handler", Timeout=20,
        Code={"S3Bucket": "assets", "S3Key": "1.zip"},
        Tags=[{"Key": "amplify:friendly-name", "Value": "hello"}],
        Environment={"Variables": {"WORD": "hi", "TABLE": {"Ref": "Table"}}}, **properties,
    )  # fmt: skip
    resources = {
        "Hello": hello,
        "CustomThings": function(Runtime=NODE),
        "Things": {
            "Type": "Custom::Things",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["CustomThings", "Arn"]}},
        },
        "Table": {"Type": "AWS::DynamoDB::Table"},
    }
    template = Template.model_validate({"Resources": resources})
    root = AssemblyStack((), template, folder / "template.json", "")
    found = FileAsset("1", asset, "zip", "assets", "1.zip")
    return Assembly(folder, "root", root, {}, {"1": found})


def run(opened: OpenedFunctions, saved: Assembly, deployed: Any, event: str = "") -> LocalRun:
    hello = saved_function(saved_functions(saved, deployed), "hello")
    return run_locally(opened, saved, hello, event)


@pytest.mark.cloud
def test_saved_code_runs_as_its_role_with_what_its_template_says(
    local_clients: Clients, tmp_path: Path
) -> None:
    opened = OpenedFunctions(local_clients, "root", tmp_path, tmp_path)
    saved = assembly(tmp_path, Role=ROLE)
    stack_id = "arn:aws:cloudformation:us-east-1:000000000000:stack/root/1"
    table: dict[str, Any] = {"Type": "AWS::DynamoDB::Table"}
    deployed = live({"Hello": function(), "Table": table}, stack_id=stack_id)
    done = run(opened, saved, deployed)
    result = json.loads(done.outcome.result)
    assert (result["WORD"], result["TABLE"], done.notices) == ("hi", "f-Table", ())
    caller = identity(local_clients, *result["session"])
    assert caller == "arn:aws:sts::000000000000:assumed-role/any/f-Hello"

    failed = run(opened, saved, deployed, '{"fails": true}').outcome
    assert (failed.error_type, failed.error, failed.failed) == ("Error", "as wished", True)
    assert "/var/task/index.js:2:" in failed.records[-1].text

    new = run(opened, assembly(tmp_path), None)
    assert json.loads(new.outcome.result)["WORD"] == "hi"
    assert new.notices == (
        "hello is not deployed yet.",
        "Not known before a deployment, and left out: TABLE.",
        "Its role is not deployed yet: it acts as you.",
    )


def identity(clients: Clients, key: str, secret: str, token: str) -> str:
    from botocore.session import Session

    target: Any = clients.target
    session = Session()
    session.set_credentials(key, secret, token)
    client: Any = session.create_client(
        "sts", region_name=clients.region, endpoint_url=target.endpoint
    )
    return str(client.get_caller_identity()["Arn"])


def test_a_function_that_the_saved_code_lacks_is_refused_with_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(UserProblem, match="Choose one of: hello"):
        saved_function(saved_functions(assembly(tmp_path), None), "bye")
