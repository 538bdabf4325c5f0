"""How a stack operation runs in CloudFormation: events, nested stacks, failures, rollbacks.

moto makes all resources in one go and knows no events of resources, no failure and no rollback.
Here an operation is carried out resource by resource in the order of their references, as AWS does
it. moto's parser evaluates the intrinsics, and its models make the resources they know.
"""

from __future__ import annotations

import copy
import re
import threading
from collections.abc import Iterator
from typing import Any

from moto.cloudformation import parsing
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import Stack, cloudformation_backends
from moto.cloudformation.utils import generate_stack_id
from moto.core.utils import utcnow
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from tests.aws_moto.resource_types import TYPES, Made, Place, make_other
from tests.aws_moto.stack_control import CONTROL
from tests.aws_moto.stack_events import STACK, State, enter, finish, states_of, tell
from tests.aws_moto.table_updates import TABLE, update_table

_SUB = re.compile(r"\$\{([^!{}.]+)(?:\.[^{}]+)?\}")


class ResourceFailedError(Exception):
    """A resource could not be made, changed or deleted."""

    def __init__(self, logical_id: str, reason: str) -> None:
        super().__init__(reason)
        self.logical_id = logical_id


def create(stack: Stack, template: str, parameters: dict[str, str], token: str = "") -> None:
    """Make the stack's resources; the work of CreateStack and of a CREATE change set."""
    stack.token = token
    enter(stack, "CREATE_IN_PROGRESS", "User Initiated")
    _in_time(lambda: _create(stack, template, parameters))


def update(stack: Stack, template: str, parameters: dict[str, str], token: str = "") -> None:
    """Bring the stack to another template."""
    stack.token = token
    stack.last_updated_time = utcnow()
    enter(stack, "UPDATE_IN_PROGRESS", "User Initiated")
    _in_time(lambda: _update(stack, template, parameters))


def delete(stack: Stack, token: str = "") -> None:
    """Delete the stack and what it made."""
    stack.token = token
    enter(stack, "DELETE_IN_PROGRESS", "User Initiated")
    _in_time(lambda: _delete(stack))


def settle(stack: Stack, status: str, token: str = "") -> None:
    """Continue a rollback that failed: what it could not change back stays as it is."""
    stack.token = token
    stack.last_updated_time = utcnow()
    enter(stack, f"{status}_IN_PROGRESS", "User Initiated")
    _in_time(lambda: _clean_up(stack, [], f"{status}_COMPLETE"))


def _in_time(work: Any) -> None:
    """At once, unless a test holds CloudFormation: then behind the caller's back."""
    gate = CONTROL.gate
    if gate is None:
        work()
        return

    def later() -> None:
        gate.wait(60)
        work()

    threading.Thread(target=later, name="cloudformation", daemon=True).start()


def _create(stack: Stack, template: str, parameters: dict[str, str]) -> None:
    try:
        _load(stack, template, parameters)
        _make_all(stack)
    except ResourceFailedError as failed:
        _create_failed(stack, failed)
    else:
        finish(stack, "CREATE_COMPLETE")


def _create_failed(stack: Stack, failed: ResourceFailedError) -> None:
    reason = f"The following resource(s) failed to create: [{failed.logical_id}]. "
    if stack.__dict__.get("is_nested"):
        enter(stack, "CREATE_FAILED", reason)
        return
    enter(stack, "ROLLBACK_IN_PROGRESS", f"{reason}Rollback requested by user.")
    _delete_all(stack, list(states_of(stack)))
    finish(stack, "ROLLBACK_COMPLETE")


def _update(stack: Stack, template: str, parameters: dict[str, str]) -> None:
    old = stack.template, dict(stack.parameters), dict(stack.tags)
    try:
        removed = _change_all(stack, template, parameters)
    except ResourceFailedError as failed:
        reason = f"The following resource(s) failed to update: [{failed.logical_id}]. "
        if stack.__dict__.get("is_nested"):
            enter(stack, "UPDATE_FAILED", reason)
            stack.before_failure = old
            return
        _roll_back(stack, old, reason)
    else:
        _clean_up(stack, removed, "UPDATE_COMPLETE")


def _roll_back(stack: Stack, old: tuple[str, dict[str, str], dict[str, str]], reason: str) -> None:
    template, parameters, tags = old
    enter(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
    try:
        removed = _change_all(stack, template, parameters)
    except ResourceFailedError as failed:
        finish(stack, "UPDATE_ROLLBACK_FAILED", f"{failed.logical_id}: {failed}")
        return
    stack.tags = tags
    _clean_up(stack, removed, "UPDATE_ROLLBACK_COMPLETE")


def _clean_up(stack: Stack, removed: list[str], status: str) -> None:
    enter(stack, f"{status}_CLEANUP_IN_PROGRESS", "")
    _delete_all(stack, removed)
    finish(stack, status)


def _delete(stack: Stack) -> None:
    failed = _delete_all(stack, list(states_of(stack)))
    if failed:
        names = ", ".join(failed)
        finish(stack, "DELETE_FAILED", f"The following resource(s) failed to delete: [{names}]. ")
        return
    finish(stack, "DELETE_COMPLETE")
    backend = cloudformation_backends[stack.account_id][stack.region_name]
    backend.stacks.pop(stack.stack_id, None)
    backend.deleted_stacks[stack.stack_id] = stack


def _load(stack: Stack, template: str, parameters: dict[str, str]) -> None:
    """Give moto's parser the new template and parameters."""
    stack.template = template
    stack._parse_template()
    stack.description = stack.template_dict.get("Description")
    stack.parameters = dict(parameters)
    made = {name: state.resource for name, state in states_of(stack).items() if state.resource}
    stack.resource_map = stack._create_resource_map()
    stack.resource_map._parsed_resources.update(made)
    stack.output_map = stack._create_output_map()


def _make_all(stack: Stack) -> None:
    for logical_id, json in _in_order(stack):
        _make(stack, logical_id, json)


def _change_all(stack: Stack, template: str, parameters: dict[str, str]) -> list[str]:
    """Make what is new, change what changed; the logical ids of what is to be deleted."""
    _load(stack, template, parameters)
    states = states_of(stack)
    wanted = dict(_in_order(stack))
    for logical_id, json in wanted.items():
        state = states.get(logical_id)
        if state is None or state.resource is None:
            _make(stack, logical_id, json)
            continue
        properties = _resolved(stack, json)
        if state.type != json["Type"]:
            raise ResourceFailedError(
                logical_id, f"Update of resource type is not permitted. [{logical_id}]"
            )
        if properties != state.properties:
            _change(stack, state, properties)
    return [name for name in states if name not in wanted]


def _make(stack: Stack, logical_id: str, json: dict[str, Any]) -> None:
    type_ = json["Type"]
    state = State(logical_id, type_, _resolved(stack, json))
    states_of(stack)[logical_id] = state
    tell(stack, state, "CREATE_IN_PROGRESS")
    try:
        _refuse(state, "CREATE")
        if type_ == STACK:
            _make_nested(stack, state)
        else:
            state.resource = _made(stack, state, None)
            _name(state)
            tell(stack, state, "CREATE_IN_PROGRESS", "Resource creation Initiated")
    except ResourceFailedError as failed:
        tell(stack, state, "CREATE_FAILED", str(failed))
        raise
    except Exception as error:
        tell(stack, state, "CREATE_FAILED", _said(error))
        raise ResourceFailedError(logical_id, _said(error)) from error
    stack.resource_map._parsed_resources[logical_id] = state.resource
    tell(stack, state, "CREATE_COMPLETE")


def _change(stack: Stack, state: State, properties: dict[str, Any]) -> None:
    before, state.properties = state.properties, properties
    tell(stack, state, "UPDATE_IN_PROGRESS")
    try:
        _refuse(state, "UPDATE")
        if state.type == STACK:
            _update_nested(state, properties)
        elif state.type == TABLE:
            update_table(stack.account_id, stack.region_name, state.resource, before, properties)
        else:
            state.resource = _made(stack, state, state.resource)
            _name(state)
    except Exception as error:
        state.properties = before
        tell(stack, state, "UPDATE_FAILED", _said(error))
        raise ResourceFailedError(state.logical_id, _said(error)) from error
    stack.resource_map._parsed_resources[state.logical_id] = state.resource
    tell(stack, state, "UPDATE_COMPLETE")


def _delete_all(stack: Stack, logical_ids: list[str]) -> list[str]:
    """Delete in the reverse order of making; the logical ids of those that failed."""
    failed = []
    states = states_of(stack)
    wanted = set(logical_ids)
    for logical_id in [name for name in reversed(states) if name in wanted]:
        state = states[logical_id]
        json = stack.template_dict.get("Resources", {}).get(logical_id, {})
        if json.get("DeletionPolicy") == "Retain":
            tell(stack, state, "DELETE_SKIPPED")
        elif state.resource is not None:
            tell(stack, state, "DELETE_IN_PROGRESS")
            try:
                _refuse(state, "DELETE")
                _unmake(stack, state)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is the resource's reason
                tell(stack, state, "DELETE_FAILED", _said(error))
                failed.append(logical_id)
                continue
            tell(stack, state, "DELETE_COMPLETE")
        del states[logical_id]
        stack.resource_map._parsed_resources.pop(logical_id, None)
    return failed


def _make_nested(parent: Stack, state: State) -> None:
    name = parsing.generate_resource_name(STACK, parent.name, state.logical_id)
    child = Stack(
        stack_id=generate_stack_id(name, parent.region_name, parent.account_id),
        name=name,
        template={},
        parameters={},
        account_id=parent.account_id,
        region_name=parent.region_name,
        tags=dict(parent.tags),
        role_arn=parent.role_arn,
    )
    child.is_nested = True
    child.parent_id = parent.stack_id
    child.root_id = parent.__dict__.get("root_id") or parent.stack_id
    state.resource = child
    cloudformation_backends[parent.account_id][parent.region_name].stacks[child.stack_id] = child
    tell(parent, state, "CREATE_IN_PROGRESS", "Resource creation Initiated")
    enter(child, "CREATE_IN_PROGRESS", "User Initiated")
    _create(child, _template(child, state.properties), state.properties.get("Parameters", {}))
    if child.status != "CREATE_COMPLETE":
        raise ResourceFailedError(
            state.logical_id,
            f"Embedded stack {child.stack_id} was not successfully created: "
            f"{child.stack_status_reason}",
        )


def _update_nested(state: State, properties: dict[str, Any]) -> None:
    child: Stack = state.resource
    child.last_updated_time = utcnow()
    # The way back from an update that failed in this very stack.
    enter(child, "UPDATE_IN_PROGRESS", "User Initiated")
    _update(child, _template(child, properties), properties.get("Parameters", {}))
    if child.status != "UPDATE_COMPLETE":
        _return_nested(child)
        raise ResourceFailedError(
            state.logical_id,
            f"Embedded stack {child.stack_id} was not successfully updated: "
            f"{child.stack_status_reason}",
        )


def _return_nested(child: Stack) -> None:
    reason = child.stack_status_reason
    _roll_back(child, child.before_failure, "")
    child.stack_status_reason = reason


def text_at(template_url: str, account_id: str, partition: str) -> str:
    """The template at a URL of S3; moto reads only URLs of the partition aws."""
    bucket, key = template_url.split("://", 1)[1].split("/", 1)[1].split("/", 1)
    found = s3_backends[account_id][partition].get_object(bucket, key)
    if found is None:
        raise ValidationError(message=f"S3 error: The specified key does not exist. ({key})")
    return str(found.value.decode())


def _template(stack: Stack, properties: dict[str, Any]) -> str:
    partition = get_partition(stack.region_name)
    return text_at(properties["TemplateURL"], stack.account_id, partition)


def _unmake(stack: Stack, state: State) -> None:
    resource = state.resource
    if isinstance(resource, Stack):
        enter(resource, "DELETE_IN_PROGRESS", "User Initiated")
        _delete(resource)
        if resource.status != "DELETE_COMPLETE":
            raise RuntimeError(
                f"Embedded stack {resource.stack_id} was not successfully deleted: "
                f"{resource.stack_status_reason}"
            )
    elif isinstance(resource, Made):
        resource.on_delete()
    else:
        json = {"Type": state.type, "Properties": copy.deepcopy(state.properties)}
        stack.resource_map._delete_resource(resource, json)


def _made(stack: Stack, state: State, before: Any) -> Any:
    """Make the resource, or bring ``before`` to the properties of the state."""
    properties = copy.deepcopy(state.properties)
    name = parsing.generate_resource_name(state.type, stack.name, state.logical_id)
    model = parsing.get_model_map().get(state.type)
    if state.type in TYPES or model is None:
        place = Place(
            account=stack.account_id,
            region=stack.region_name,
            partition=get_partition(stack.region_name),
            type=state.type,
            logical_id=state.logical_id,
            name=name,
        )
        return TYPES.get(state.type, make_other)(place, properties, before)
    if isinstance(properties.get("Tags"), dict):
        # The SSM parameter's tags are a map; moto expects a list of all types.
        tags = properties["Tags"].items()
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in tags]
    json = {"Type": state.type, "Properties": properties}
    where = {"account_id": stack.account_id, "region_name": stack.region_name}
    named = model.cloudformation_name_type()
    name = properties.get(named, name) if named else name
    if before is None:
        return model.create_from_cloudformation_json(
            name,
            json,
            **where,
            LogicalId=state.logical_id,
            StackId=stack.stack_id,
            ResourceType=state.type,
        )
    if hasattr(model.update_from_cloudformation_json, "__isabstractmethod__"):
        return before
    if not (named and named in properties):
        name = before.physical_resource_id
    return model.update_from_cloudformation_json(
        original_resource=before, new_resource_name=name, cloudformation_json=json, **where
    )


def _name(state: State) -> None:
    state.resource.logical_resource_id = state.logical_id
    state.resource.cf_resource_type = state.type


def _refuse(state: State, phase: str) -> None:
    for refusal in CONTROL.refusals:
        if refusal.meets(state.logical_id, state.type, phase):
            raise ResourceFailedError(state.logical_id, refusal.reason)


def _resolved(stack: Stack, json: dict[str, Any]) -> dict[str, Any]:
    found = parsing.clean_json(json.get("Properties", {}), stack.resource_map)
    return dict(_without_none(copy.deepcopy(found)))


def _without_none(value: Any) -> Any:
    """What ``AWS::NoValue`` takes out of a list."""
    if isinstance(value, dict):
        return {name: _without_none(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_without_none(item) for item in value if item is not None]
    return value


def _in_order(stack: Stack) -> Iterator[tuple[str, dict[str, Any]]]:
    """The resources whose condition holds, each after those that it refers to."""
    resources = stack.template_dict.get("Resources", {})
    conditions = stack.resource_map.lazy_condition_map
    done: set[str] = set()

    def visit(logical_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
        if logical_id in done or logical_id not in resources:
            return
        done.add(logical_id)
        json = resources[logical_id]
        for other in _references(json):
            yield from visit(other)
        condition = json.get("Condition")
        if not condition or conditions[condition]:
            yield logical_id, json

    for logical_id in resources:
        yield from visit(logical_id)


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _references(item)
    elif isinstance(value, dict):
        for name, item in value.items():
            match name, item:
                case "Ref", str():
                    yield item
                case "Fn::GetAtt", [logical_id, *_]:
                    yield logical_id
                case "Fn::GetAtt", str():
                    yield item.split(".")[0]
                case "DependsOn", _:
                    yield from [item] if isinstance(item, str) else item
                case "Fn::Sub", _:
                    yield from _SUB.findall(item if isinstance(item, str) else item[0])
                    yield from _references(item)
                case _:
                    yield from _references(item)


def _said(error: Exception) -> str:
    return str(getattr(error, "description", None) or error or type(error).__name__)
