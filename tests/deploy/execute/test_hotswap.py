"""Swaps on a real local cloud: functions, schema, bucket files; what fails and what drifts."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from workbench.aws.clients import Clients
from workbench.deploy.execute.hotswap.bucket import swap_bucket_content
from workbench.deploy.execute.hotswap.runner import HotswapError, swap_all
from workbench.deploy.execute.progress import Progress
from workbench.deploy.failure.failure import DeploymentProblem
from workbench.deploy.plan.instructions import (
    BucketSource,
    SwapApiKey,
    SwapBucketContent,
    SwapDrifted,
    SwapFunctionCode,
    SwapFunctionConfiguration,
    SwapSchema,
    SwapTarget,
)
from workbench.model.deployment import Method
from workbench.model.events import AnyEvent, ResourceProgressed

if TYPE_CHECKING:
    from tests.deploy.conftest import Backend, Deployer

FUNCTION = """
import { defineFunction } from '@aws-amplify/backend';
export const hello = defineFunction({ name: 'hello', environment: { TONE: 'kind' } });
"""
HANDLER = "export const handler = async () => `${process.env.TONE} one`;\n"
BACKEND = """
import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';
import { hello } from './functions/hello/resource.js';
defineBackend({ auth, data, hello });
"""


def target(logical_id: str = "Thing", kind: str = "Custom::Thing") -> SwapTarget:
    return SwapTarget((), logical_id, f"construct/{logical_id}", kind, "physical")


def with_function(backend: Backend) -> None:
    backend.write("functions/hello/resource.ts", FUNCTION)
    backend.write("functions/hello/handler.ts", HANDLER)
    backend.write("backend.ts", BACKEND)


def invoke(deployer: Deployer) -> Any:
    name = next(
        resource.physical_id
        for _, stack in deployer.existing().walk()
        for resource in stack.resources.values()
        if resource.type == "AWS::Lambda::Function" and "hello" in resource.logical_id
    )
    return json.loads(deployer.clients.lambda_.invoke(FunctionName=name)["Payload"].read())


@pytest.mark.npm
def test_a_handler_and_its_environment_are_swapped(deployer: Deployer, backend: Backend) -> None:
    with_function(backend)
    deployer.deploy(backend.synth())
    assert invoke(deployer) == "kind one"
    backend.edit("functions/hello/handler.ts", "one", "two")
    plan = deployer.deploy(backend.synth())
    assert plan.method is Method.HOTSWAP
    assert any(isinstance(step, SwapFunctionCode) for step in plan.steps)
    assert invoke(deployer) == "kind two"
    backend.edit("functions/hello/resource.ts", "kind", "brisk")
    plan = deployer.deploy(backend.synth())
    assert any(isinstance(step, SwapFunctionConfiguration) for step in plan.steps)
    assert invoke(deployer) == "brisk two"
    assert deployer.plan(backend.synth())[1].method is Method.NONE


@pytest.mark.npm
def test_cloudformation_afterwards_keeps_what_was_swapped_up_to_date(
    deployer: Deployer, backend: Backend
) -> None:
    with_function(backend)
    deployer.deploy(backend.synth())
    backend.edit("functions/hello/handler.ts", "one", "two")
    assert deployer.deploy(backend.synth()).method is Method.HOTSWAP
    # Back to the code that CloudFormation believes in, together with a change only it can make:
    # it will not touch the function, so the swap must.
    backend.edit("functions/hello/handler.ts", "two", "one")
    backend.edit("data/resource.ts", "});\n\nexport type", NOTE)
    plan = deployer.deploy(backend.synth())
    assert plan.method is Method.CLOUDFORMATION
    assert any(isinstance(step, SwapDrifted) for step in plan.steps)
    assert invoke(deployer) == "kind one"
    assert deployer.plan(backend.synth())[1].method is Method.NONE


NOTE = """  Note: a.model({ text: a.string() }).authorization((allow) => [allow.guest()]),
});

export type"""


@pytest.mark.npm
def test_after_a_failed_swap_the_next_plan_swaps_again(
    deployed: Deployer, backend: Backend
) -> None:
    backend.edit("data/resource.ts", "content: a.string()", "content: a.string(), due: a.date()")
    assembly = backend.synth()
    _, plan = deployed.plan(assembly)
    schema = next(step for step in plan.steps if isinstance(step, SwapSchema))
    assert schema.file is not None
    away = schema.file.rename(schema.file.with_suffix(".away"))
    with pytest.raises(DeploymentProblem) as failed:
        deployed.deploy(assembly)
    assert failed.value.failure.title == "A file of the deployment is missing"
    assert failed.value.failure.construct_path
    statuses = [e.resource.status for e in deployed.events if isinstance(e, ResourceProgressed)]
    assert "UPDATE_FAILED" in statuses
    away.rename(schema.file)
    again = deployed.deploy(assembly)
    assert any(isinstance(step, SwapSchema) for step in again.steps)
    assert deployed.plan(assembly)[1].method is Method.NONE


def test_independent_swaps_go_on_after_a_failure(clients: Clients, tmp_path: Path) -> None:
    clients.s3.create_bucket(Bucket="site")
    (tmp_path / "index.html").write_text("<p>hello</p>")
    source = BucketSource("a" * 64, tmp_path, "zip", f"{'a' * 64}.zip")
    good = SwapBucketContent(target("Good"), "site", "", (source,))
    bad = SwapFunctionCode(target("Bad"), bucket="site", key="nothing.zip")
    events: list[AnyEvent] = []
    with pytest.raises(HotswapError) as failed:
        swap_all([bad, good], clients, Progress(events.append, 1))
    assert failed.value.failed == {((), "Bad")}
    assert clients.s3.get_object(Bucket="site", Key="index.html")["Body"].read() == b"<p>hello</p>"


def test_an_api_key_is_extended(clients: Clients) -> None:
    # AppSync rounds down to the hour.
    soon, later = (int(time.time() // 3600 + 24 * days) * 3600 for days in (10, 20))
    api = clients.appsync.create_graphql_api(name="a", authenticationType="API_KEY")["graphqlApi"]
    key = clients.appsync.create_api_key(apiId=api["apiId"], expires=soon)["apiKey"]
    swap = SwapApiKey(target(), api["apiId"], key["id"], expires=later, description="new")
    swap_all([swap], clients, Progress(lambda _: None, None))
    (extended,) = clients.appsync.list_api_keys(apiId=api["apiId"])["apiKeys"]
    assert (extended["id"], extended["expires"]) == (key["id"], later)
    assert extended["description"] == "new"


def test_bucket_content_is_laid_out_filtered_and_pruned(clients: Clients, tmp_path: Path) -> None:
    clients.s3.create_bucket(Bucket="site")
    for key in ("app/old.txt", "app/keep.log", "other/stay.txt"):
        clients.s3.put_object(Bucket="site", Key=key, Body=b"old")
    folder = tmp_path / "files"
    (folder / "sub").mkdir(parents=True)
    (folder / "index.html").write_text("at <<marker:0>>")
    (folder / "sub" / "data.json").write_text("{}")
    (folder / "debug.log").write_text("no")
    source = BucketSource("h", folder, "zip", "h.zip", {"<<marker:0>>": "https://api"})
    swap_bucket_content(
        clients,
        SwapBucketContent(
            target(),
            "site",
            "app",
            (source,),
            exclude=("*.log",),
            user_metadata={"Owner": "me"},
            system_metadata={"cache-control": "no-cache"},
        ),
    )
    listed = clients.s3.list_objects_v2(Bucket="site")["Contents"]
    keys = {entry["Key"] for entry in listed}
    assert keys == {"app/index.html", "app/sub/data.json", "app/keep.log", "other/stay.txt"}
    page = clients.s3.get_object(Bucket="site", Key="app/index.html")
    assert page["Body"].read() == b"at https://api"
    assert page["ContentType"] == "text/html"
    assert page["CacheControl"] == "no-cache"
    assert page["Metadata"] == {"owner": "me"}
