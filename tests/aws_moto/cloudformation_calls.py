"""CloudFormation's calls, as AWS answers them; moto's own make all in one go, without failures."""

from __future__ import annotations

import json
from typing import Any

import yaml
from moto.cloudformation import models
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, Stack
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_stack_id
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import iam_backends

from tests.aws_moto import stack_operations
from tests.aws_moto.stack_events import states_of

_RESTING = ("_COMPLETE", "_FAILED")


def read_template(template: str) -> dict[str, Any]:
    """A template, of JSON if it is; moto reads JSON with PyYAML's slow loader, too."""
    try:
        found = json.loads(template)
    except ValueError:
        yaml.add_multi_constructor("", models.yaml_tag_constructor)
        found = yaml.load(template, Loader=yaml.Loader)
    return dict(found)


def role_exists(arn: str) -> bool:
    """Whether IAM has the role."""
    _, partition, _, _, account, _ = arn.split(":", 5)
    roles = iam_backends[account][partition].roles.values()
    return arn in {role.arn for role in roles}


def _create_stack(self: CloudFormationResponse) -> ActionResult:
    name = self._get_param("StackName")
    if _found(self, name) is not None:
        raise models.AlreadyExistsException(f"Stack [{name}] already exists")
    stack = _new_stack(self, name)
    stack_operations.create(stack, _template(self), _parameters(self), _token(self))
    return ActionResult({"StackId": stack.stack_id})


def _update_stack(self: CloudFormationResponse) -> ActionResult:
    stack = _updatable(self, self._get_param("StackName"))
    template, parameters = _template(self), _parameters(self)
    if _same(stack, template, parameters, _tags(self)):
        raise ValidationError(message="No updates are to be performed.")
    stack.tags = _tags(self) or stack.tags
    stack_operations.update(stack, template, parameters, _token(self))
    return ActionResult({"StackId": stack.stack_id})


def _delete_stack(self: CloudFormationResponse) -> ActionResult:
    stack = _found(self, self._get_param("StackName"))
    if stack is not None:
        if stack.enable_termination_protection:
            raise ValidationError(
                message=f"Stack [{stack.name}] cannot be deleted while "
                "TerminationProtection is enabled"
            )
        stack_operations.delete(stack, _token(self))
    return EmptyResult()


def _create_change_set(self: CloudFormationResponse) -> ActionResult:
    name, kind = self._get_param("StackName"), self._get_param("ChangeSetType", "UPDATE")
    models.validate_create_change_set(self._get_param("ChangeSetName"))
    _check_role(self)
    template, parameters = _template(self), _parameters(self)
    if kind == "CREATE":
        stack = _found(self, name)
        if stack is not None and stack.status != "REVIEW_IN_PROGRESS":
            raise ValidationError(
                message=f"Stack [{name}] already exists and cannot be created again with the "
                f"changeSet [{self._get_param('ChangeSetName')}]."
            )
        if stack is None:
            stack = _new_stack(self, name)
            stack.status = "REVIEW_IN_PROGRESS"
            stack._add_stack_event("REVIEW_IN_PROGRESS", resource_status_reason="User Initiated")
    else:
        stack = _updatable(self, name)
    backend = self.cloudformation_backend
    change_set_name = self._get_param("ChangeSetName")
    change_set = ChangeSet(
        change_set_type=kind,
        change_set_id=models.generate_changeset_id(
            change_set_name, backend.region_name, backend.account_id
        ),
        change_set_name=change_set_name,
        stack=stack,
        template=template,
        parameters=parameters,
        description=self._get_param("Description"),
        tags=_tags(self),
        role_arn=self._get_param("RoleARN"),
    )
    change_set.status, change_set.execution_status = "CREATE_COMPLETE", "AVAILABLE"
    if kind == "UPDATE" and _same(stack, template, parameters, _tags(self)):
        change_set.status, change_set.execution_status = "FAILED", "UNAVAILABLE"
        change_set.status_reason = (
            "The submitted information didn't contain changes. Submit different information to "
            "create a change set."
        )
    backend.change_sets[change_set.change_set_id] = change_set
    return ActionResult({"Id": change_set.change_set_id, "StackId": stack.stack_id})


def _execute_change_set(self: CloudFormationResponse) -> ActionResult:
    change_set = self.cloudformation_backend.describe_change_set(self._get_param("ChangeSetName"))
    if change_set is None or change_set.execution_status != "AVAILABLE":
        raise ValidationError(message="ChangeSet cannot be executed in its current status")
    change_set.execution_status = "EXECUTE_COMPLETE"
    stack = change_set.stack
    stack.tags = change_set.tags or {}
    stack.role_arn = change_set.role_arn
    start = (
        stack_operations.create
        if change_set.change_set_type == "CREATE"
        else stack_operations.update
    )
    start(stack, change_set.template, change_set.parameters, _token(self))
    return EmptyResult()


def _continue_update_rollback(self: CloudFormationResponse) -> ActionResult:
    stack = _existing(self, self._get_param("StackName"))
    stack_operations.settle(stack, "UPDATE_ROLLBACK", _token(self))
    return EmptyResult()


def _rollback_stack(self: CloudFormationResponse) -> ActionResult:
    stack = _existing(self, self._get_param("StackName"))
    stack_operations.settle(stack, "UPDATE_ROLLBACK", _token(self))
    return ActionResult({"StackId": stack.stack_id})


def _list_stack_resources(self: CloudFormationResponse) -> ActionResult:
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    summaries = [
        {
            "LogicalResourceId": state.logical_id,
            "PhysicalResourceId": state.physical_id or None,
            "ResourceType": state.type,
            "ResourceStatus": state.status,
            "ResourceStatusReason": state.reason or None,
            "LastUpdatedTimestamp": state.at,
        }
        for state in states_of(stack).values()
    ]
    return ActionResult({"StackResourceSummaries": summaries})


def _describe_stack_resources(self: CloudFormationResponse) -> ActionResult:
    stack = self.cloudformation_backend.get_stack(self._get_param("StackName"))
    wanted = self._get_param("LogicalResourceId")
    found = [
        {
            "StackName": stack.name,
            "StackId": stack.stack_id,
            "LogicalResourceId": state.logical_id,
            "PhysicalResourceId": state.physical_id or None,
            "ResourceType": state.type,
            "ResourceStatus": state.status,
            "Timestamp": state.at,
        }
        for state in states_of(stack).values()
        if wanted in {None, state.logical_id}
    ]
    return ActionResult({"StackResources": found})


def _found(self: CloudFormationResponse, name: str) -> Stack | None:
    for stack in self.cloudformation_backend.stacks.values():
        if name in {stack.name, stack.stack_id}:
            return stack
    return None


def _existing(self: CloudFormationResponse, name: str) -> Stack:
    stack = _found(self, name)
    if stack is None:
        raise ValidationError(message=f"Stack [{name}] does not exist")
    return stack


def _updatable(self: CloudFormationResponse, name: str) -> Stack:
    stack = _existing(self, name)
    if not stack.status.endswith(_RESTING) or stack.status in {
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "CREATE_FAILED",
        "DELETE_FAILED",
        "UPDATE_ROLLBACK_FAILED",
    }:
        raise ValidationError(
            message=f"Stack:{stack.stack_id} is in {stack.status} state and can not be updated."
        )
    return stack


def _new_stack(self: CloudFormationResponse, name: str) -> Stack:
    _check_role(self)
    backend = self.cloudformation_backend
    stack = Stack(
        stack_id=generate_stack_id(name, backend.region_name, backend.account_id),
        name=name,
        template={},
        parameters={},
        account_id=backend.account_id,
        region_name=backend.region_name,
        tags=_tags(self),
        role_arn=self._get_param("RoleARN"),
        enable_termination_protection=self._get_param("EnableTerminationProtection"),
    )
    backend.stacks[stack.stack_id] = stack
    return stack


def _check_role(self: CloudFormationResponse) -> None:
    role = self._get_param("RoleARN")
    if role and not role_exists(role):
        raise ValidationError(message=f"Role {role} is invalid or cannot be assumed")


def _template(self: CloudFormationResponse) -> str:
    url = self._get_param("TemplateURL")
    if url:
        return stack_operations.text_at(url, self.current_account, self.partition)
    return str(self._get_param("TemplateBody"))


def _parameters(self: CloudFormationResponse) -> dict[str, str]:
    return {
        each["ParameterKey"]: each["ParameterValue"] for each in self._get_param("Parameters", [])
    }


def _tags(self: CloudFormationResponse) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in self._get_param("Tags", [])}


def _token(self: CloudFormationResponse) -> str:
    return self._get_param("ClientRequestToken") or ""


def _same(stack: Stack, template: str, parameters: dict[str, str], tags: dict[str, str]) -> bool:
    now = (stack.template_dict, stack.parameters, stack.tags)
    return now == (read_template(template), parameters, tags)


CALLS = {
    "create_stack": _create_stack,
    "update_stack": _update_stack,
    "delete_stack": _delete_stack,
    "create_change_set": _create_change_set,
    "execute_change_set": _execute_change_set,
    "continue_update_rollback": _continue_update_rollback,
    "rollback_stack": _rollback_stack,
    "list_stack_resources": _list_stack_resources,
    "describe_stack_resources": _describe_stack_resources,
}
"""By the name of moto's method."""
