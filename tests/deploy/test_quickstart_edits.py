"""What everyday edits of the real quickstart change, and how each is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.deploy.hand_made import live_from
from workbench.deploy.diff.diff import compute_diff
from workbench.deploy.plan.data_loss import losses_of_deployment
from workbench.deploy.plan.instructions import Plan, SwapBucketContent, SwapSchema
from workbench.deploy.plan.plan import make_plan
from workbench.model.deployment import Diff, Effect, Method

if TYPE_CHECKING:
    from tests.deploy.conftest import Backend
    from workbench.deploy.assembly.assembly import Assembly

pytestmark = pytest.mark.npm

FUNCTION = """import {{ defineFunction }} from '@aws-amplify/backend';
export const hello = defineFunction({{ name: 'hello'{more} }});
"""
BACKEND = """import {{ defineBackend }} from '@aws-amplify/backend';
import {{ auth }} from './auth/resource.js';
import {{ data }} from './data/resource.js';
import {{ {name} }} from './{name}/resource.js';
defineBackend({{ auth, data, {name} }});
"""
STORAGE = """import { defineStorage } from '@aws-amplify/backend';
export const storage = defineStorage({ name: 'files' });
"""
AUTH = """import { defineAuth } from '@aws-amplify/backend';
export const auth = defineAuth({
  loginWith: { email: true },
  userAttributes: { 'custom:team': { dataType: 'String' }, birthdate: { required: true } },
});
"""


def go(before: Assembly, after: Assembly) -> tuple[Diff, Plan]:
    live = live_from(before)
    diff = compute_diff(live, after)
    return diff, make_plan(diff, after, live, target_kind="local")


def test_a_synth_of_the_same_files_is_no_change(backend: Backend, quickstart: Assembly) -> None:
    diff, plan = go(quickstart, backend.synth())
    assert diff.is_empty
    assert plan.method is Method.NONE


def test_a_field_swaps_the_schema_and_its_two_copies(
    backend: Backend, quickstart: Assembly
) -> None:
    backend.edit("data/resource.ts", "content: a.string()", "content: a.string(), n: a.integer()")
    diff, plan = go(quickstart, backend.synth())
    assert sorted(change.type for change in diff.changes) == [
        "AWS::AppSync::GraphQLSchema",
        "Custom::CDKBucketDeployment",
        "Custom::CDKBucketDeployment",
    ]
    assert plan.method is Method.HOTSWAP
    (schema,) = [step for step in plan.steps if isinstance(step, SwapSchema)]
    assert schema.file is not None
    assert "n: Int" in schema.file.read_text()
    assert sum(isinstance(step, SwapBucketContent) for step in plan.steps) == 2


def test_an_index_replaces_the_sandbox_table(backend: Backend, quickstart: Assembly) -> None:
    backend.edit(
        "data/resource.ts",
        "a.model({ content: a.string() })",
        "a.model({ content: a.string() }).secondaryIndexes((index) => [index('content')])",
    )
    after = backend.synth()
    diff, plan = go(quickstart, after)
    (table,) = [change for change in diff.changes if change.effect is Effect.REPLACE]
    assert table.construct_path == "data/amplifyData/Todo/TodoTable"
    assert plan.method is Method.CLOUDFORMATION
    (loss,) = losses_of_deployment(diff, live_from(quickstart))
    assert "globalSecondaryIndexes changed" in loss.reason


def test_a_removed_model_loses_its_table(backend: Backend, quickstart: Assembly) -> None:
    backend.edit(
        "data/resource.ts",
        "Todo: a.model(",
        "Note: a.model({ t: a.string() }).authorization((allow) => [allow.guest()]),\n"
        "  Todo: a.model(",
    )
    after = backend.synth()
    added, _ = go(quickstart, after)
    assert {change.effect for change in added.changes} == {Effect.CREATE, Effect.UPDATE}
    assert any(c.construct_path == "data/amplifyData/Note/NoteTable" for c in added.changes)
    removed, _ = go(after, quickstart)
    (loss,) = losses_of_deployment(removed, live_from(after))
    assert loss.construct_path == "data/amplifyData/Note/NoteTable"


def test_user_attributes_say_what_cognito_refuses(backend: Backend, quickstart: Assembly) -> None:
    backend.write("auth/resource.ts", AUTH)
    diff, plan = go(quickstart, backend.synth())
    (pool,) = diff.changes
    notes = {each.path: each.note for each in pool.properties}
    assert notes["Schema[team]"] == ""
    assert "recreated" in notes["Schema[birthdate]"]
    assert diff.outputs == ("signupAttributes",)
    assert plan.method is Method.CLOUDFORMATION


def test_a_handler_edit_is_one_swap_and_settings_another(
    backend: Backend, quickstart: Assembly
) -> None:
    # CDK's bundling asks for a lock file; its content does not matter.
    (backend.root / "package-lock.json").write_text("{}")
    backend.write("backend.ts", BACKEND.format(name="hello"))
    backend.write("hello/resource.ts", FUNCTION.format(more=""))
    backend.write("hello/handler.ts", "export const handler = async () => 'hello';\n")
    first = backend.synth()
    new, plan = go(quickstart, first)
    assert plan.method is Method.CLOUDFORMATION
    assert "definedFunctions" in new.outputs

    backend.write("hello/handler.ts", "export const handler = async () => 'bye';\n")
    second = backend.synth()
    _, plan = go(first, second)
    assert plan.method is Method.HOTSWAP
    assert [type(step).__name__ for step in plan.steps] == [
        "PublishAssets",
        "SwapFunctionCode",
        "WriteOutputs",
    ]

    backend.write("hello/resource.ts", FUNCTION.format(more=", environment: { MOOD: 'good' }"))
    _, plan = go(second, backend.synth())
    assert [type(step).__name__ for step in plan.steps] == [
        "SwapFunctionConfiguration",
        "WriteOutputs",
    ]


def test_storage_is_a_new_nested_stack(backend: Backend, quickstart: Assembly) -> None:
    backend.write("backend.ts", BACKEND.format(name="storage"))
    backend.write("storage/resource.ts", STORAGE)
    after = backend.synth()
    diff, plan = go(quickstart, after)
    assert {change.effect for change in diff.changes} == {Effect.CREATE}
    assert plan.method is Method.CLOUDFORMATION
    removed, _ = go(after, quickstart)
    losses = losses_of_deployment(removed, live_from(after))
    assert [loss.construct_path for loss in losses] == ["storage/files/Bucket"]
