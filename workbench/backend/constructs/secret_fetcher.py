"""``Custom::AmplifySecretFetcherResource``: secrets that a template needs while it is deployed.

The value goes from SSM to the resource that needs it and stands in no template. Its
``secretLastUpdated`` changes when a secret does, and so the values are fetched again.
"""

from __future__ import annotations

import time
from typing import Any

from aws_cdk import CfnResource, Duration, aws_iam, aws_lambda

from workbench.backend.constructs.identity import Identity
from workbench.backend.definitions.functions import Secret

TYPE = "Custom::AmplifySecretFetcherResource"
_ID = "AmplifySecretFetcherResource"

_HANDLER = """\
import json, urllib.request, uuid
import boto3

ssm = boto3.client("ssm")


def fetch(name, paths):
    for path in paths:
        try:
            return ssm.get_parameter(Name=path, WithDecryption=True)["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            continue
    raise LookupError(f"Failed to retrieve backend secret '{name}': it is not set. "
                      f"Set it, then deploy again.")


def handler(event, context):
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    answer.update(Status="SUCCESS", NoEcho=True,
                  PhysicalResourceId=event.get("PhysicalResourceId") or str(uuid.uuid4()))
    try:
        if event["RequestType"] != "Delete":
            wanted = event["ResourceProperties"]
            answer["Data"] = {
                name: fetch(name, [wanted["ownPath"] + name, wanted["sharedPath"] + name])
                for name in wanted["secretNames"]
            }
    except Exception as error:
        answer.update(Status="FAILED", Reason=str(error))
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], body, {"Content-Type": ""}, method="PUT")
    urllib.request.urlopen(request)
"""


class SecretFetcher:
    """The custom resource of one stack; made with the first secret that is asked for."""

    def __init__(self, stack: Any, identity: Identity, last_updated: object) -> None:
        self._stack = stack
        self._identity = identity
        self._last_updated = last_updated
        self._resource: Any = None
        self._names: list[str] = []

    def value(self, secret: Secret) -> str:
        """The secret's value, as a token that CloudFormation fills in."""
        if self._resource is None:
            self._resource = self._make()
        if secret.name not in self._names:
            self._names.append(secret.name)
            self._resource.add_property_override("secretNames", self._names)
        return str(self._resource.get_att(secret.name).to_string())

    def _make(self) -> Any:
        own, shared = self._identity.secret_path(""), self._identity.shared_secret_path("")
        handler = aws_lambda.Function(
            self._stack,
            f"{_ID}ProviderLambda",
            runtime=aws_lambda.Runtime.PYTHON_3_13,
            handler="index.handler",
            timeout=Duration.seconds(10),
            code=aws_lambda.Code.from_inline(_HANDLER),
            initial_policy=[
                aws_iam.PolicyStatement(
                    actions=["ssm:GetParameter"],
                    resources=[f"arn:aws:ssm:*:*:parameter{path}*" for path in (own, shared)],
                )
            ],
        )
        return CfnResource(
            self._stack,
            _ID,
            type=TYPE,
            properties={
                "ServiceToken": handler.function_arn,
                "namespace": self._identity.namespace,
                "name": self._identity.name,
                "type": self._identity.kind,
                "ownPath": own,
                "sharedPath": shared,
                "secretLastUpdated": self._last_updated or int(time.time() * 1000),
            },
        )
