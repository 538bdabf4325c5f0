"""The API's nested stacks: one for each model, one for relations, one for custom operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.backend.constructs.data import templates
from workbench.backend.constructs.data.nested_template import NestedTemplate, TemplateResource
from workbench.backend.resolvers.records import (
    NONE_SOURCE,
    ResolverPlan,
    SourcePlan,
    TablePlan,
)

CONNECTIONS = "ConnectionStack"
OPERATIONS = "FunctionDirectiveStack"
_ROOM = 150
"""Resolvers in one stack: CloudFormation takes 500 resources, and 1 MB of template."""


def model_stack(
    scope: Any, plan: TablePlan, resolvers: Sequence[ResolverPlan], api_id: str
) -> NestedTemplate:
    """A model's table, data source and own resolvers."""
    stack = NestedTemplate(scope, plan.model, {"ApiId": api_id})
    table, role = f"{plan.model}Table", f"{plan.model}IAMRole"
    source = f"{plan.model}DataSource"
    stack.add(
        table,
        "AWS::DynamoDB::Table",
        templates.table(plan),
        DeletionPolicy="Delete",
        UpdateReplacePolicy="Delete",
    )
    stack.add(role, "AWS::IAM::Role", templates.table_role(table))
    stack.add(
        source,
        "AWS::AppSync::DataSource",
        templates.table_source(f"{plan.model}Table", table, role),
    )
    stack.outputs["TableName"] = {"Ref": table}
    stack.outputs["TableArn"] = {"Fn::GetAtt": [table, "Arn"]}
    stack.outputs["TableStreamArn"] = {"Fn::GetAtt": [table, "StreamArn"]}
    own = {f"{plan.model}Table": {"Fn::GetAtt": [source, "Name"]}}
    add_resolvers(stack, resolvers, own)
    return stack


def connection_stacks(
    scope: Any, resolvers: Sequence[ResolverPlan], api_id: str
) -> list[NestedTemplate]:
    """Resolvers that read another model's table: after all models, or models wait in a ring."""
    stacks = []
    for number, start in enumerate(range(0, len(resolvers), _ROOM), start=1):
        name = CONNECTIONS if number == 1 else f"{CONNECTIONS}{number}"
        stack = NestedTemplate(scope, name, {"ApiId": api_id})
        add_resolvers(stack, resolvers[start : start + _ROOM], {})
        stacks.append(stack)
    return stacks


def operation_stacks(
    scope: Any,
    resolvers: Sequence[ResolverPlan],
    sources: Iterable[SourcePlan],
    api_id: str,
    function_arns: Mapping[str, str],
) -> list[NestedTemplate]:
    """Custom operations, with the data sources of their functions and addresses.

    ``function_arns`` are the functions' ARNs by data source. The sources stand in the first stack.
    """
    first = NestedTemplate(scope, OPERATIONS, {"ApiId": api_id, **_arn_parameters(function_arns)})
    for source in sources:
        _add_source(first, source)
    stacks = [first]
    for number, start in enumerate(range(0, len(resolvers), _ROOM), start=1):
        if number > 1:
            stacks.append(NestedTemplate(scope, f"{OPERATIONS}{number}", {"ApiId": api_id}))
        own = {name: _source_name(first, name) for name in function_arns} if number == 1 else {}
        add_resolvers(stacks[-1], resolvers[start : start + _ROOM], own)
    for later in stacks[1:]:
        later.wait_for(first.stack)
    return stacks


def add_resolvers(
    stack: NestedTemplate, resolvers: Iterable[ResolverPlan], own_sources: Mapping[str, Any]
) -> None:
    """Add resolvers and their functions; a source of the same stack is referred to, not named."""
    for plan in resolvers:
        name = templates.logical_id(
            plan.type_name[:1].upper() + plan.type_name[1:],
            plan.field_name[:1].upper() + plan.field_name[1:],
            "Resolver",
        )
        if len(plan.steps) == 1:
            step = plan.steps[0]
            source = own_sources.get(step.source, step.source)
            properties = templates.unit_resolver(plan.type_name, plan.field_name, step, source)
        else:
            functions: list[str] = []
            for step in plan.steps:
                function = templates.logical_id(step.name, "Function")
                source = own_sources.get(step.source, step.source)
                stack.add(
                    function,
                    "AWS::AppSync::FunctionConfiguration",
                    templates.step_function(step, source),
                )
                functions.append(function)
            properties = templates.pipeline_resolver(plan.type_name, plan.field_name, functions)
        stack.add(name, "AWS::AppSync::Resolver", properties)


def is_connection(plan: ResolverPlan) -> bool:
    """Whether a model's resolver works on another model's table."""
    return any(step.source not in (NONE_SOURCE, f"{plan.owner}Table") for step in plan.steps)


def tables_of(stacks: Mapping[str, NestedTemplate]) -> dict[str, TemplateResource]:
    """The tables by model."""
    return {model: stack.resources[f"{model}Table"] for model, stack in stacks.items()}


def _add_source(stack: NestedTemplate, source: SourcePlan) -> None:
    name = templates.logical_id(source.name)
    properties: dict[str, Any] = {"ApiId": templates.API_ID, "Name": source.name}
    if source.kind == "function":
        arn = {"Ref": templates.logical_id(source.name, "Arn")}
        role = f"{name}Role"
        several = [arn, {"Fn::Join": ["", [arn, ":*"]]}]
        policy = templates.service_role("InvokeLambda", ["lambda:InvokeFunction"], several)
        stack.add(role, "AWS::IAM::Role", policy)
        properties |= {
            "Type": "AWS_LAMBDA",
            "ServiceRoleArn": {"Fn::GetAtt": [role, "Arn"]},
            "LambdaConfig": {"LambdaFunctionArn": arn},
        }
    elif source.kind == "http":
        properties |= {"Type": "HTTP", "HttpConfig": {"Endpoint": source.endpoint}}
    stack.add(name, "AWS::AppSync::DataSource", properties)


def _source_name(stack: NestedTemplate, name: str) -> Any:
    return {"Fn::GetAtt": [templates.logical_id(name), "Name"]}


def _arn_parameters(function_arns: Mapping[str, str]) -> dict[str, str]:
    return {templates.logical_id(name, "Arn"): arn for name, arn in function_arns.items()}
