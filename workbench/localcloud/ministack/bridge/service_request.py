"""Requests to the emulator's services as their request handlers take them, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.localcloud.service_error import ServiceError

_TARGETS = {
    "dynamodb": ("dynamodb", "DynamoDB_20120810"),
    "events": ("eventbridge", "AWSEvents"),
    "ssm": ("ssm", "AmazonSSM"),
    "logs": ("cloudwatch_logs", "Logs_20140328"),
    "cognito-idp": ("cognito", "AWSCognitoIdentityProviderService"),
    "cognito-identity": ("cognito", "AWSCognitoIdentityService"),
}
"""ministack's module and the prefix of ``X-Amz-Target`` of each service with a JSON protocol."""


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """A request to the service in ministack's module ``module``; header names in lower case."""

    module: str
    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    query: Mapping[str, str] = field(default_factory=dict)


def json_request(service: str, action: str, parameters: Mapping[str, Any]) -> ServiceRequest:
    """A call of a service with a JSON protocol, by its API name."""
    module, target = _TARGETS[service]
    headers = {
        "x-amz-target": f"{target}.{action}",
        "content-type": "application/x-amz-json-1.1",
    }
    return ServiceRequest(module, "POST", "/", headers, json.dumps(parameters).encode())


def refusal(status: int, answer: Mapping[str, Any]) -> ServiceError:
    """A service's error answer as an exception."""
    code = str(answer.get("__type") or answer.get("Type") or answer.get("code") or "")
    message = str(answer.get("message") or answer.get("Message") or "")
    name = code.rpartition("#")[2] or "ServiceException"
    return ServiceError(name, message, status, answer)
