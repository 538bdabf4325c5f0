"""A nested stack whose template is written here, as text, without a construct for each resource.

An API has some thirty resources for each model. As constructs they cost 0.2 s a model (jsii's
calls, then CDK's own passes over every construct); as a template they cost some milliseconds.
Their properties can still be overridden, until the backend is synthesised.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aws_cdk import CfnStack, FileAssetPackaging, Stack, Token
from constructs import Construct

from workbench.backend.definitions.source_location import DefinitionError

Json = Any


class TemplateResource:
    """One resource of a written template; change its properties as those of a ``CfnResource``."""

    def __init__(self, logical_id: str, body: dict[str, Json]) -> None:
        self.logical_id = logical_id
        self.body = body

    @property
    def type(self) -> str:
        """CloudFormation's name for what it is."""
        return str(self.body["Type"])

    def add_override(self, path: str, value: Json) -> None:
        """Set a value by its path in the resource, such as ``DeletionPolicy``."""
        if Token.is_unresolved(value):
            raise DefinitionError(
                f"{self.logical_id} cannot be given another resource's value.",
                "Give it a plain value, or add the resource to a stack of your own.",
            )
        *folders, last = path.split(".")
        place = self.body
        for name in folders:
            place = place.setdefault(name, {})
        place[last] = value

    def add_property_override(self, path: str, value: Json) -> None:
        """Set a property by its path, such as ``PointInTimeRecoverySpecification``."""
        self.add_override(f"Properties.{path}", value)

    def add_deletion_override(self, path: str) -> None:
        """Take a value out."""
        *folders, last = path.split(".")
        place = self.body
        for name in folders:
            place = place.get(name, {})
        place.pop(last, None)


class NestedTemplate:
    """A nested stack and its template; ``parameters`` are the values that it is given."""

    def __init__(self, scope: Any, name: str, parameters: Mapping[str, str]) -> None:
        self.name = name
        self.resources: dict[str, TemplateResource] = {}
        self.outputs: dict[str, Json] = {}
        self._parameters = parameters
        self._waits_for: list[str] = []
        inside = Construct(scope, f"{name}.NestedStack")
        self._path = f"{scope.node.path}/{name}"
        self._synthesizer = Stack.of(scope).synthesizer
        self.stack: Any = CfnStack(
            inside,
            f"{name}.NestedStackResource",
            template_url="written-at-the-end",
            parameters=dict(parameters),
        )

    def add(self, logical_id: str, kind: str, properties: Json, **more: Json) -> TemplateResource:
        """Add a resource."""
        resource = TemplateResource(logical_id, {"Type": kind, "Properties": properties, **more})
        self.resources[logical_id] = resource
        return resource

    def wait_for(self, *others: Any) -> None:
        """Make CloudFormation deploy other resources of the stack around it first."""
        self._waits_for += [other.logical_id for other in others]
        # As an override, since CDK walks through all pairs of what its own dependencies name.
        self.stack.add_override("DependsOn", self._waits_for)

    def output(self, name: str) -> str:
        """The value of one of its outputs, as a token for the stack around it."""
        return str(self.stack.get_att(f"Outputs.{name}").to_string())

    def write(self, outdir: Path) -> None:
        """Write the template into the assembly, each resource with its construct path."""
        body = {
            "Parameters": {name: {"Type": "String"} for name in self._parameters},
            "Resources": {
                name: _with_path(resource.body, f"{self._path}/{name}")
                for name, resource in self.resources.items()
            },
        }
        if self.outputs:
            body["Outputs"] = {name: {"Value": value} for name, value in self.outputs.items()}
        text = json.dumps(body, indent=1)
        digest = hashlib.sha256(text.encode()).hexdigest()
        file = f"{self.name}-{digest[:8]}.nested.template.json"
        outdir.mkdir(parents=True, exist_ok=True)
        (outdir / file).write_text(text, "utf-8")
        location = self._synthesizer.add_file_asset(
            file_name=file,
            packaging=FileAssetPackaging.FILE,
            source_hash=digest,
            display_name=f"{self.name} Nested Stack Template",
        )
        self.stack.template_url = location.http_url
        self.stack.add_metadata("aws:asset:path", file)
        self.stack.add_metadata("aws:asset:property", "TemplateURL")


def _with_path(body: Mapping[str, Json], path: str) -> Mapping[str, Json]:
    return {**body, "Metadata": {**body.get("Metadata", {}), "aws:cdk:path": path}}
