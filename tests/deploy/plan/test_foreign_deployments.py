"""What another tool may have hot-swapped is swapped again once, and not forgotten before."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.deploy.hand_made import BUCKET, Writer, live_from, s3
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.diff.diff import UNFINISHED, compute_diff
from workbench.deploy.live.models import LiveStack, after_cloudformation, after_swap
from workbench.deploy.live.snapshot import clear_mark, snapshot_file, unknown_swaps_mark
from workbench.deploy.plan.foreign_deployments import (
    mark_cleared_by,
    mark_foreign_deployment,
    with_uncertain_swaps,
)
from workbench.deploy.plan.instructions import Plan, Swap, SwapDrifted
from workbench.deploy.plan.plan import make_plan
from workbench.model.deployment import Method

API = {"Fn::GetAtt": ["Api", "ApiId"]}


def _assembly(folder: Path, **more: Any) -> Assembly:
    writer = Writer(folder)
    code = {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": writer.folder_asset({"i.js": "1"})}
    function = {"Handler": "i.handler", "Runtime": "nodejs22.x", "Code": code}
    schema = s3(writer.asset("type Query { a: Int }", "graphql"))
    inner = {
        "Resources": {
            "Api": {"Type": "AWS::AppSync::GraphQLApi"},
            "Schema": {
                "Type": "AWS::AppSync::GraphQLSchema",
                "Properties": {"ApiId": API, "DefinitionS3Location": schema},
            },
            "Table": {"Type": "AWS::DynamoDB::Table"},
        }
    }
    resources = {
        "data": {"Nested": inner},
        "Fn": {"Type": "AWS::Lambda::Function", "Properties": function},
        **more,
    }
    return writer.write({"Resources": resources})


def _plan(live: LiveStack, new: Assembly) -> Plan:
    return make_plan(compute_diff(live, new), new, live, target_kind="local")


def _swapped(plan: Plan) -> set[str]:
    return {step.target.logical_id for step in plan.steps if isinstance(step, Swap)}


@pytest.fixture
def one(tmp_path: Path) -> Assembly:
    return _assembly(tmp_path / "one")


def test_all_that_can_be_swapped_is_swapped_again_once(one: Assembly) -> None:
    live = live_from(one)
    assert _plan(live, one).method is Method.NONE
    uncertain, complete = with_uncertain_swaps(live, one)
    assert complete
    again = LiveStack.model_validate_json(uncertain.model_dump_json(by_alias=True))
    plan = _plan(again, one)
    assert plan.method is Method.HOTSWAP
    assert _swapped(plan) == {"Schema", "Fn"}
    changes = compute_diff(again, one).changes
    assert {each.path for change in changes for each in change.properties} == {UNFINISHED}
    assert _plan(after_swap(again, one), one).method is Method.NONE


def test_after_cloudformation_they_are_swapped_too(one: Assembly, tmp_path: Path) -> None:
    new = _assembly(tmp_path / "two", Queue={"Type": "AWS::SQS::Queue"})
    uncertain, _ = with_uncertain_swaps(live_from(one), new)
    plan = _plan(uncertain, new)
    assert plan.method is Method.CLOUDFORMATION
    (again,) = (step for step in plan.steps if isinstance(step, SwapDrifted))
    assert set(again.resources) == {((), "Fn"), (("data",), "Schema")}
    assert _plan(after_cloudformation(live_from(new), new), new).method is Method.NONE


def test_what_only_cloudformation_could_bring_back_causes_no_deployment(tmp_path: Path) -> None:
    image = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ImageUri": "x"}}}
    one = _assembly(tmp_path / "one", Image=image)
    uncertain, complete = with_uncertain_swaps(live_from(one), one)
    assert not complete
    assert _swapped(_plan(uncertain, one)) == {"Schema", "Fn"}


def test_what_goes_is_not_swapped_again(one: Assembly, tmp_path: Path) -> None:
    more = {"Type": "AWS::Lambda::Function", "Properties": {"Code": {"ZipFile": "1"}}}
    live = live_from(_assembly(tmp_path / "more", Gone=more))
    assert with_uncertain_swaps(live, one)[0].uncertain == ("Fn",)


def test_all_sandboxes_are_marked_until_each_deploys(tmp_path: Path) -> None:
    mine, other = tmp_path / "me" / "local", tmp_path / "other" / "111122223333-us-east-1"
    cache = tmp_path / "compile-cache"
    for folder in (other, cache):
        folder.mkdir(parents=True)
    snapshot_file(other).write_text("{}")
    assert unknown_swaps_mark(mine) == ""
    mark_foreign_deployment(mine)
    assert list(cache.iterdir()) == []
    clear_mark(mine, unknown_swaps_mark(mine))
    assert unknown_swaps_mark(mine) == ""
    assert unknown_swaps_mark(other)


def test_a_mark_made_during_the_deployment_stays(tmp_path: Path) -> None:
    mine = tmp_path / "me"
    mark_foreign_deployment(mine)
    deployed_over = unknown_swaps_mark(mine)
    mark_foreign_deployment(mine)
    clear_mark(mine, deployed_over)
    assert unknown_swaps_mark(mine)
    clear_mark(mine, "")
    assert unknown_swaps_mark(mine)


def test_a_mark_waits_for_what_cloudformation_has_yet_to_create() -> None:
    assert mark_cleared_by(Method.CLOUDFORMATION, "1", complete=False) == ""
    assert mark_cleared_by(Method.CLOUDFORMATION, "1", complete=True) == "1"
    assert mark_cleared_by(Method.HOTSWAP, "1", complete=False) == "1"
    assert mark_cleared_by(Method.NONE, "1", complete=False) == "1"
