"""What a long day leaves.

Function code goes when nothing names it, and no secret stands in the log.
"""

from __future__ import annotations

import io
import json
import logging
import os
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.aws.clients import Clients
from workbench.localcloud import lifecycle
from workbench.localcloud.log_file import FILE_NAME, MaskingFormatter
from workbench.localcloud.server.cdk_bootstrap import STAGING_BUCKET
from workbench.localcloud.state.store import PREVIOUS_NAME

pytestmark = pytest.mark.cloud

SECRET = "correct horse, battery staple"
LINES = "first line of it\nsecond line of it"
CODE = """
def handler(event, context):
    print("the secret is", event["secret"])
    print(event["lines"])
    return {"version": %d}
"""


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("leftovers") / "local-cloud"
    lifecycle.start(folder)
    copy = folder / "state" / PREVIOUS_NAME
    deadline = time.monotonic() + 20
    while not copy.exists() and time.monotonic() < deadline:
        time.sleep(0.05)  # what the copy names is kept too: it shall name no function
    yield folder
    lifecycle.stop(folder)


def _zip(text: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("index.py"), text)  # always the same
    return content.getvalue()


def test_code_that_nothing_names_is_removed_while_it_runs(cloud: Path) -> None:
    lambda_ = Clients(lifecycle.start(cloud)).lambda_
    lambda_.create_function(
        FunctionName="f",
        Runtime="python3.11",
        Handler="index.handler",
        Role="arn:aws:iam::000000000000:role/any",
        Code={"ZipFile": _zip(CODE % 0)},
    )
    for version in range(1, 5):
        time.sleep(0.7)  # each is saved by itself
        lambda_.update_function_code(FunctionName="f", ZipFile=_zip(CODE % version))
    deadline = time.monotonic() + 30
    while len(list((cloud / "state").rglob("*.zip"))) > 1 and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(list((cloud / "state").rglob("*.zip"))) == 1
    event = json.dumps({"secret": "-", "lines": "-"}).encode()
    answer = json.loads(lambda_.invoke(FunctionName="f", Payload=event)["Payload"].read())
    assert answer == {"version": 4}


@pytest.mark.parametrize("has_asset", [True, False])
def test_damaged_code_is_said_and_taken_from_its_asset(cloud: Path, *, has_asset: bool) -> None:
    clients = Clients(lifecycle.start(cloud))
    key = "e" * 64 + ".zip"
    if has_asset:
        clients.s3.put_object(Bucket=STAGING_BUCKET, Key=key, Body=_zip(CODE % 4))
    else:
        clients.s3.delete_object(Bucket=STAGING_BUCKET, Key=key)
    time.sleep(1)
    lifecycle.stop(cloud)
    (code,) = (cloud / "state" / "services").rglob("*.zip")
    code.write_bytes(b"PK half of it")
    said: list[str] = []
    lambda_ = Clients(lifecycle.start(cloud, say=said.append)).lambda_
    assert "code of a function" in said[0]
    assert ("staging bucket" in said[0]) is has_asset
    (kept,) = code.parent.glob("damaged-*")
    assert str(kept) in said[0]
    kept.unlink()
    event = json.dumps({"secret": "-", "lines": "-"}).encode()
    if not has_asset:
        lambda_.update_function_code(FunctionName="f", ZipFile=_zip(CODE % 4))
    answer = json.loads(lambda_.invoke(FunctionName="f", Payload=event)["Payload"].read())
    assert answer == {"version": 4}


def test_a_secret_that_a_function_prints_is_masked(cloud: Path) -> None:
    clients = Clients(lifecycle.start(cloud))
    for name, value in (("/secret", SECRET), ("/lines", LINES)):
        clients.ssm.put_parameter(Name=name, Value=value, Type="SecureString")
    time.sleep(0.5)
    event = json.dumps({"secret": SECRET, "lines": LINES}).encode()
    clients.lambda_.invoke(FunctionName="f", Payload=event)
    log = cloud / FILE_NAME
    deadline = time.monotonic() + 20
    while "the secret is" not in log.read_text() and time.monotonic() < deadline:
        time.sleep(0.05)
    text = log.read_text()
    assert "the secret is •••" in text
    for hidden in (SECRET, *LINES.splitlines()):
        assert hidden not in text


def test_assets_that_no_stack_names_are_removed_once_they_are_old(tmp_path: Path) -> None:
    folder = tmp_path / "local-cloud"
    clients = Clients(lifecycle.start(folder))
    names = {name: name * 64 + ".json" for name in "abcd"}  # named, old, new, asked for
    for key in names.values():
        clients.s3.put_object(Bucket=STAGING_BUCKET, Key=key, Body=b"{}")
    template = {
        "Metadata": {"asset": names["a"]},
        "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
    }
    cloudformation = clients.client("cloudformation")
    cloudformation.create_stack(StackName="app", TemplateBody=json.dumps(template))
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName="app", WaiterConfig={"Delay": 1, "MaxAttempts": 20}
    )
    lifecycle.stop(folder)
    long_ago = time.time() - 3600
    for name in "abd":
        (path,) = (folder / "state" / "s3").rglob(names[name])
        os.utime(path, (long_ago, long_ago))
    try:
        clients = Clients(lifecycle.start(folder))
        clients.s3.head_object(Bucket=STAGING_BUCKET, Key=names["d"])
        deadline = time.monotonic() + 30
        kept: set[str] = set(names.values())
        while names["b"] in kept and time.monotonic() < deadline:
            time.sleep(0.2)
            found = clients.s3.list_objects_v2(Bucket=STAGING_BUCKET)["Contents"]
            kept = {each["Key"] for each in found}
        assert kept == {names[name] for name in "acd"}
    finally:
        lifecycle.stop(folder)


def test_secrets_are_masked_by_shape_too() -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "key da2-%s", ("a" * 26,), None)
    assert "da2-" not in MaskingFormatter("%(message)s").format(record)
