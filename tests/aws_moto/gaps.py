"""Where moto 5.2 differs from AWS so much that nothing deploys; ``fill()`` patches its classes.

Each patch says what moto does instead. What AWS does is from its API reference.
"""

from __future__ import annotations

import json
from typing import Any

import yaml
from moto import backends
from moto.appsync import urls as appsync_urls
from moto.appsync.responses import AppSyncResponse
from moto.awslambda.models import LambdaFunction
from moto.cloudformation import models, parsing, responses
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, CloudFormationBackend, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import generate_stack_id, random_suffix
from moto.cognitoidp.exceptions import NotAuthorizedError
from moto.cognitoidp.models import CognitoIdpBackend
from moto.core.exceptions import JsonRESTError
from moto.core.responses import ActionResult, EmptyResult
from moto.iam.models import iam_backends
from moto.sts.exceptions import STSClientError
from moto.sts.models import STSBackend
from moto.utilities.utils import get_partition

from tests.aws_moto import stack_operations
from tests.aws_moto.password_verifier import Verifier
from tests.aws_moto.resource_types import deploy_to_bucket, kept_parts
from tests.aws_moto.stack_operations import states_of

_WITH_OUTPUTS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
_RESTING = ("_COMPLETE", "_FAILED")
_NAME_LIMITS = {
    "AWS::IAM::ManagedPolicy": 128,
    "AWS::IAM::Role": 64,
    "AWS::Lambda::Function": 64,
    "AWS::S3::Bucket": 63,
    "AWS::StepFunctions::StateMachine": 80,
}


def fill() -> None:
    """Patch moto, once for a process."""
    # moto reads JSON templates with PyYAML's slow loader: 1.5 s for an Amplify backend.
    Stack.parse_template = staticmethod(_read_template)
    ChangeSet._parse_template = _parse_change_set
    responses.get_template_summary_response_from_template = _summary

    # moto lists its folder of services with each request.
    modules = tuple(backends.list_of_moto_modules())
    backends.list_of_moto_modules = lambda: modules

    # moto names a nested stack by its name, knows no attributes of it, and names resources at
    # greater length than their services allow.
    Stack.physical_resource_id = property(lambda stack: stack.stack_id)
    Stack.get_cfn_attribute = _stack_attribute
    parsing.generate_resource_name = _resource_name

    # moto takes every region for one of the partition aws.
    _with_partition(ResourceMap)

    # moto refuses outputs of the types that it does not know, and makes resources that are missing
    # whenever an output is asked for.
    ResourceMap.validate_outputs = lambda _map: None
    ResourceMap.__getitem__ = lambda resources, name: resources._parsed_resources[name]
    Stack.outputs = _outputs(Stack.outputs)

    # moto makes everything within the call, without events, failures or rollbacks, and calls each
    # resource CREATE_COMPLETE: see stack_operations.
    for name, method in _CLOUDFORMATION.items():
        setattr(CloudFormationResponse, name, method)
    CloudFormationBackend.delete_stack = _backend_delete_stack

    # moto has no resolvers, functions and data sources.
    for path in _APPSYNC_PATHS:
        appsync_urls.url_paths[f"{{0}}/v1/apis/{path}$"] = AppSyncResponse.dispatch
    for name, method in _APPSYNC.items():
        setattr(AppSyncResponse, name, method)

    # moto runs functions in Docker.
    LambdaFunction.invoke = _invoke

    # moto hands a function's update the layer that a template refers to, not the layer's ARN.
    LambdaFunction._get_layers_data = _layers(LambdaFunction._get_layers_data)

    # moto takes any proof of a password for one (USER_SRP_AUTH).
    CognitoIdpBackend.initiate_auth = _initiate_auth(CognitoIdpBackend.initiate_auth)
    respond = CognitoIdpBackend.respond_to_auth_challenge
    CognitoIdpBackend.respond_to_auth_challenge = _respond_to_auth_challenge(respond)

    # moto lets everybody assume roles that do not exist.
    STSBackend.assume_role = _assume_role(STSBackend.assume_role)


# Templates


def _read_template(template: str) -> dict[str, Any]:
    try:
        found = json.loads(template)
    except ValueError:
        yaml.add_multi_constructor("", models.yaml_tag_constructor)
        found = yaml.load(template, Loader=yaml.Loader)
    return dict(found)


def _parse_change_set(change_set: ChangeSet) -> None:
    change_set.template_dict = _read_template(change_set.template)


def _summary(template: str) -> dict[str, Any]:
    found = _read_template(template)
    parameters = [
        {
            "ParameterKey": name,
            "ParameterType": declared.get("Type", "String"),
            "DefaultValue": declared.get("Default"),
            "NoEcho": declared.get("NoEcho", False),
        }
        for name, declared in found.get("Parameters", {}).items()
    ]
    return {
        "Parameters": parameters,
        "Description": found.get("Description"),
        # moto gives Python's repr of it.
        "Metadata": json.dumps(found["Metadata"]) if "Metadata" in found else None,
        "ResourceTypes": sorted({each["Type"] for each in found["Resources"].values()}),
    }


# Names and attributes


def _outputs(real: Any) -> property:
    def outputs(stack: Stack) -> Any:
        return real.fget(stack) if stack.status in _WITH_OUTPUTS else None

    return property(outputs)


def _stack_attribute(stack: Stack, name: str) -> Any:
    output = name.removeprefix("Outputs.")
    for each in stack.outputs or []:
        if each["OutputKey"] == output:
            return each["OutputValue"]
    raise ValidationError(
        message=f"Template error: instance of Fn::GetAtt references undefined output {output}"
    )


def _resource_name(resource_type: str, stack_name: str, logical_id: str) -> str:
    suffix = random_suffix()
    limit = _NAME_LIMITS.get(resource_type, 128)
    if resource_type == models.Stack.cloudformation_type():
        return f"{stack_name}-{logical_id}-{suffix}"[:128]
    room = limit - len(suffix) - 2
    name = f"{stack_name[: room // 2]}-{logical_id[: room - room // 2]}-{suffix}"
    return name.lower() if resource_type == "AWS::S3::Bucket" else name


def _with_partition(cls: type[ResourceMap]) -> None:
    made = cls.__init__

    def init(self: ResourceMap, *args: Any, **kwargs: Any) -> None:
        made(self, *args, **kwargs)
        partition = get_partition(self._region_name)
        self._parsed_resources["AWS::Partition"] = partition
        if partition == "aws-cn":
            self._parsed_resources["AWS::URLSuffix"] = "amazonaws.com.cn"

    cls.__init__ = init


# CloudFormation's API


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


def _backend_delete_stack(self: CloudFormationBackend, name_or_stack_id: str) -> None:
    stack_operations.delete(self.get_stack(name_or_stack_id))


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


_CLOUDFORMATION = {
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
    if role and not _role_exists(role):
        raise ValidationError(message=f"Role {role} is invalid or cannot be assumed")


def _role_exists(arn: str) -> bool:
    _, partition, _, _, account, _ = arn.split(":", 5)
    roles = iam_backends[account][partition].roles.values()
    return arn in {role.arn for role in roles}


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
    return now == (_read_template(template), parameters, tags)


# AppSync's API

_APPSYNC_PATHS = (
    "(?P<apiId>[^/]+)/datasources",
    "(?P<apiId>[^/]+)/datasources/(?P<name>[^/]+)",
    "(?P<apiId>[^/]+)/functions",
    "(?P<apiId>[^/]+)/functions/(?P<functionId>[^/]+)",
    "(?P<apiId>[^/]+)/types/(?P<typeName>[^/]+)/resolvers",
    "(?P<apiId>[^/]+)/types/(?P<typeName>[^/]+)/resolvers/(?P<fieldName>[^/]+)",
)


def _parts(self: AppSyncResponse, kind: str) -> dict[str, Any]:
    return kept_parts(self.current_account, self.region, self._get_param("apiId"), kind)


def _part(self: AppSyncResponse, kind: str, name: str) -> dict[str, Any]:
    found = _parts(self, kind).get(name)
    if found is None:
        raise JsonRESTError("NotFoundException", f"No {kind.removesuffix('s')} found.", code=404)
    return dict(found)


def _sent(self: AppSyncResponse) -> dict[str, Any]:
    return {name: value for name, value in dict(self.params).items() if name != "apiId"}


def _get_resolver(self: AppSyncResponse) -> ActionResult:
    name = f"{self._get_param('typeName')}.{self._get_param('fieldName')}"
    return ActionResult({"resolver": _part(self, "resolvers", name)})


def _update_resolver(self: AppSyncResponse) -> ActionResult:
    name = f"{self._get_param('typeName')}.{self._get_param('fieldName')}"
    changed = {"resolverArn": _part(self, "resolvers", name)["resolverArn"], **_sent(self)}
    _parts(self, "resolvers")[name] = changed
    return ActionResult({"resolver": changed})


def _list_resolvers(self: AppSyncResponse) -> ActionResult:
    type_name = self._get_param("typeName")
    found = [each for each in _parts(self, "resolvers").values() if each["typeName"] == type_name]
    return ActionResult({"resolvers": found})


def _get_function(self: AppSyncResponse) -> ActionResult:
    found = _part(self, "functions", self._get_param("functionId"))
    return ActionResult({"functionConfiguration": found})


def _update_function(self: AppSyncResponse) -> ActionResult:
    function_id = self._get_param("functionId")
    arn = _part(self, "functions", function_id)["functionArn"]
    changed = {"functionArn": arn, **_sent(self)}
    _parts(self, "functions")[function_id] = changed
    return ActionResult({"functionConfiguration": changed})


def _list_functions(self: AppSyncResponse) -> ActionResult:
    return ActionResult({"functions": list(_parts(self, "functions").values())})


def _get_data_source(self: AppSyncResponse) -> ActionResult:
    return ActionResult({"dataSource": _part(self, "data_sources", self._get_param("name"))})


def _list_data_sources(self: AppSyncResponse) -> ActionResult:
    return ActionResult({"dataSources": list(_parts(self, "data_sources").values())})


_APPSYNC = {
    "get_resolver": _get_resolver,
    "update_resolver": _update_resolver,
    "list_resolvers": _list_resolvers,
    "get_function": _get_function,
    "update_function": _update_function,
    "list_functions": _list_functions,
    "get_data_source": _get_data_source,
    "list_data_sources": _list_data_sources,
}


# Lambda, Cognito and STS


def _invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> bytes:
    event = json.loads(body or b"{}")
    properties = event.get("ResourceProperties", {}) if isinstance(event, dict) else {}
    if {"SourceBucketNames", "DestinationBucketName"} <= properties.keys():
        # The provider of a bucket deployment, as the CDK's hot-swap invokes it.
        deploy_to_bucket(self.account_id, get_partition(self.region), properties)
        return b"null"
    return json.dumps({"invoked": self.function_name}).encode()


def _layers(real: Any) -> Any:
    def layers_data(self: LambdaFunction, layers: list[Any]) -> Any:
        return real(self, [getattr(each, "arn", each) for each in layers])

    return layers_data


def _initiate_auth(real: Any) -> Any:
    def initiate_auth(
        self: CognitoIdpBackend, client_id: str, auth_flow: str, parameters: dict[str, str]
    ) -> Any:
        answer = real(self, client_id, auth_flow, parameters)
        if answer.get("ChallengeName") != "PASSWORD_VERIFIER":
            return answer
        challenge = answer["ChallengeParameters"]
        username, pool = self.sessions[answer["Session"]]
        user = self.admin_get_user(pool.id, username)
        proof = Verifier(
            pool.id.split("_")[1], user.id, user.password or "", int(parameters["SRP_A"], 16)
        )
        self.sessions[proof.block] = self.sessions.pop(answer["Session"])
        _PROOFS[proof.block] = proof
        challenge |= {
            "SALT": f"{proof.salt:x}",
            "SRP_B": f"{proof.public_b:x}",
            "SECRET_BLOCK": proof.block,
        }
        return {**answer, "Session": proof.block}

    return initiate_auth


def _respond_to_auth_challenge(real: Any) -> Any:
    def respond_to_auth_challenge(
        self: CognitoIdpBackend, session: str, client_id: str, name: str, given: dict[str, str]
    ) -> Any:
        if name == "PASSWORD_VERIFIER":
            proof = _PROOFS.pop(given["PASSWORD_CLAIM_SECRET_BLOCK"])
            if not proof.proves(given["PASSWORD_CLAIM_SIGNATURE"], given["TIMESTAMP"]):
                raise NotAuthorizedError("Incorrect username or password.")
        return real(self, session, client_id, name, given)

    return respond_to_auth_challenge


_PROOFS: dict[str, Verifier] = {}


def _assume_role(real: Any) -> Any:
    def assume_role(self: STSBackend, **kwargs: Any) -> Any:
        arn = kwargs["role_arn"]
        if not _role_exists(arn):
            raise STSClientError(
                "AccessDenied", f"User is not authorized to perform: sts:AssumeRole on {arn}"
            )
        return real(self, **kwargs)

    return assume_role
