"""Event source mappings' calls: ministack maps what is not there, and any source twice.

Here a mapping is refused as Lambda refuses it, also in a template, has its source's defaults, and
its answers tell that it is being created, changed or deleted.
Source: docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.bridge.event_patterns import InvalidPatternError, compiled
from workbench.localcloud.ministack.patches.lambda_functions.named import arn_of, function_named
from workbench.localcloud.ministack.patches.lambda_functions.refusals import (
    LambdaRefusalError,
    Reply,
    conflict,
    invalid,
    not_found,
    refusing,
)

Stored = dict[str, Any]

_STREAM = {
    "BatchSize": 100,
    "MaximumRetryAttempts": -1,
    "MaximumRecordAgeInSeconds": -1,
    "BisectBatchOnFunctionError": False,
    "ParallelizationFactor": 1,
    "TumblingWindowInSeconds": 0,
}
_SMALL_BATCH = 10
_QUEUE: Stored = {"BatchSize": _SMALL_BATCH}
_EVERY: Stored = {"MaximumBatchingWindowInSeconds": 0, "FunctionResponseTypes": []}
_OPTIONAL = frozenset(("DestinationConfig", "FilterCriteria", "ScalingConfig"))


def install() -> None:
    """Check the calls and the templates, and complete what is stored."""
    from ministack.services import lambda_svc
    from ministack.services.cloudformation import provisioners

    lambda_svc._create_esm = refusing(_creating(lambda_svc._create_esm))
    lambda_svc._update_esm = refusing(_updating(lambda_svc._update_esm))
    lambda_svc._get_esm = refusing(_getting(lambda_svc._get_esm))
    lambda_svc._delete_esm = refusing(_getting(lambda_svc._delete_esm))
    lambda_svc._esm_response = _shown(lambda_svc._esm_response)
    kind = "AWS::Lambda::EventSourceMapping"
    handlers = provisioners._RESOURCE_HANDLERS[kind]
    changed = {
        "create": _provisioning(handlers["create"]),
        "update": _provisioning_change(handlers["update"]),
    }
    provisioners._RESOURCE_HANDLERS[kind] = {**handlers, **changed}


def _creating(create: Callable[..., Reply]) -> Callable[..., Reply]:
    def create_mapping(data: Stored) -> Reply:
        _check_new(data)
        return _answer(_complete(create(data), data), "Creating")

    return create_mapping


def _provisioning(create: Callable[..., Any]) -> Callable[..., Any]:
    def create_mapping(logical_id: str, properties: Stored, stack: str) -> Any:
        try:
            _check_new(properties)
        except LambdaRefusalError as refusal:
            raise ValueError(str(refusal)) from refusal
        made = create(logical_id, properties, stack)
        _fill(made[0], properties)
        return made

    return create_mapping


def _provisioning_change(update: Callable[..., Any]) -> Callable[..., Any]:
    """What a template says no more has its default again."""

    def update_mapping(identifier: str, old: Stored, new: Stored, stack: str) -> Any:
        from ministack.services import lambda_svc

        try:
            _check_settings(new)
        except LambdaRefusalError as refusal:
            raise ValueError(str(refusal)) from refusal
        made = update(identifier, old, new, stack)
        stored = lambda_svc._esms.get(made[0])
        if stored is not None:
            defaults = _EVERY | (_QUEUE if _is_queue(stored) else _STREAM)
            stored.update({name: new.get(name, value) for name, value in defaults.items()})
            for name in (_OPTIONAL & old.keys()) - new.keys():
                stored.pop(name, None)
            _fill(made[0], new)
        return made

    return update_mapping


def _complete(reply: Reply, data: Mapping[str, Any]) -> Reply:
    from ministack.services import lambda_svc

    status, headers, body = reply
    if status >= 300:
        return reply
    identifier = json.loads(body)["UUID"]
    _fill(identifier, data)
    shown = lambda_svc._esm_response(lambda_svc._esms[identifier])
    return status, headers, json.dumps(shown).encode()


def _fill(identifier: str, data: Mapping[str, Any]) -> None:
    from ministack.services import lambda_svc

    stored = lambda_svc._esms.get(identifier)
    if stored is None or _is_queue(stored):
        return
    for name, value in _STREAM.items():
        if name not in stored or name not in data:
            stored[name] = data.get(name, value)
    stored["StateTransitionReason"] = "User action"
    stored["DestinationConfig"] = {"OnFailure": {}, **(stored.get("DestinationConfig") or {})}


def _is_queue(mapping: Mapping[str, Any]) -> bool:
    return ":sqs:" in str(mapping.get("EventSourceArn") or "")


def _answer(reply: Reply, state: str) -> Reply:
    """Lambda answers before it is done; here the next look shows that it is."""
    status, headers, body = reply
    if status >= 300:
        return reply
    return status, headers, json.dumps({**json.loads(body), "State": state}).encode()


def _updating(update: Callable[..., Reply]) -> Callable[..., Reply]:
    def update_mapping(identifier: str, data: Stored) -> Reply:
        stored = _find(identifier)
        _check_settings({**stored, **data})
        reply = _answer(update(identifier, data), "Updating")
        if reply[0] < 300 and "TumblingWindowInSeconds" in data:
            stored["TumblingWindowInSeconds"] = data["TumblingWindowInSeconds"]
        return reply

    return update_mapping


def _getting(call: Callable[..., Reply]) -> Callable[..., Reply]:
    def called(identifier: str) -> Reply:
        _find(identifier)
        return call(identifier)

    return called


def _find(identifier: str) -> Stored:
    from ministack.services import lambda_svc

    found: Stored | None = lambda_svc._esms.get(identifier)
    if found is None:
        raise not_found("The resource you requested does not exist.")
    return found


def _shown(respond: Callable[[Stored], Stored]) -> Callable[[Stored], Stored]:
    def response(mapping: Stored) -> Stored:
        shown = respond(mapping)
        shown.pop("Qualifier", None)
        shown.pop("OpenWindows", None)
        if _is_queue(mapping):  # a queue has no place to begin at, and is not told of
            shown.pop("StartingPosition", None)
            shown.pop("LastProcessingResult", None)
        return shown

    return response


def _check_new(data: Mapping[str, Any]) -> None:
    from ministack.services import lambda_svc

    arn = str(data.get("EventSourceArn") or "")
    if not arn:
        raise invalid("Unrecognized event source.")
    name, qualifier = lambda_svc._resolve_request_scoped_name_and_qualifier(
        str(data.get("FunctionName") or "")
    )
    name = name.rpartition("function:")[2]
    function = function_named(name)
    if not function or not lambda_svc._function_qualifier_exists(function, qualifier):
        raise invalid("Function does not exist")
    _check_settings(data)
    if ":sqs:" in arn:
        _check_queue(arn, function)
    elif ":dynamodb:" in arn or ":kinesis:" in arn:
        _check_stream(arn, data)
    _check_duplicate(arn, name, arn_of(name, qualifier))


def _check_settings(data: Mapping[str, Any]) -> None:
    if _is_queue(data):
        if (data.get("DestinationConfig") or {}).get("OnFailure"):
            raise invalid(
                "Unsupported DestinationConfig parameter for given event source mapping type."
            )
        size, window = (
            int(data.get(each) or 0) for each in ("BatchSize", "MaximumBatchingWindowInSeconds")
        )
        if size > _SMALL_BATCH and not window:
            raise invalid(
                "Maximum batch window in seconds must be greater than 0 if maximum batch size is "
                "greater than 10"
            )
    for each in (data.get("FilterCriteria") or {}).get("Filters") or ():
        try:
            compiled(json.loads(each.get("Pattern") or "{}"))
        except (ValueError, InvalidPatternError) as error:
            raise invalid("Invalid filter pattern definition.") from error


def _check_queue(arn: str, function: Mapping[str, Any]) -> None:
    from ministack.services import sqs

    queue = sqs._queue_by_arn(arn)
    if queue is None:
        raise invalid(
            "Error occurred while ReceiveMessage. SQS Error Code: "
            "AWS.SimpleQueueService.NonExistentQueue. SQS Error Message: The specified queue does "
            "not exist."
        )
    visible = int(queue["attributes"].get("VisibilityTimeout") or 30)
    timeout = int(function["config"].get("Timeout") or 3)
    if visible < timeout:
        raise invalid(
            f"Queue visibility timeout: {visible} seconds is less than Function timeout: {timeout} "
            "seconds"
        )


def _check_stream(arn: str, data: Mapping[str, Any]) -> None:
    from ministack.core.arn import ArnParseError, parse_arn
    from ministack.services import dynamodb, kinesis, lambda_svc

    position = data.get("StartingPosition")
    if not position:
        raise invalid(
            "1 validation error detected: Value null at 'startingPosition' failed to satisfy "
            "constraint: Member must not be null."
        )
    try:
        source = parse_arn(arn)
    except ArnParseError:
        return
    if source.service == "dynamodb":
        if position == "AT_TIMESTAMP":
            raise invalid(f"Unsupported starting position for arn type: {arn}")
        named = lambda_svc._dynamodb_stream_table_from_arn_spec(source)
        table = dynamodb._tables.get(named[0]) if named else None
        if named and (not table or table.get("LatestStreamArn") != arn):
            raise invalid(f"Stream not found: {arn}")
    elif source.account_id == lambda_svc.get_account_id():
        stream = lambda_svc._kinesis_stream_name_from_arn_spec(source)
        if stream and not kinesis._streams.get(stream):
            raise invalid(f"Stream not found: {arn}")


def _check_duplicate(arn: str, name: str, function_arn: str) -> None:
    from ministack.services import lambda_svc

    for each in list(lambda_svc._esms.values()):
        if each["EventSourceArn"] != arn or each["FunctionArn"] != function_arn:
            continue
        asked = f"Please update or delete the existing mapping with UUID {each['UUID']}"
        if ":sqs:" in arn:
            raise conflict(
                f'An event source mapping with SQS arn (" {arn} ") and function (" {name} ") '
                f"already exists. {asked}"
            )
        raise conflict(
            f'The event source arn (" {arn} ") and function (" {name} ") provided mapping already '
            f"exists. {asked}"
        )
