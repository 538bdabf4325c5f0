"""Lambda functions in the stacks of their groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import Duration, Size, Tags, aws_iam, aws_lambda, aws_logs
from aws_cdk.aws_scheduler import CfnSchedule

from workbench.backend.constructs.functions.code import stage_code
from workbench.backend.constructs.functions.needs import environment_of
from workbench.backend.constructs.refusals import refused_at
from workbench.backend.constructs.root import Root
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.source_location import DefinitionError, Place

FRIENDLY_NAME = "amplify:friendly-name"
_STACK_TYPES = {"auth": "auth-Cognito", "data": "api-AppSync", "storage": "storage-S3"}


@dataclass(frozen=True, slots=True)
class FunctionCfnResources:
    """A function's resources as CloudFormation has them."""

    cfn_function: Any


@dataclass(frozen=True, slots=True)
class FunctionResources:
    """A function's resources: ``lambda_function`` is an ``aws_lambda.Function``."""

    lambda_function: Any
    cfn_resources: FunctionCfnResources


def make_functions(
    root: Root,
    functions: Sequence[FunctionDefinition],
    references: Mapping[FunctionDefinition, Sequence[str]],
    *,
    cache: Path,
    local: bool,
) -> dict[FunctionDefinition, FunctionResources]:
    """Make every function; raises DefinitionError where two of one stack have one name."""
    taken: dict[tuple[str, str], Place] = {}
    found: dict[FunctionDefinition, FunctionResources] = {}
    for function in functions:
        key = (function.resource_group, function.name)
        if first := taken.get(key):
            raise DefinitionError(
                f"Two functions are named {function.name}.",
                f"Give one of them another name; the other is at {first.file}:{first.line}.",
                function.place,
            )
        taken[key] = function.place
        keys = references.get(function, ())
        with refused_at(function.place):
            found[function] = _make(root, function, keys, cache=cache, local=local)
    return found


def _make(
    root: Root, function: FunctionDefinition, keys: Sequence[str], *, cache: Path, local: bool
) -> FunctionResources:
    group = function.resource_group
    stack = root.nested(group, _STACK_TYPES.get(group, "function-Lambda"))
    variables, paths = environment_of(function, keys, root.identity)
    code = stage_code(function, reads_parameters=bool(paths), cache=cache, local=local)
    log_group = None
    if function.log_retention_days:
        group_resource = aws_logs.CfnLogGroup(
            stack,
            f"{function.name}-log-group",
            retention_in_days=function.log_retention_days,
        )
        log_group = aws_logs.LogGroup.from_log_group_name(
            stack, f"{function.name}-log-group-name", group_resource.ref
        )
    made = aws_lambda.Function(
        stack,
        f"{function.name}-lambda",
        runtime=aws_lambda.Runtime(
            function.runtime,
            aws_lambda.RuntimeFamily.PYTHON
            if function.runtime.startswith("python")
            else aws_lambda.RuntimeFamily.NODEJS,
            supports_inline_code=True,
        ),
        handler=code.handler,
        code=aws_lambda.Code.from_asset(str(code.folder), asset_hash=code.digest),
        timeout=Duration.seconds(function.timeout_seconds),
        memory_size=function.memory_mb,
        ephemeral_storage_size=Size.mebibytes(function.ephemeral_storage_mb),
        architecture=aws_lambda.Architecture.ARM_64
        if function.architecture == "arm64"
        else aws_lambda.Architecture.X86_64,
        environment=variables,
        initial_policy=[_reading(stack, paths)] if paths else None,
        log_group=log_group,
    )
    cfn = made.node.default_child
    if function.layers:
        cfn.layers = [_layer(stack, value) for value in dict.fromkeys(function.layers.values())]
    Tags.of(made).add(FRIENDLY_NAME, function.name)
    _schedule(stack, function, made)
    return FunctionResources(made, FunctionCfnResources(cfn))


def _reading(stack: Any, paths: Sequence[str]) -> Any:
    prefix = f"arn:{stack.partition}:ssm:{stack.region}:{stack.account}:parameter"
    return aws_iam.PolicyStatement(
        actions=["ssm:GetParameters"], resources=[prefix + path for path in paths]
    )


def _layer(stack: Any, value: str) -> str:
    if value.startswith("arn:"):
        return value
    return f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:layer:{value}"


def _schedule(stack: Any, function: FunctionDefinition, made: Any) -> None:
    if not function.schedule:
        return
    role = aws_iam.Role(
        stack,
        f"{function.name}-schedule-role",
        assumed_by=aws_iam.ServicePrincipal("scheduler.amazonaws.com"),
    )
    made.grant_invoke(role)
    for index, expression in enumerate(function.schedule):
        CfnSchedule(
            made,
            f"schedule-{index}",
            flexible_time_window={"mode": "OFF"},
            schedule_expression=expression,
            schedule_expression_timezone="UTC",
            state="ENABLED",
            target={"arn": made.function_arn, "roleArn": role.role_arn},
        )
