"""A CloudFormation template as frozen models, with the intrinsic functions left as plain JSON.

Only what a deployment decides on is named; unknown keys are kept out of the models on purpose, the
template file itself is what is sent to CloudFormation.
Source: AWS CloudFormation User Guide, "Template anatomy".
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

NESTED_STACK = "AWS::CloudFormation::Stack"
_RETAIN = frozenset({"Retain", "RetainExceptOnCreate"})


class TemplateResource(BaseModel):
    """One resource of a template; ``properties`` hold unresolved intrinsics."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    type: str = Field(alias="Type")
    properties: dict[str, Any] = Field(default_factory=dict, alias="Properties")
    metadata: dict[str, Any] = Field(default_factory=dict, alias="Metadata")
    depends_on: str | list[str] | None = Field(default=None, alias="DependsOn")
    condition: str | None = Field(default=None, alias="Condition")
    deletion_policy: str | None = Field(default=None, alias="DeletionPolicy")
    update_replace_policy: str | None = Field(default=None, alias="UpdateReplacePolicy")

    @property
    def is_retained(self) -> bool:
        """True if the resource outlives its removal from the template, and its stack."""
        return self.deletion_policy in _RETAIN

    @property
    def is_retained_when_replaced(self) -> bool:
        """True if the old resource outlives its replacement by another one."""
        return self.update_replace_policy in _RETAIN


class TemplateParameter(BaseModel):
    """A template's parameter; ``default`` is None if a value must be given."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    type: str = Field(default="String", alias="Type")
    default: Any = Field(default=None, alias="Default")
    no_echo: bool = Field(default=False, alias="NoEcho")


class TemplateOutput(BaseModel):
    """A template's output; ``export`` is the ``Export`` object as written, intrinsics and all."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    value: Any = Field(default=None, alias="Value")
    export: dict[str, Any] | None = Field(default=None, alias="Export")
    condition: str | None = Field(default=None, alias="Condition")


class Template(BaseModel):
    """A template. Parse with ``Template.model_validate_json``; dump with ``by_alias=True``."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)

    description: str | None = Field(default=None, alias="Description")
    metadata: dict[str, Any] = Field(default_factory=dict, alias="Metadata")
    parameters: dict[str, TemplateParameter] = Field(default_factory=dict, alias="Parameters")
    mappings: dict[str, Any] = Field(default_factory=dict, alias="Mappings")
    conditions: dict[str, Any] = Field(default_factory=dict, alias="Conditions")
    resources: dict[str, TemplateResource] = Field(default_factory=dict, alias="Resources")
    outputs: dict[str, TemplateOutput] = Field(default_factory=dict, alias="Outputs")
    transform: Any = Field(default=None, alias="Transform")
