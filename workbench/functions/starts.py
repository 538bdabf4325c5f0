"""What starts each function: read from the stacks' templates, so it costs no call.

A source that was attached by hand in the AWS console is not in them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from workbench.deploy.live.models import LiveStack
from workbench.functions.backend_functions import evaluated, functions_named
from workbench.users.trigger_functions import trigger_functions


class StartKind(StrEnum):
    """How a function is invoked; the value is the word that is shown."""

    RESOLVER = "GraphQL"
    AUTHORIZER = "authorizer"
    TRIGGER = "Cognito"
    SCHEDULE = "schedule"
    RULE = "event rule"
    QUEUE = "queue"
    STREAM = "stream"
    BUCKET = "bucket"
    TOPIC = "topic"
    URL = "function URL"
    API = "API"
    LOGS = "logs"
    STATE_MACHINE = "state machine"


@dataclass(frozen=True, slots=True)
class Start:
    """One source: ``what`` names it (a field, a trigger, a queue's ARN), ``detail`` says how.

    ``resource`` is the physical id of the rule, schedule or mapping, "" for others.
    """

    kind: StartKind
    what: str
    detail: str = ""
    resource: str = ""


@dataclass(frozen=True, slots=True)
class _Resource:
    """A deployed resource with its intrinsics resolved."""

    type: str
    physical_id: str
    properties: Mapping[str, Any]


DIRECT: Final = "direct Lambda resolver"
"""The ``detail`` of a field whose function gets AppSync's whole context, without any mapping."""

_REQUEST_MAPPINGS: Final = (
    "Code", "CodeS3Location", "RequestMappingTemplate", "RequestMappingTemplateS3Location",
)  # fmt: skip

_Found = Iterator[tuple[Any, Start]]
"""A value with a function's ARN or name in it, and what starts that."""


def starts_of(live: LiveStack) -> dict[str, tuple[Start, ...]]:
    """By physical name of the function, in the order of the kinds, then by name."""
    resources = _resources(live)
    found: dict[str, set[Start]] = {}
    for value, start in _all(resources):
        for name in functions_named(value) or {value}:
            if isinstance(name, str) and name:
                found.setdefault(name, set()).add(start)
    order = list(StartKind)
    return {
        name: tuple(sorted(starts, key=lambda each: (order.index(each.kind), each.what)))
        for name, starts in found.items()
    }


def _resources(live: LiveStack) -> list[_Resource]:
    found = []
    for _, stack in live.walk():
        for logical_id, resource in stack.effective_template.resources.items():
            deployed = stack.resources.get(logical_id)
            if deployed is not None and (
                resource.type in _READERS or resource.type in _OF_RESOLVERS
            ):
                properties = evaluated(stack, resource.properties)
                if resource.type == _MAPPING and not properties.get("EventSourceArn"):
                    source = _referred(resource.properties.get("EventSourceArn"))
                    if referred := stack.resources.get(source):
                        properties["EventSourceArn"] = referred.physical_id
                found.append(_Resource(resource.type, deployed.physical_id, properties))
    return found


def _referred(value: Any) -> str:
    """The resource of whose attributes one is meant: a stream's ARN is in no template."""
    attribute = value.get("Fn::GetAtt") if isinstance(value, Mapping) else None
    if isinstance(attribute, str):
        return attribute.partition(".")[0]
    return str(attribute[0]) if attribute else ""


def _all(resources: list[_Resource]) -> _Found:
    for each in resources:
        if read := _READERS.get(each.type):
            yield from read(each)
    yield from _resolvers(resources)


# -- GraphQL --------------------------------------------------------------------------------------

_OF_RESOLVERS: Final = (
    "AWS::AppSync::DataSource", "AWS::AppSync::FunctionConfiguration", "AWS::AppSync::Resolver",
)  # fmt: skip


def _resolvers(resources: list[_Resource]) -> _Found:
    """Fields whose resolver asks a function, by itself or in a step of its pipeline."""
    sources, steps, resolvers = (
        [each for each in resources if each.type == kind] for kind in _OF_RESOLVERS
    )
    functions = {
        str(each.properties.get("Name")): (each.properties.get("LambdaConfig") or {}).get(
            "LambdaFunctionArn"
        )
        for each in sources
    }
    of_step = {each.physical_id.rpartition("/")[2]: each.properties for each in steps}
    for each in resolvers:
        given = each.properties
        field = f"{given.get('TypeName')}.{given.get('FieldName')}"
        pipeline = (given.get("PipelineConfig") or {}).get("Functions") or ()
        for asking in (given, *(of_step.get(str(step), {}) for step in pipeline)):
            if function := functions.get(str(asking.get("DataSourceName"))):
                detail = "" if any(map(asking.get, _REQUEST_MAPPINGS)) else DIRECT
                yield function, Start(StartKind.RESOLVER, field, detail)


def _authorizer(api: _Resource) -> _Found:
    providers = [api.properties, *(api.properties.get("AdditionalAuthenticationProviders") or ())]
    for each in providers:
        config = each.get("LambdaAuthorizerConfig") or {}
        if uri := config.get("AuthorizerUri"):
            yield uri, Start(StartKind.AUTHORIZER, str(api.properties.get("Name") or "GraphQL"))


# -- everything else ------------------------------------------------------------------------------


def _triggers(pool: _Resource) -> _Found:
    for name, function in trigger_functions(pool.properties.get("LambdaConfig") or {}).items():
        yield function, Start(StartKind.TRIGGER, name)


def _mapping(mapping: _Resource) -> _Found:
    given = mapping.properties
    source = str(given.get("EventSourceArn") or "")
    kind = StartKind.QUEUE if ":sqs:" in source else StartKind.STREAM
    batch = given.get("BatchSize")
    detail = f"batches of {batch}" if batch else ""
    what = source or "self-managed source"
    yield given.get("FunctionName"), Start(kind, what, detail, mapping.physical_id)


def _rule(rule: _Resource) -> _Found:
    given = rule.properties
    schedule = given.get("ScheduleExpression")
    pattern = given.get("EventPattern")
    for target in given.get("Targets") or ():
        if schedule:
            yield (
                target.get("Arn"),
                Start(StartKind.SCHEDULE, str(schedule), _state(given), rule.physical_id),
            )
        if pattern:
            text = pattern if isinstance(pattern, str) else json.dumps(pattern)
            yield target.get("Arn"), Start(StartKind.RULE, text, _state(given), rule.physical_id)


def _schedule(schedule: _Resource) -> _Found:
    given = schedule.properties
    zone = str(given.get("ScheduleExpressionTimezone") or "")
    what = " ".join(filter(None, (str(given.get("ScheduleExpression") or ""), zone)))
    start = Start(StartKind.SCHEDULE, what, _state(given), schedule.physical_id)
    yield (given.get("Target") or {}).get("Arn"), start


def _state(given: Mapping[str, Any]) -> str:
    return "disabled" if given.get("State") == "DISABLED" else ""


def _bucket(bucket: _Resource) -> _Found:
    config = bucket.properties.get("NotificationConfiguration") or {}
    for each in config.get("LambdaConfigurations") or ():
        start = Start(StartKind.BUCKET, bucket.physical_id, str(each.get("Event") or ""))
        yield each.get("Function"), start


def _notifications(resource: _Resource) -> _Found:
    """What the CDK makes for ``bucket.addEventNotification``, and so Amplify's triggers."""
    config = resource.properties.get("NotificationConfiguration") or {}
    bucket = str(resource.properties.get("BucketName") or "")
    for each in config.get("LambdaFunctionConfigurations") or ():
        events = ", ".join(map(str, each.get("Events") or ()))
        yield each.get("LambdaFunctionArn"), Start(StartKind.BUCKET, bucket, events)


def _subscription(subscription: _Resource) -> _Found:
    given = subscription.properties
    if given.get("Protocol") == "lambda":
        yield given.get("Endpoint"), Start(StartKind.TOPIC, str(given.get("TopicArn") or ""))


def _url(url: _Resource) -> _Found:
    given = url.properties
    yield given.get("TargetFunctionArn"), Start(StartKind.URL, "", str(given.get("AuthType") or ""))


def _method(method: _Resource) -> _Found:
    given = method.properties
    uri = (given.get("Integration") or {}).get("Uri")
    yield uri, Start(StartKind.API, str(given.get("HttpMethod") or ""), "REST")


def _integration(integration: _Resource) -> _Found:
    yield integration.properties.get("IntegrationUri"), Start(StartKind.API, "", "HTTP")


def _log_filter(subscription: _Resource) -> _Found:
    given = subscription.properties
    yield given.get("DestinationArn"), Start(StartKind.LOGS, str(given.get("LogGroupName") or ""))


def _machine(machine: _Resource) -> _Found:
    definition = machine.properties.get("DefinitionString") or machine.properties.get("Definition")
    for name in functions_named(definition):
        yield name, Start(StartKind.STATE_MACHINE, machine.physical_id.rpartition(":")[2])


_MAPPING: Final = "AWS::Lambda::EventSourceMapping"
_READERS: Final[Mapping[str, Callable[[_Resource], _Found]]] = {
    "AWS::ApiGateway::Method": _method,
    "AWS::ApiGatewayV2::Integration": _integration,
    "AWS::AppSync::GraphQLApi": _authorizer,
    "AWS::Cognito::UserPool": _triggers,
    "AWS::Events::Rule": _rule,
    _MAPPING: _mapping,
    "AWS::Lambda::Url": _url,
    "AWS::Logs::SubscriptionFilter": _log_filter,
    "AWS::S3::Bucket": _bucket,
    "AWS::SNS::Subscription": _subscription,
    "AWS::Scheduler::Schedule": _schedule,
    "AWS::StepFunctions::StateMachine": _machine,
    "Custom::S3BucketNotifications": _notifications,
}
