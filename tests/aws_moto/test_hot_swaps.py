"""Each kind of hot-swap on an AWS that is not ours: what is then there, and with which calls."""

from __future__ import annotations

import io
import zipfile

import pytest

from tests.aws_moto.aws import Aws
from tests.aws_moto.backends import Backend
from tests.aws_moto.sandbox import Deployer
from workbench.model.deployment import Method


@pytest.fixture
def api_id(deployed: Deployer) -> str:
    (api,) = deployed.clients.appsync.list_graphql_apis()["graphqlApis"]
    return api["apiId"]


def swap(deployed: Deployer, backend: Backend) -> None:
    """Deploy, which must be a swap of which nothing remains to be done."""
    assert deployed.deploy(backend).plan.method is Method.HOTSWAP
    assert deployed.prepare(backend).plan.method is Method.NONE


def test_function_code(deployed: Deployer, deployed_aws: Aws) -> None:
    backend = deployed.edited()
    backend.change_asset("handler.py", "def handler(event, context):\n    return 1\n")
    swap(deployed, backend)
    (update,) = deployed_aws.calls.of("lambda:UpdateFunctionCode")
    name = update.request.parameters["FunctionName"]
    code = deployed_aws.function_code(name)
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        assert b"return 1" in archive.read("handler.py")


def test_function_configuration(deployed: Deployer, deployed_aws: Aws) -> None:
    backend = deployed.edited()
    function = backend.find("AWS::Lambda::Function", "greeting")["Properties"]
    function["Timeout"] = 7
    function["Environment"]["Variables"]["GREETING"] = "Good evening"
    swap(deployed, backend)
    (update,) = deployed_aws.calls.of("lambda:UpdateFunctionConfiguration")
    found = deployed.clients.lambda_.get_function_configuration(
        FunctionName=update.request.parameters["FunctionName"]
    )
    assert found["Timeout"] == 7
    assert found["Environment"]["Variables"]["GREETING"] == "Good evening"


def test_schema_and_bucket_content(deployed: Deployer, api_id: str) -> None:
    backend = deployed.edited()
    backend.change_text("content: String\n  id", "content: String\n  done: Boolean\n  id")
    backend.change_text(
        "content: String\n}\n\ntype Query", "content: String\n  done: Boolean\n}\n\ntype Query"
    )
    swap(deployed, backend)
    schema = deployed.clients.appsync.get_introspection_schema(apiId=api_id, format="SDL")
    assert b"done: Boolean" in schema["schema"].read()
    fields = deployed.outputs["data"]["model_introspection"]["models"]["Todo"]["fields"]
    assert "done" in fields


def test_resolver(deployed: Deployer, api_id: str) -> None:
    backend = deployed.edited()
    backend.find("AWS::AppSync::Resolver", "QueryGetTodo")["Properties"]["Code"] += "// changed\n"
    swap(deployed, backend)
    found = deployed.clients.appsync.get_resolver(
        apiId=api_id, typeName="Query", fieldName="getTodo"
    )
    assert found["resolver"]["code"].endswith("// changed\n")
    assert found["resolver"]["dataSourceName"] == "TodoTable"


def test_resolver_function(deployed: Deployer, api_id: str) -> None:
    backend = deployed.edited()
    function = backend.find("AWS::AppSync::FunctionConfiguration", "greetGuard")
    function["Properties"]["Code"] += "// changed\n"
    swap(deployed, backend)
    functions = deployed.clients.appsync.list_functions(apiId=api_id)["functions"]
    (guard,) = [function for function in functions if function["name"] == "greetGuard"]
    assert guard["code"].endswith("// changed\n")


def test_api_key(deployed: Deployer, api_id: str) -> None:
    backend = deployed.edited()
    backend.find("AWS::AppSync::ApiKey")["Properties"]["Expires"] = 4102531200
    swap(deployed, backend)
    (key,) = deployed.clients.appsync.list_api_keys(apiId=api_id)["apiKeys"]
    assert key["expires"] == 4102531200
    assert key["id"] == deployed.outputs["data"]["api_key"]


def test_a_function_that_is_still_being_updated_is_waited_for(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    backend = deployed.edited()
    backend.change_asset("handler.py", "def handler(event, context):\n    return 3\n")
    busy = "The operation cannot be performed at this time. An update is in progress"
    update = "lambda:UpdateFunctionCode"
    deployed_aws.faults.error(update, "ResourceConflictException", busy, status=409, times=1)
    swap(deployed, backend)
    calls = [action for action in deployed_aws.calls.actions if action.startswith("lambda:")]
    assert calls == [update, "lambda:GetFunction", update]


def test_outputs_that_somebody_changed_are_written_again(
    deployed: Deployer, deployed_aws: Aws
) -> None:
    file = deployed.root / "amplify_outputs.json"
    before = file.read_text()
    backend = deployed.edited()
    backend.change_asset("handler.py", "def handler(event, context):\n    return 4\n")
    swap(deployed, backend)
    assert not deployed_aws.calls.of("s3:GetObject"), "no swap of a function changes them"
    file.write_text("{}")
    backend.change_asset("handler.py", "def handler(event, context):\n    return 5\n")
    swap(deployed, backend)
    assert file.read_text() == before
