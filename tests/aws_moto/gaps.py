"""Where moto 5.2 differs from AWS so much that nothing deploys; ``fill()`` patches its classes.

Each patch says what moto does instead. What AWS does is from its API reference.
"""

from __future__ import annotations

import json
from functools import cache
from types import SimpleNamespace
from typing import Any

from joserfc import jwk
from moto import backends
from moto.appsync import urls as appsync_urls
from moto.appsync.responses import AppSyncResponse
from moto.awslambda.models import LambdaFunction
from moto.cloudformation import models, parsing, responses
from moto.cloudformation.exceptions import ValidationError
from moto.cloudformation.models import ChangeSet, Stack
from moto.cloudformation.parsing import ResourceMap
from moto.cloudformation.responses import CloudFormationResponse
from moto.cloudformation.utils import random_suffix
from moto.cloudwatch.models import Statistics
from moto.cognitoidp import models as cognitoidp
from moto.cognitoidp.exceptions import NotAuthorizedError
from moto.cognitoidp.models import CognitoIdpBackend
from moto.sts.exceptions import STSClientError
from moto.sts.models import STSBackend
from moto.utilities.utils import get_partition, load_resource

from tests.aws_moto import appsync_calls, cloudformation_calls
from tests.aws_moto.cloudformation_calls import read_template, role_exists
from tests.aws_moto.password_verifier import Verifier
from tests.aws_moto.resource_types import deploy_to_bucket

_WITH_OUTPUTS = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"})
_NAME_LIMITS = {
    "AWS::IAM::ManagedPolicy": 128,
    "AWS::IAM::Role": 64,
    "AWS::Lambda::Function": 64,
    "AWS::S3::Bucket": 63,
    "AWS::StepFunctions::StateMachine": 80,
}


@cache
def fill() -> None:
    """Patch moto, once for a process."""
    # moto reads JSON templates with PyYAML's slow loader: 1.5 s for an Amplify backend.
    Stack.parse_template = staticmethod(read_template)
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
    # resource CREATE_COMPLETE: see cloudformation_calls and stack_operations.
    for name, method in cloudformation_calls.CALLS.items():
        setattr(CloudFormationResponse, name, method)

    # moto has no resolvers, functions and data sources.
    for path in appsync_calls.PATHS:
        appsync_urls.url_paths[f"{{0}}/v1/apis/{path}$"] = AppSyncResponse.dispatch
    for name, method in appsync_calls.CALLS.items():
        setattr(AppSyncResponse, name, method)

    # moto knows no percentiles.
    Statistics.get_statistics_for_type = _with_percentiles(Statistics.get_statistics_for_type)

    # moto runs functions in Docker.
    LambdaFunction.invoke = _invoke

    # moto hands a function's update the layer that a template refers to, not the layer's ARN.
    LambdaFunction._get_layers_data = _layers(LambdaFunction._get_layers_data)

    # moto checks the same private key for each new pool: a fifth of a deployment's CPU.
    key = jwk.RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))
    cognitoidp.jwk = SimpleNamespace(RSAKey=SimpleNamespace(import_key=lambda _: key))

    # moto takes any proof of a password for one (USER_SRP_AUTH).
    CognitoIdpBackend.initiate_auth = _initiate_auth(CognitoIdpBackend.initiate_auth)
    respond = CognitoIdpBackend.respond_to_auth_challenge
    CognitoIdpBackend.respond_to_auth_challenge = _respond_to_auth_challenge(respond)

    # moto lets everybody assume roles that do not exist.
    STSBackend.assume_role = _assume_role(STSBackend.assume_role)


# Templates


def _parse_change_set(change_set: ChangeSet) -> None:
    change_set.template_dict = read_template(change_set.template)


def _summary(template: str) -> dict[str, Any]:
    found = read_template(template)
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


# Lambda, Cognito and STS


def _invoke(self: LambdaFunction, body: Any, request_headers: Any, response_headers: Any) -> bytes:
    event = json.loads(body or b"{}")
    properties = event.get("ResourceProperties", {}) if isinstance(event, dict) else {}
    if {"SourceBucketNames", "DestinationBucketName"} <= properties.keys():
        # The provider of a bucket deployment, as the CDK's hot-swap invokes it.
        deploy_to_bucket(self.account_id, get_partition(self.region), properties)
        return b"null"
    return json.dumps({"invoked": self.function_name}).encode()


def _with_percentiles(real: Any) -> Any:
    def statistic(found: Statistics, stat: str) -> Any:
        if not stat.startswith("p"):
            return real(found, stat)
        values = sorted(found.metric_single_values_list)
        return values[min(len(values) - 1, int(len(values) * float(stat[1:]) / 100))]

    return statistic


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
        if not role_exists(arn):
            raise STSClientError(
                "AccessDenied", f"User is not authorized to perform: sts:AssumeRole on {arn}"
            )
        return real(self, **kwargs)

    return assume_role
