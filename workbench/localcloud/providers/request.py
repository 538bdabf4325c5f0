"""CloudFormation's request to a custom resource's provider, and the provider's answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workbench.localcloud.providers.services import ProviderServices

Properties = Mapping[str, Any]
"""Resource properties as CloudFormation sends them: booleans and numbers are strings."""


@dataclass(frozen=True, slots=True)
class ProviderRequest:
    """One request to a provider; ``physical_id`` is empty and ``old_properties`` too on Create.

    ``handler_arn`` is the Lambda function that would have run (behind CDK's provider framework:
    the framework's user function).
    """

    kind: Literal["Create", "Update", "Delete"]
    request_id: str
    stack_id: str
    logical_id: str
    resource_type: str
    properties: Properties
    handler_arn: str
    physical_id: str = ""
    old_properties: Properties = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """A provider's success: the resource's physical id and its ``Fn::GetAtt`` attributes."""

    physical_id: str
    data: Mapping[str, Any] = field(default_factory=dict)


class ProviderError(Exception):
    """A provider's ``FAILED`` answer; the text is the reason that the stack event shows."""


Provider = Callable[[ProviderRequest, ProviderServices], ProviderAnswer]


def kept_id(request: ProviderRequest) -> str:
    """The id that CDK's provider runtime gives where a handler names none: the first request's."""
    return request.physical_id or request.request_id
