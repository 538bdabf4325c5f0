"""The app, the root stack and its nested stacks, as Amplify Gen 2 makes them."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from aws_cdk import App, NestedStack, RemovalPolicies, Stack, Tags

from workbench.backend.constructs.identity import Identity, identity_of, nested_logical_id
from workbench.backend.constructs.outputs import StackOutputs
from workbench.backend.definitions.source_location import DefinitionError, Place

_CREATED_BY = {
    "sandbox": "AmplifySandbox",
    "branch": "AmplifyPipelineDeploy",
    "standalone": "AmplifyStandalone",
}
_SYSTEMS = {"Linux": "Linux", "Darwin": "Mac", "Windows": "Windows"}


class Root:
    """One backend's root stack: hands out nested stacks by name and collects outputs."""

    def __init__(self, context: Mapping[str, object], outdir: str) -> None:
        self.identity: Identity = identity_of(context)
        self.app: Any = App(
            outdir=outdir,
            context=dict(context),
            analytics_reporting=False,
            auto_synth=False,
            tree_metadata=False,
        )
        self.stack: Any = Stack(
            self.app, self.identity.stack_name, description=self._description("root")
        )
        self.outputs = StackOutputs(self.stack)
        self._nested: dict[str, Any] = {}
        tags = Tags.of(self.stack)
        for key, value in self._tags().items():
            tags.add(key, value)
        if self.is_sandbox:
            RemovalPolicies.of(self.stack).destroy()
        self.outputs.add(
            "AWS::Amplify::Platform",
            {"deploymentType": self.identity.kind, "region": self.stack.region},
        )

    @property
    def is_sandbox(self) -> bool:
        """Whether everything goes when the stack goes."""
        return self.identity.kind == "sandbox"

    def nested(self, name: str, stack_type: str) -> Any:
        """The nested stack of this name, made when it is first asked for."""
        if name not in self._nested:
            nested = NestedStack(self.stack, name, description=self._description(stack_type))
            nested.nested_stack_resource.override_logical_id(nested_logical_id(name))
            self._nested[name] = nested
        return self._nested[name]

    def custom(self, name: str, place: Place) -> Any:
        """A new nested stack for the user's own resources; raises where the name is taken."""
        if name in self._nested:
            raise DefinitionError(
                f"The backend has a stack {name} already.", "Choose another name.", place
            )
        return self.nested(name, "custom")

    def _tags(self) -> dict[str, str]:
        identity = self.identity
        tags = {"created-by": "amplify", "amplify:deployment-type": identity.kind}
        if identity.kind == "branch":
            tags["amplify:app-id"] = identity.namespace
        if identity.kind != "sandbox":
            tags["amplify:branch-name"] = identity.name
        return tags

    def _description(self, stack_type: str) -> str:
        return json.dumps(
            {
                "createdOn": _SYSTEMS.get(platform.system(), "Other"),
                "createdBy": _CREATED_BY[self.identity.kind],
                "createdWith": _own_version(),
                "stackType": stack_type,
                "metadata": {},
            },
            separators=(",", ":"),
        )


def _own_version() -> str:
    try:
        return version("amplify-tui")
    except PackageNotFoundError:
        return "0"
