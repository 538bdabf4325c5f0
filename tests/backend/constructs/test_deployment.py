"""A wide backend on a real local cloud, used as its clients would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.backend.constructs.conftest import STACK, Made, Synth
from tests.backend.constructs.wide import wide
from workbench.aws.clients import Clients
from workbench.backend.graphql.introspection import introspect
from workbench.deploy.assembly.assembly import read_assembly
from workbench.deploy.diff.diff import compute_diff
from workbench.deploy.execute.execute import execute
from workbench.deploy.live.reader import read_live
from workbench.deploy.outputs.outputs import OutputsRequest
from workbench.deploy.plan.instructions import Plan
from workbench.deploy.plan.plan import make_plan
from workbench.localcloud import lifecycle
from workbench.model.deployment import Method

pytestmark = pytest.mark.cloud

PASSWORD = "Correct-horse-1"
SECRETS = (
    *("G_ID", "G_SECRET", "F_ID", "F_SECRET", "A_ID", "A_SECRET", "O_ID", "O_SECRET"),
    *("P_ID", "P_TEAM", "P_KEY", "P_PK"),
)
FOLDER = "/amplify/oracle/me-sandbox-18608ee572"
CONFIRM = """\
def handler(event, context):
    event["response"]["autoConfirmUser"] = True
    return event
"""
SAY = """\
import os
KEY = os.environ["KEY"]
def handler(event, context):
    text = event.get("arguments", {}).get("text", "")
    return " ".join([text.upper(), KEY, os.environ["FILES_BUCKET_NAME"]])
"""


@dataclass
class Cloud:
    """A local cloud with the backend on it, and where its files are."""

    clients: Clients
    folder: Path
    functions: Path

    def deploy(self, made: Made) -> Plan:
        """Deploy an assembly as the sandbox does."""
        assembly = read_assembly(made.folder, STACK)
        snapshot = self.folder / "live.json"
        live = read_live(self.clients, STACK, snapshot)
        plan = make_plan(compute_diff(live, assembly), assembly, live, target_kind="local")
        request = OutputsRequest(self.folder, introspect)
        execute(
            plan,
            self.clients,
            lambda _: None,
            snapshot=snapshot,
            outputs=request,
        )
        return plan

    def outputs(self) -> dict[str, Any]:
        """``amplify_outputs.json``."""
        return dict(json.loads((self.folder / "amplify_outputs.json").read_text()))


@pytest.fixture(scope="module")
def cloud(synth: Synth, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    state = tmp_path_factory.mktemp("cloud")
    folder, functions = tmp_path_factory.mktemp("project"), tmp_path_factory.mktemp("functions")
    for name, text in (("pre", CONFIRM), ("shout", SAY)):
        (functions / name).mkdir()
        (functions / name / "handler.py").write_text(text)
    clients = Clients(lifecycle.start(state))
    try:
        for name in (*SECRETS, "API_KEY"):
            clients.ssm.put_parameter(
                Name=f"{FOLDER}/{name}", Value=f"the {name}", Type="SecureString"
            )
        found = Cloud(clients, folder, functions)
        found.deploy(synth(lambda: wide(functions)))
        yield found
    finally:
        lifecycle.stop(state)


def test_outputs_are_written_with_the_introspection(cloud: Cloud) -> None:
    outputs = cloud.outputs()
    assert outputs["custom"] == {"hello": "x"}
    assert set(outputs["data"]["model_introspection"]["models"]) == {"Chat", "Message"}
    assert [bucket["name"] for bucket in outputs["storage"]["buckets"]] == ["files", "more"]
    assert outputs["auth"]["oauth"]["domain"].startswith("18608ee572.auth.")


def test_the_trigger_confirms_a_user_who_signs_up(cloud: Cloud) -> None:
    auth = cloud.outputs()["auth"]
    client = auth["user_pool_client_id"]
    answer = cloud.clients.cognito_idp.sign_up(
        ClientId=client,
        Username="ann@example.com",
        Password=PASSWORD,
        UserAttributes=[
            {"Name": "email", "Value": "ann@example.com"},
            {"Name": "phone_number", "Value": "+15550100"},
            {"Name": "birthdate", "Value": "2000-01-01"},
        ],
    )
    assert answer["UserConfirmed"] is True


def test_deploy_time_secrets_reach_the_providers(cloud: Cloud) -> None:
    pool = cloud.outputs()["auth"]["user_pool_id"]
    google = cloud.clients.cognito_idp.describe_identity_provider(
        UserPoolId=pool, ProviderName="Google"
    )["IdentityProvider"]["ProviderDetails"]
    assert (google["client_id"], google["client_secret"]) == ("the G_ID", "the G_SECRET")


def test_a_function_reads_its_secret_and_the_bucket_that_it_is_granted(cloud: Cloud) -> None:
    name = _function(cloud, "-shoutlambda")
    answer = cloud.clients.lambda_.invoke(
        FunctionName=name, Payload=json.dumps({"arguments": {"text": "hey"}}).encode()
    )
    bucket = cloud.outputs()["storage"]["bucket_name"]
    assert json.loads(answer["Payload"].read()) == f"HEY the API_KEY {bucket}"


def test_an_object_can_be_put_and_is_versioned(cloud: Cloud) -> None:
    bucket = cloud.outputs()["storage"]["bucket_name"]
    answer = cloud.clients.s3.put_object(Bucket=bucket, Key="public/a.txt", Body=b"a")
    assert answer["VersionId"]
    rules = cloud.clients.s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert rules[0]["AllowedOrigins"] == ["*"]


def test_the_api_answers_with_its_key_as_rules_say(cloud: Cloud) -> None:
    data = cloud.outputs()["data"]
    answer = httpx.post(
        data["url"],
        json={"query": "{ listChats { items { id } } }"},
        headers={"x-api-key": data["api_key"]},
    ).json()
    assert answer["errors"][0]["errorType"] == "Unauthorized"


def test_changed_code_is_swapped(cloud: Cloud, synth: Synth) -> None:
    (cloud.functions / "shout" / "handler.py").write_text("def handler(event, context): return 2\n")
    plan = cloud.deploy(synth(lambda: wide(cloud.functions)))
    assert plan.method is Method.HOTSWAP
    answer = cloud.clients.lambda_.invoke(FunctionName=_function(cloud, "-shoutlambda"))
    assert json.loads(answer["Payload"].read()) == 2


def _function(cloud: Cloud, part: str) -> str:
    names = [
        str(each["FunctionName"]) for each in cloud.clients.lambda_.list_functions()["Functions"]
    ]
    return next((name for name in names if part in name), f"none of {names}")
