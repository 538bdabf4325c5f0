from __future__ import annotations

from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.hand_made import BUCKET, Writer, live_from, s3
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.diff.diff import compute_diff
from workbench.deploy.live.intrinsics import UnresolvableError
from workbench.deploy.live.models import (
    LiveStack,
    after_cloudformation,
    after_failed_cloudformation,
    after_swap,
)
from workbench.deploy.plan.instructions import (
    DeployStack,
    Plan,
    PublishAssets,
    SwapApiKey,
    SwapAppSyncFunction,
    SwapBucketContent,
    SwapDrifted,
    SwapFunctionCode,
    SwapFunctionConfiguration,
    SwapResolver,
    SwapResource,
    SwapSchema,
    WriteOutputs,
)
from workbench.deploy.plan.plan import DENIED, drifted, make_plan, swaps_for
from workbench.deploy.plan.preview import preview, property_line, summary
from workbench.model.deployment import Method

HERE = "cdk-hnb659fds-assets-000000000000-eu-west-1"


@pytest.fixture
def build(tmp_path: Path) -> Any:
    numbers = count()

    def build(
        *,
        schema: str = "type Query { a: Int }",
        template: str = "{}",
        code: str = "exports.handler = 1",
        files: str = "1",
        pipeline: bool = True,
        api_fields: dict[str, Any] | None = None,
        function: dict[str, Any] | None = None,
        deployment: dict[str, Any] | None = None,
        more: dict[str, Any] | None = None,
        outputs: dict[str, Any] | None = None,
    ) -> Assembly:
        writer = Writer(tmp_path / str(next(numbers)))
        api = {"Fn::GetAtt": ["Api", "ApiId"]}
        functions = [{"Fn::GetAtt": ["Step", "FunctionId"]}]
        bucket = {"S3Bucket": {"Fn::Sub": BUCKET}, "S3Key": writer.folder_asset({"i.js": code})}
        source = writer.folder_asset({"f.json": files})
        inner: dict[str, Any] = {
            "Parameters": {"Bucket": {"Type": "String"}},
            "Resources": {
                "Api": {"Type": "AWS::AppSync::GraphQLApi", "Properties": api_fields or {}},
                "Schema": {
                    "Type": "AWS::AppSync::GraphQLSchema",
                    "Properties": {
                        "ApiId": api,
                        "DefinitionS3Location": s3(writer.asset(schema, "graphql")),
                    },
                },
                "Step": {
                    "Type": "AWS::AppSync::FunctionConfiguration",
                    "Properties": {
                        "ApiId": api,
                        "Name": "Step",
                        "DataSourceName": "NONE_DS",
                        "RequestMappingTemplateS3Location": s3(writer.asset(template)),
                        "ResponseMappingTemplate": "$util.toJson({})",
                    },
                },
                "Resolve": {
                    "Type": "AWS::AppSync::Resolver",
                    "Properties": {
                        "ApiId": api,
                        "TypeName": "Query",
                        "FieldName": "a",
                        "PipelineConfig": {"Functions": functions if pipeline else []},
                    },
                },
                "Fn": {
                    "Type": "AWS::Lambda::Function",
                    "Properties": {"Code": bucket, "Handler": "i.handler", **(function or {})},
                },
                "Provider": {"Type": "AWS::Lambda::Function", "Properties": {}},
                "Deploy": {
                    "Type": "Custom::CDKBucketDeployment",
                    "Properties": {
                        "ServiceToken": {"Fn::GetAtt": ["Provider", "Arn"]},
                        "SourceBucketNames": [{"Fn::Sub": BUCKET}],
                        "SourceObjectKeys": [source],
                        "DestinationBucketName": {"Ref": "Bucket"},
                        "Prune": True,
                        **(deployment or {}),
                    },
                },
                **(more or {}),
            },
        }
        nested = {
            "Nested": inner,
            "Properties": {"Parameters": {"Bucket": {"Ref": "Files"}}},
        }
        root = {"data": nested, "Files": {"Type": "AWS::S3::Bucket"}}
        return writer.write({"Resources": root, "Outputs": outputs or {}})

    return build


def planned(live: LiveStack | None, assembly: Assembly, **options: Any) -> Plan:
    diff = compute_diff(live, assembly)
    return make_plan(diff, assembly, live, target_kind="local", **options)


def kinds(plan: Plan) -> list[type]:
    return [type(step) for step in plan.steps]


def test_no_change_is_no_plan(build: Any) -> None:
    plan = planned(live_from(build()), build())
    assert (plan.method, plan.steps) == (Method.NONE, ())


def test_the_first_deployment_creates_with_all_assets(build: Any) -> None:
    assembly = build()
    plan = planned(None, assembly)
    publish, deploy, outputs = plan.steps
    assert isinstance(publish, PublishAssets)
    assert set(publish.hashes) == set(assembly.assets)
    assert deploy == DeployStack(assembly.stack_name, create=True)
    assert isinstance(outputs, WriteOutputs)


def test_everything_swappable_is_swapped_with_the_schema_first(build: Any) -> None:
    new = build(
        schema="type Query { a: String }",
        template="{new}",
        code="exports.handler = 2",
        files="2",
        pipeline=False,
        function={"Timeout": 9},
    )
    plan = planned(live_from(build()), new)
    assert plan.method is Method.HOTSWAP
    publish, schema, *rest = plan.steps
    steps = {type(step): step for step in rest}
    assert isinstance(publish, PublishAssets)
    assert isinstance(schema, SwapSchema)
    assert schema.file is not None
    assert schema.file.read_text() == "type Query { a: String }"
    assert schema.api_id == "api1"

    function = steps[SwapAppSyncFunction]
    assert isinstance(function, SwapAppSyncFunction)
    assert function.function_id == "Step-f1"
    assert function.properties["ApiId"] == "api1"
    assert function.files["RequestMappingTemplateS3Location"].read_text() == "{new}"

    resolver = steps[SwapResolver]
    assert isinstance(resolver, SwapResolver)
    assert (resolver.type_name, resolver.field_name) == ("Query", "a")

    code = steps[SwapFunctionCode]
    assert isinstance(code, SwapFunctionCode)
    assert (code.bucket, code.target.physical_id) == (HERE, "fn-1")
    assert publish.hashes == (code.asset,)

    configuration = steps[SwapFunctionConfiguration]
    assert isinstance(configuration, SwapFunctionConfiguration)
    assert configuration.properties == {"Timeout": 9}

    content = steps[SwapBucketContent]
    assert isinstance(content, SwapBucketContent)
    assert (content.bucket, content.prefix, content.prune) == ("files-1", "", True)
    assert (content.sources[0].path / "f.json").read_text() == "2"
    assert isinstance(plan.steps[-1], WriteOutputs)


def test_on_aws_a_buckets_provider_finds_its_files_published(build: Any) -> None:
    live, assembly = live_from(build()), build(files="2")
    diff = compute_diff(live, assembly)
    publish, swap, _ = make_plan(diff, assembly, live, target_kind="aws").steps
    assert isinstance(swap, SwapBucketContent)
    assert publish == PublishAssets((swap.sources[0].asset,))
    assert swap.provider == "arn:aws:lambda:eu-west-1:000000000000:function:provider-1"
    assert swap.properties["SourceObjectKeys"] == [swap.sources[0].object_key]
    assert swap.properties["DestinationBucketName"] == "files-1"
    assert SwapBucketContent in kinds(planned(live, assembly))
    assert PublishAssets not in kinds(planned(live, assembly))


def test_a_removed_setting_goes_back_to_its_default(build: Any) -> None:
    live = live_from(build(function={"Timeout": 9, "Environment": {"Variables": {"A": "1"}}}))
    (swap, _) = planned(live, build()).steps
    assert isinstance(swap, SwapFunctionConfiguration)
    assert swap.properties == {"Timeout": 3, "Environment": {"Variables": {}}}


def _with_key(build: Any, expires: int) -> Assembly:
    properties = {"ApiId": {"Fn::GetAtt": ["Api", "ApiId"]}, "Expires": expires}
    key = {"Type": "AWS::AppSync::ApiKey", "Properties": properties}
    assembly: Assembly = build(more={"Key": key})
    return assembly


def test_an_api_key_that_each_synth_extends_is_no_change_within_the_hour(build: Any) -> None:
    live = live_from(_with_key(build, 1_800_000_000))
    assert planned(live, _with_key(build, 1_800_003_599)).method is Method.NONE
    later = planned(live, _with_key(build, 1_800_003_600))
    assert later.method is Method.HOTSWAP
    swap = later.steps[0]
    assert isinstance(swap, SwapApiKey)
    assert swap.expires == 1_800_003_600


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"function": {"Runtime": "nodejs22.x"}}, "data/Fn changes Runtime"),
        ({"api_fields": {"Name": "other"}}, "data/Api changes (AWS::AppSync::GraphQLApi)"),
        ({"more": {"Q": {"Type": "AWS::SQS::Queue"}}}, "data/Q is new"),
        ({"outputs": {"x": {"Value": "1"}}}, "the output x changes"),
        ({"deployment": {"DestinationBucketKeyPrefix": "p"}},
         "data/Deploy changes DestinationBucketKeyPrefix"),
        ({"function": {"Description": {"Fn::ImportValue": "x"}}}, "data/Fn: Fn::ImportValue"),
    ],
)  # fmt: skip
def test_one_other_change_leaves_all_to_cloudformation(
    build: Any, change: dict[str, Any], reason: str
) -> None:
    plan = planned(live_from(build()), build(template="{new}", **change))
    assert plan.method is Method.CLOUDFORMATION
    assert plan.reasons == (reason,)
    assert DeployStack in kinds(plan)
    assert SwapDrifted not in kinds(plan)


def test_deployed_file_lists_that_others_read_are_not_swapped(build: Any) -> None:
    reader = {
        "R": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Value": {"Fn::GetAtt": ["Deploy", "SourceObjectKeys"]}},
        }
    }
    plan = planned(live_from(build(more=reader)), build(more=reader, files="2"))
    assert plan.method is Method.CLOUDFORMATION
    assert plan.reasons == ("data/Deploy: another resource reads Deploy.SourceObjectKeys",)


def test_hot_swap_can_be_turned_off(build: Any) -> None:
    plan = planned(live_from(build()), build(code="2"), allow_hotswap=False)
    assert plan.method is Method.CLOUDFORMATION


def test_a_stack_that_is_not_at_rest_is_left_to_cloudformation(build: Any) -> None:
    live = live_from(build(), status="UPDATE_ROLLBACK_FAILED")
    plan = planned(live, build())
    assert plan.method is Method.CLOUDFORMATION
    assert "UPDATE_ROLLBACK_FAILED" in plan.reasons[0]


def test_swapped_resources_that_cloudformation_would_leave_are_swapped_after_it(
    build: Any,
) -> None:
    first = build(template="{1}")
    live = after_swap(live_from(first), build(template="{2}"))
    assert compute_diff(live, build(template="{2}")).is_empty
    back = planned(live, build(template="{1}"))
    assert back.method is Method.HOTSWAP

    final = build(template="{1}", more={"Q": {"Type": "AWS::SQS::Queue"}})
    plan = planned(live, final)
    assert kinds(plan)[-3:] == [DeployStack, SwapDrifted, WriteOutputs]
    again = plan.steps[-2]
    assert isinstance(again, SwapDrifted)
    assert again.resources == ((("data",), "Step"),)
    (swap,) = swaps_for(final, live, again.resources)
    assert isinstance(swap, SwapAppSyncFunction)
    assert swap.files["RequestMappingTemplateS3Location"].read_text() == "{1}"


def test_a_swap_that_stays_needs_nothing_after_cloudformation(build: Any) -> None:
    live = after_swap(live_from(build(template="{1}")), build(template="{2}"))
    final = build(template="{2}", more={"Q": {"Type": "AWS::SQS::Queue"}})
    assert drifted(final, live) == ()


def test_only_what_cloudformation_would_not_set_is_swapped_again(build: Any) -> None:
    first = build(code="1", function={"Timeout": 3})
    live = after_swap(live_from(first), build(code="2", function={"Timeout": 3}))
    anew = build(code="3", function={"Timeout": 9})
    assert drifted(anew, live) == ()
    back = build(code="1", function={"Timeout": 9})
    assert drifted(back, live) == ((("data",), "Fn"),)


def test_a_denied_swap_changes_nothing_and_is_not_planned_again(build: Any) -> None:
    new = build(code="2", template="{2}")
    live = after_swap(live_from(build()), new, untouched=frozenset({(("data",), "Fn")}))
    assert drifted(new, live) == ()
    names = {change.logical_id for change in compute_diff(live, new).changes}
    assert names == {"Fn"}
    kind = "SwapFunctionCode AWS::Lambda::Function"
    plan = planned(live_from(build()), new, denied={kind})
    assert plan.method is Method.CLOUDFORMATION
    assert plan.reasons == (f"data/Fn: {DENIED}",)


def test_aws_alone_swaps_a_queue_and_takes_code_with_the_call(build: Any) -> None:
    def queue(seconds: int) -> dict[str, Any]:
        return {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"VisibilityTimeout": seconds}}}

    new = build(more=queue(60), code="2")
    live = live_from(build(more=queue(30)))
    plan = planned(live, new)
    assert plan.method is Method.CLOUDFORMATION
    assert plan.reasons == ("data/Q changes (AWS::SQS::Queue)",)

    arn = live.stack_id.replace("000000000000", "111122223333")
    nested = {
        name: child.model_copy(update={"stack_id": arn}) for name, child in live.nested.items()
    }
    there = live.model_copy(update={"stack_id": arn, "nested": nested})
    plan = make_plan(compute_diff(there, new), new, there, target_kind="aws")
    (queue_swap,) = [step for step in plan.steps if isinstance(step, SwapResource)]
    (code_swap,) = [step for step in plan.steps if isinstance(step, SwapFunctionCode)]
    assert not any(isinstance(step, PublishAssets) for step in plan.steps)
    assert queue_swap.properties == {"VisibilityTimeout": 60}
    assert queue_swap.identifier == "q-1"
    assert code_swap.archive is not None
    assert code_swap.asset == ""


def test_a_failed_swap_is_done_again(build: Any) -> None:
    new = build(code="2", template="{2}")
    live = after_swap(live_from(build()), new, frozenset({(("data",), "Fn")}))
    plan = planned(live, new)
    assert plan.method is Method.HOTSWAP
    assert [step.target.logical_id for step in plan.steps if hasattr(step, "target")] == [
        "Fn",
        "Fn",
    ]
    assert planned(after_swap(live, new), new).method is Method.NONE


def test_a_rolled_back_deployment_makes_earlier_swaps_uncertain(build: Any) -> None:
    first, second = build(template="{1}"), build(template="{2}")
    swapped = after_swap(live_from(first), second)
    now = live_from(first, status="UPDATE_ROLLBACK_COMPLETE")
    live = after_failed_cloudformation(swapped, now)
    assert live.nested["data"].uncertain == ("Step",)
    assert planned(live, first).method is Method.HOTSWAP
    settled = after_cloudformation(live, second)
    assert planned(settled, second).method is Method.NONE


def test_swapping_what_is_not_deployed_is_refused(build: Any) -> None:
    with pytest.raises(UnresolvableError):
        swaps_for(build(), live_from(build()), [(("data",), "Nothing")])


def test_live_stacks_survive_their_json_form(build: Any) -> None:
    live = after_swap(live_from(build()), build(code="2"))
    again = LiveStack.model_validate_json(live.model_dump_json(by_alias=True))
    assert again == live
    assert (again.region, again.account, again.partition) == ("eu-west-1", "000000000000", "aws")


def test_the_preview_tells_changes_and_steps(build: Any) -> None:
    live = live_from(build(function={"Timeout": 3}))
    new = build(function={"Timeout": 20, "Environment": {"Variables": {"API_KEY": "hunter2"}}})
    diff = compute_diff(live, new)
    lines = preview(diff, make_plan(diff, new, live, target_kind="local"))
    text = "\n".join(lines)
    assert "~ data/Fn  AWS::Lambda::Function" in text
    assert "Timeout: 3 → 20" in text
    assert "without CloudFormation" in text
    assert "1. Swap the configuration (environment, timeout) of function data/Fn" in text
    assert "hunter2" not in text
    assert summary(diff) == "1 to update"


def test_the_preview_tells_losses_and_why_cloudformation(build: Any) -> None:
    from workbench.deploy.plan.data_loss import losses_of_deployment

    table = {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "a"}}}
    renamed = {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "b"}}}
    live, new = live_from(build(more=table)), build(more=renamed)
    diff = compute_diff(live, new)
    plan = make_plan(diff, new, live, target_kind="local")
    text = "\n".join(preview(diff, plan, losses_of_deployment(diff, live)))
    assert "± data/T  AWS::DynamoDB::Table" in text
    assert property_line(diff.changes[0].properties[0]) == "TableName: a → b  (replaces)"
    assert "! data/T (t-1)" in text
    assert "data/T is replaced" in text


def test_the_preview_tells_rows_that_no_longer_fit(build: Any) -> None:
    live, new = live_from(build()), build(code="exports.handler = 2")
    diff = replace(compute_diff(live, new), warnings=("Todo: a is missing in 2 of 3 rows",))
    text = "\n".join(preview(diff, make_plan(diff, new, live, target_kind="local")))
    assert "Stored rows that no longer fit:\n  ! Todo: a is missing in 2 of 3 rows" in text


def test_the_preview_of_nothing(build: Any) -> None:
    live = live_from(build())
    diff = compute_diff(live, build())
    plan = make_plan(diff, build(), live, target_kind="local")
    assert preview(diff, plan) == ("Nothing to deploy: what is live equals the project.",)
