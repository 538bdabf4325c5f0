"""Nested stacks: ministack deploys them with a second, simpler engine; AWS treats all stacks alike.

That engine forgets the attributes of unchanged resources on an update (the second deployment fails
with "Requested attribute Arn does not exist"), leaves behind what a failed child created, does not
roll back a child, deletes without events, policies or errors, and shows a child's id only at its
end, so nobody can follow it. Here a child runs through the engine of the root stack, with the
events and messages of AWS
(https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-nested-stacks.html).
"""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable, Coroutine
from typing import Any

from ministack.core.responses import get_account_id, get_region, new_uuid, now_iso
from ministack.services.cloudformation import (
    _stack_events,
    _stacks,
    engine,
    helpers,
    provisioners,
    stacks,
)

from workbench.localcloud.ministack.patches.cloudformation import postponed_deletions
from workbench.localcloud.ministack.patches.cloudformation.generated_names import readable
from workbench.localcloud.ministack.patches.cloudformation.template_text import text_of

_TYPE = "AWS::CloudFormation::Stack"
_LONGEST_NAME = 128
_SUCCEEDED = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", postponed_deletions.CLEANING})
Stack = dict[str, Any]
Properties = dict[str, Any]


class NestedStackError(ValueError):
    """A child stack did not reach the wanted state; the message is the one AWS gives."""


def install() -> None:
    """Route nested stacks through the root's engine."""
    stacks.run_reentrant = _inline_without_loop(stacks.run_reentrant)
    handlers = provisioners._RESOURCE_HANDLERS
    handlers[_TYPE] = {
        "create": _create,
        "update": _update,
        "update_with_logical_id": True,
        "delete": _delete,
    }


def _inline_without_loop(original: Callable[..., Any]) -> Callable[..., Any]:
    """Where no event loop runs we are in a child's own worker thread already: call directly."""

    async def run_reentrant(fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return fn(*args)
        return await original(fn, *args, **kwargs)

    return run_reentrant


def _drive(coroutine: Coroutine[None, None, None]) -> None:
    """Run an engine coroutine to its end on this thread, without an event loop.

    A parent gives each child a thread, and the emulator's provisioners expect to find no running
    loop there. The only thing the engine waits for besides ``run_reentrant`` is ``sleep(0)``.
    """
    try:
        while True:
            coroutine.send(None)
    except StopIteration:
        return


def _create(logical_id: str, props: Properties, parent_name: str) -> tuple[str, dict[str, str]]:
    parent = _stacks.get(parent_name) or {}
    template, body, parameters = _read(props, parent_name)
    name = readable(parent_name, logical_id, new_uuid(), _LONGEST_NAME)
    stack_id = f"arn:aws:cloudformation:{get_region()}:{get_account_id()}:stack/{name}/{new_uuid()}"
    child: Stack = {
        "StackName": name,
        "StackId": stack_id,
        "CreationTime": now_iso(),
        "Outputs": [],
        "DisableRollback": bool(parent.get("DisableRollback")),
        "RootId": parent.get("RootId") or parent.get("StackId", ""),
        "ParentId": parent.get("StackId", ""),
        "Capabilities": list(parent.get("Capabilities", [])),
        "_parent_stack_name": parent_name,
        "_region": get_region(),
        "_resources": {},
        **_described(props, template, body, parameters, "CREATE_IN_PROGRESS"),
    }
    _stacks[name] = child
    _stack_events[stack_id] = []
    _announce(child, "CREATE_IN_PROGRESS")
    stacks._add_event(
        child["ParentId"],
        parent_name,
        logical_id,
        _TYPE,
        "CREATE_IN_PROGRESS",
        "Resource creation Initiated",
        stack_id,
    )
    _drive(
        stacks._deploy_stack_async(
            name, stack_id, template, parameters, child["DisableRollback"], child["Tags"]
        )
    )
    if child["StackStatus"] not in _SUCCEEDED:
        reason = _first_reason(stack_id)
        if not child["DisableRollback"]:
            _drive(stacks._delete_stack_async(name, stack_id))
        raise NestedStackError(f"Embedded stack {stack_id} was not successfully created: {reason}")
    return stack_id, _attributes(child)


def _update(
    physical_id: str,
    old_props: Properties,
    new_props: Properties,
    parent_name: str,
    logical_id: str,
) -> tuple[str, dict[str, str]]:
    name = provisioners._nested_stack_lookup_name(physical_id)
    child = _stacks.get(name)
    if child is None or child.get("StackStatus") == "DELETE_COMPLETE":
        return _create(logical_id, new_props, parent_name)
    parent = _stacks.get(parent_name) or {}
    if "ROLLBACK" in parent.get("StackStatus", "") and postponed_deletions.is_running(child):
        _drive(postponed_deletions.roll_back(child, "Initiated by parent stack"))
        if child["StackStatus"] != "UPDATE_ROLLBACK_COMPLETE":
            raise NestedStackError(
                f"Embedded stack {child['StackId']} was not successfully updated. Currently in "
                f"{child['StackStatus']} with reason: {child.get('StackStatusReason', '')}"
            )
        return child["StackId"], _attributes(child)
    template, body, parameters = _read(new_props, parent_name)
    described = _described(new_props, template, body, parameters, "UPDATE_IN_PROGRESS")
    unchanged = all(
        child.get(key) == described[key] for key in ("_template_body", "_resolved_params", "Tags")
    )
    if unchanged and child["StackStatus"].endswith("_COMPLETE"):
        return child["StackId"], _attributes(child)
    previous = {
        key: copy.deepcopy(child[key])
        for key in (
            "_resources",
            "_template",
            "_template_body",
            "_resolved_params",
            "_conditions",
            "Parameters",
            "Tags",
            "Outputs",
        )
        if key in child
    }
    # The engine stores these two when it is done: until then they say what ran before.
    del described["_template"], described["_resolved_params"]
    child.update(described, DisableRollback=bool(parent.get("DisableRollback")))
    _announce(child, "UPDATE_IN_PROGRESS")
    _drive(
        stacks._deploy_stack_async(
            name,
            child["StackId"],
            template,
            parameters,
            child["DisableRollback"],
            child["Tags"],
            is_update=True,
            previous_stack=previous,
        )
    )
    if child["StackStatus"] not in _SUCCEEDED:
        raise NestedStackError(
            f"Embedded stack {child['StackId']} was not successfully updated. Currently in "
            f"{child['StackStatus']} with reason: {_first_reason(child['StackId'])}"
        )
    return child["StackId"], _attributes(child)


def _delete(physical_id: str, props: Properties) -> None:
    name = provisioners._nested_stack_lookup_name(physical_id)
    child = _stacks.get(name)
    if child is None or child.get("StackStatus") == "DELETE_COMPLETE":
        return
    _drive(stacks._delete_stack_async(name, child["StackId"]))
    if child["StackStatus"] != "DELETE_COMPLETE":
        raise NestedStackError(
            f"Embedded stack {child['StackId']} was not successfully deleted: "
            f"{child.get('StackStatusReason', '')}"
        )


def _read(props: Properties, parent_name: str) -> tuple[dict[str, Any], str, dict[str, Any]]:
    """The child's template, its text, and its parameters' values."""
    url = props.get("TemplateURL")
    if not url:
        raise ValueError("[/TemplateURL] is required")
    body, error = helpers._resolve_template({"TemplateURL": [url]})
    if error is not None or not body:
        raise ValueError(f"S3 error: cannot read the template at {url}")
    template = engine._parse_template(body)
    provisioners._check_nested_stack_capabilities(parent_name, template)
    given = props.get("Parameters") or {}
    if any(isinstance(value, list) for value in given.values()):
        raise ValueError(
            "Value of property Parameters must be an object with String (or simple type) properties"
        )
    values = [
        {"Key": key, "Value": "" if value is None else str(text_of(value))}
        for key, value in given.items()
    ]
    resolved = engine._resolve_parameters(template, values)
    engine.validate_template_support(
        template, engine._evaluate_conditions(template, resolved), resolved
    )
    return template, body, resolved


def _described(
    props: Properties,
    template: dict[str, Any],
    body: str,
    parameters: dict[str, Any],
    status: str,
) -> Stack:
    tags = provisioners._tag_map(props.get("Tags"))
    return {
        "StackStatus": status,
        "StackStatusReason": "",
        "LastUpdatedTime": now_iso(),
        "Description": template.get("Description", ""),
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value["Value"], "NoEcho": value["NoEcho"]}
            for key, value in parameters.items()
        ],
        "Tags": [
            {"Key": key, "Value": value}
            for key, value in tags.items()
            if not key.startswith("aws:")
        ],
        "_template": template,
        "_template_body": body,
        "_resolved_params": parameters,
        "_conditions": engine._evaluate_conditions(template, parameters),
    }


def _announce(child: Stack, status: str) -> None:
    stacks._add_event(
        child["StackId"], child["StackName"], child["StackName"], _TYPE, status, "",
        child["StackId"],
    )  # fmt: skip


def _attributes(child: Stack) -> dict[str, str]:
    return {f"Outputs.{o['OutputKey']}": o["OutputValue"] for o in child["Outputs"]}


def _first_reason(stack_id: str) -> str:
    """What AWS names in the parent: the resource that failed, as the child's roll-back said it."""
    events = _stack_events.get(stack_id, [])
    for event in events:
        status = event["ResourceStatus"]
        if status in ("CREATE_FAILED", "UPDATE_FAILED") and event["LogicalResourceId"]:
            verb = "create" if status == "CREATE_FAILED" else "update"
            if event["ResourceType"] == _TYPE and event["PhysicalResourceId"] == stack_id:
                return str(event["ResourceStatusReason"])
            return f"The following resource(s) failed to {verb}: [{event['LogicalResourceId']}]. "
    return ""
