"""Plans carried out for real: the quickstart's assembly on a real local cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from workbench.deploy.plan.data_loss import losses_of_deletion
from workbench.deploy.plan.instructions import SwapSchema
from workbench.model.deployment import Method
from workbench.model.events import (
    OutputsWritten,
    ResourceProgressed,
    StageFinished,
    StepFinished,
    StepStarted,
)

if TYPE_CHECKING:
    from tests.deploy.conftest import Backend, Deployer

pytestmark = pytest.mark.npm


def test_first_deployment_makes_all_resources(deployed: Deployer) -> None:
    live = deployed.existing()
    assert live.status == "CREATE_COMPLETE"
    types = {r.type for _, stack in live.walk() for r in stack.resources.values()}
    assert {"AWS::Cognito::UserPool", "AWS::AppSync::GraphQLApi"} <= types
    tables = deployed.clients.dynamodb.list_tables()["TableNames"]
    assert any(name.startswith("Todo-") for name in tables)
    progress = [e.resource for e in deployed.events if isinstance(e, ResourceProgressed)]
    assert any(p.construct_path == "data/amplifyData/Todo/TodoTable" for p in progress)
    assert progress[-1].status == "CREATE_COMPLETE"
    assert progress[-1].stack == ()


def test_a_model_field_is_swapped_in_and_its_outputs_written(
    deployed: Deployer, backend: Backend
) -> None:
    backend.edit("data/resource.ts", "content: a.string()", "content: a.string(), due: a.date()")
    plan = deployed.deploy(backend.synth())
    assert plan.method is Method.HOTSWAP
    assert any(isinstance(step, SwapSchema) for step in plan.steps)
    api = deployed.clients.appsync.list_graphql_apis()["graphqlApis"][0]["apiId"]
    schema = deployed.clients.appsync.get_introspection_schema(apiId=api, format="SDL")["schema"]
    assert b"due: AWSDate" in schema.read()
    fields = deployed.outputs()["data"]["model_introspection"]["models"]["Todo"]["fields"]
    assert fields["due"]["type"] == "AWSDate"


def test_steps_and_stages_are_told(deployed: Deployer, backend: Backend) -> None:
    backend.edit("data/resource.ts", "content: a.string()", "content: a.string(), due: a.date()")
    plan = deployed.deploy(backend.synth())
    begun = [e.step for e in deployed.events if isinstance(e, StepStarted)]
    done = [e for e in deployed.events if isinstance(e, StepFinished)]
    assert sorted(begun) == list(range(1, len(plan.steps) + 1))
    assert len(done) == len(plan.steps)
    assert all(e.ok for e in done)
    assert [e.stage.value for e in deployed.events if isinstance(e, StageFinished)][-1] == "outputs"
    assert any(isinstance(e, OutputsWritten) for e in deployed.events)


def test_without_a_snapshot_resources_keep_their_construct_paths(deployed: Deployer) -> None:
    kept = deployed.existing()
    deployed.snapshot.unlink()
    fresh = deployed.existing()
    for path, stack in fresh.walk():
        before = kept.stack(path)
        assert before is not None
        known = before.construct_paths
        named = {name: known.get(name) for name in stack.construct_paths}
        assert stack.construct_paths == named
    assert {loss.construct_path for loss in losses_of_deletion(deployed.clients, fresh)} == {
        "auth/amplifyAuth/UserPool",
        "data/amplifyData/Todo/TodoTable",
    }
