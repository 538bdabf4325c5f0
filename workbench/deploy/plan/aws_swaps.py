"""Swaps that only AWS can do: by Cloud Control and CodeBuild, as the CDK has them.

Not among them, though the CDK swaps them: DynamoDB tables, whose data CloudFormation guards better;
API Gateway's deployments, which no call changes; ECS task definitions, which CloudFormation
replaces together with what refers to them. The local cloud has none of these calls, so there such
a change is CloudFormation's.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from workbench.deploy.diff.replacement import resource_schema
from workbench.deploy.live.intrinsics import UnresolvableError
from workbench.deploy.plan.instructions import (
    Swap,
    SwapBuildProject,
    SwapResource,
)
from workbench.deploy.plan.swap_work import SwapWork

BUILD_PROJECT = "AWS::CodeBuild::Project"
_RULE = "AWS::Events::Rule"
CLOUD_CONTROL = frozenset(
    {
        "AWS::ApiGateway::Method",
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::ApiGatewayV2::Integration",
        "AWS::Bedrock::Agent",
        "AWS::BedrockAgentCore::Runtime",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::CloudWatch::Dashboard",
        _RULE,
        "AWS::QuickSight::Analysis",
        "AWS::QuickSight::Dashboard",
        "AWS::QuickSight::DataSet",
        "AWS::QuickSight::DataSource",
        "AWS::QuickSight::Template",
        "AWS::SQS::Queue",
        "AWS::StepFunctions::StateMachine",
    }
)
_BUILD_PROPERTIES = frozenset({"Source", "Environment", "SourceVersion"})
_STABLE_ENDINGS = ("Arn", "Name", "Url", "Endpoint", "ApiId")


def aws_swappable(type_: str) -> frozenset[str]:
    """The properties of a type whose change can be swapped on AWS; empty for other types."""
    if type_ == BUILD_PROJECT:
        return _BUILD_PROPERTIES
    return _updatable(type_) if type_ in CLOUD_CONTROL else frozenset()


@lru_cache(maxsize=64)
def _updatable(type_: str) -> frozenset[str]:
    """The properties that an update takes: neither read-only nor fixed at the creation."""
    schema = resource_schema(type_)
    fixed = (
        *schema.get("readOnlyProperties", ()),
        *schema.get("createOnlyProperties", ()),
        *schema.get("conditionalCreateOnlyProperties", ()),
    )
    return frozenset(schema.get("properties", ())) - {each.split("/")[2] for each in fixed}


def build_resource(work: SwapWork) -> tuple[Swap, ...]:
    """An update by Cloud Control: the changed properties, each as a whole."""
    work.refuse_readers_of_others(_stable_attributes(work))
    names = _updatable(work.target.type)
    names = work.wanted.properties & names if work.wanted.properties else names
    given = work.resource.properties
    values = {name: work.value(name) for name in sorted(names) if name in given}
    removed = sorted(work.wanted.properties & names - set(given))
    return (SwapResource(work.target, _identifier(work), values, tuple(removed)),)


def build_project(work: SwapWork) -> tuple[Swap, ...]:
    """A CodeBuild project's source and environment."""
    names = work.wanted.properties & _BUILD_PROPERTIES or _BUILD_PROPERTIES
    given = work.resource.properties
    if not names <= set(given):
        raise UnresolvableError("a property is removed, which CodeBuild's update cannot do")
    values = {name: work.value(name) for name in sorted(names)}
    return (SwapBuildProject(work.target, values),)


def _stable_attributes(work: SwapWork) -> frozenset[str]:
    names = resource_schema(work.target.type).get("readOnlyProperties", ())
    last = {each.rpartition("/")[2] for each in names}
    return frozenset(name for name in last if name.endswith(_STABLE_ENDINGS))


def _identifier(work: SwapWork) -> str:
    """What Cloud Control calls the resource: its primary identifier, parts joined by ``|``.

    A part that the template does not give is what Ref gives.
    """
    if work.target.type == _RULE:
        return str(work.value_of({"Fn::GetAtt": [work.target.logical_id, "Arn"]}))
    parts: list[str] = []
    for pointer in resource_schema(work.target.type).get("primaryIdentifier", ()):
        value: Any = work.value(pointer.rpartition("/")[2])
        parts.append(str(value) if value else work.target.physical_id)
    return "|".join(parts) or work.target.physical_id
