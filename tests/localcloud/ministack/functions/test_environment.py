"""A function's environment is what Lambda defines and what the user declares."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.localcloud.ministack.functions.conftest import NODE, Functions
from workbench.function_process import read_only

pytestmark = pytest.mark.cloud

SHOWN = {
    NODE: "exports.handler = async () => [process.env, new Date(0).getHours()]",
    "python3.11": (
        "import os, time\n"
        "def handler(event, context): return dict(os.environ), time.localtime(0).tm_hour"
    ),
}
LAMBDAS = {
    "_HANDLER", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_REGION", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_XRAY_CONTEXT_MISSING",
    "AWS_XRAY_DAEMON_ADDRESS", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT", "LANG",
    "LD_LIBRARY_PATH", "PATH", "TZ", "_X_AMZN_TRACE_ID",
}  # fmt: skip
OURS = {
    "AMPLIFY_TUI_OWNER", "AWS_DISABLE_HOST_PREFIX_INJECTION", "AWS_ENDPOINT_URL", "HOME",
    "_MINISTACK_INVOKE_DEPTH",
}  # fmt: skip
LANGUAGES = {NODE: {"NODE_PATH"}, "python3.11": {"LC_CTYPE", "PYTHONPATH"}}


@pytest.mark.parametrize("runtime", SHOWN)
def test_it_is_made_for_the_function(functions: Functions, runtime: str) -> None:
    variables, hour = functions.run(runtime, SHOWN[runtime]).told
    assert set(variables) - LANGUAGES[runtime] == LAMBDAS | OURS
    assert (hour, variables["TZ"]) == (0, ":UTC")
    assert variables["_HANDLER"] == "index.handler"
    assert variables["AWS_EXECUTION_ENV"] == f"AWS_Lambda_{runtime}"
    assert variables["HOME"] != os.environ["HOME"]


@pytest.mark.parametrize("runtime", SHOWN)
def test_it_has_what_the_user_declares(functions: Functions, runtime: str) -> None:
    declared = {"TZ": "America/New_York", "STRIPE_KEY": "sk_own"}
    variables, hour = functions.run(
        runtime, SHOWN[runtime], Environment={"Variables": declared}
    ).told
    assert (hour, variables["STRIPE_KEY"]) == (19, "sk_own")


def test_a_python_function_finds_the_sdk_and_none_of_our_packages(functions: Functions) -> None:
    code = (
        "from importlib.util import find_spec\n"
        "def handler(event, context):\n"
        "    names = ['boto3', 'botocore', 'urllib3', 'textual', 'workbench', 'ministack']\n"
        "    return [name for name in names if find_spec(name)]"
    )
    assert functions.run("python3.11", code).told == ["boto3", "botocore", "urllib3"]


def test_a_node_function_finds_its_own_files_by_their_bare_names(functions: Functions) -> None:
    code = "exports.handler = async () => require('db.json')"
    assert functions.run(NODE, {"index.js": code, "db.json": '{"n": 5}'}).told == {"n": 5}


def test_a_node_function_reaches_the_bucket_whose_name_it_reads_when_it_starts(
    functions: Functions,
) -> None:
    code = """
exports.handler = async () => {
  process.env.FILES_BUCKET_NAME = 'Set-when-it-starts';
  return (await fetch('https://set-when-it-starts.s3.us-east-1.amazonaws.com/x')).status;
};
"""
    assert functions.run(NODE, code).told in {403, 404}


BOOTSTRAP = """#!/usr/bin/python3
import json, os, urllib.request
root = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(root + "next") as event:
        name = event.headers["Lambda-Runtime-Aws-Request-Id"]
    told = json.dumps(dict(os.environ)).encode()
    urllib.request.urlopen(f"{root}{name}/response", told).close()
"""


@pytest.mark.skipif(not Path("/usr/bin/python3").exists(), reason="its program is not there")
def test_a_function_with_its_own_runtime_has_such_an_environment(functions: Functions) -> None:
    variables = functions.run("provided.al2023", {"bootstrap": BOOTSTRAP}).told
    assert set(variables) - {"LC_CTYPE"} <= LAMBDAS | OURS | {"AWS_LAMBDA_RUNTIME_API"}
    assert variables["AWS_EXECUTION_ENV"] == "AWS_Lambda_provided.al2023"
    assert variables["TZ"] == ":UTC"


def test_an_environment_over_4_kb_is_refused(functions: Functions) -> None:
    client = functions.clients.lambda_
    name = functions.create(NODE, "", Environment={"Variables": {"LARGE": "x" * 4_000}})
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="4KB limit"):
        client.update_function_configuration(
            FunctionName=name, Environment={"Variables": {"LARGE": "x" * 5_000}}
        )
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="4KB limit"):
        functions.create(NODE, "", Environment={"Variables": {"LARGE": "x" * 5_000}})


WRITES = {
    NODE: """
const fs = require('node:fs');
exports.handler = async file => {
  try { fs.writeFileSync(file, 'x'); fs.rmSync(file); return 'written'; } catch (error) { return error.code; }
};
""",  # noqa: E501
    "python3.11": """
import errno, os
def handler(event, context):
    try:
        with open(event, "w") as file:
            file.write("x")
        os.remove(event)
    except OSError as error:
        return errno.errorcode[error.errno]
    return "written"
""",
}


@pytest.mark.skipif(not read_only.is_available(), reason="the system has no Landlock")
@pytest.mark.parametrize("runtime", WRITES)
def test_it_writes_below_tmp_alone(functions: Functions, runtime: str) -> None:
    name = functions.create(runtime, WRITES[runtime])
    home = Path.home() / "written-by-a-function"
    places = {
        "beside-the-code": "EACCES", f"/tmp/written-{os.getpid()}": "written",
        str(home): "EACCES",
    }  # fmt: skip
    assert {place: functions.invoke(name, place).told for place in places} == places
    assert not home.exists()
