"""What builds a swap: one changed resource, with every value evaluated against what is live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.assembly.references import references
from workbench.deploy.assembly.template import TemplateResource
from workbench.deploy.live.intrinsics import Scope, UnresolvableError, nested_scope
from workbench.deploy.live.models import LiveStack
from workbench.deploy.plan.instructions import SwapTarget
from workbench.model.deployment import StackPath


@dataclass(frozen=True)
class Wanted:
    """A resource to swap; ``properties`` are the changed ones, empty: all that can be swapped."""

    stack: StackPath
    logical_id: str
    properties: frozenset[str] = frozenset()


def scope_at(assembly: Assembly, live: LiveStack, path: StackPath) -> Scope:
    """The scope in which the new template at ``path`` is evaluated against the live stacks."""
    scope = Scope(assembly.root.template, live)
    here = assembly.root
    for step in path:
        here = here.nested[step]
        scope = nested_scope(scope, step, here.template)
    return scope


@dataclass(frozen=True)
class SwapWork:
    """One resource to swap: its new properties, evaluated against what is live."""

    assembly: Assembly
    scope: Scope
    resource: TemplateResource
    target: SwapTarget
    wanted: Wanted

    @property
    def local(self) -> bool:
        """True on the local cloud."""
        return self.scope.live is not None and self.scope.live.is_local

    def changed(self, names: frozenset[str]) -> bool:
        """Whether one of these properties is to be swapped."""
        return not self.wanted.properties or bool(self.wanted.properties & names)

    def value(self, name: str) -> Any:
        """A property's value; None without it."""
        return self.scope.evaluate(self.resource.properties.get(name))

    def value_of(self, expression: Any) -> Any:
        """What an expression of the resource's template gives."""
        return self.scope.evaluate(expression)

    def text(self, name: str) -> str:
        """A property's text; empty without it."""
        value = self.value(name)
        return value if isinstance(value, str) else ""

    def api_id(self) -> str:
        """The id of the AppSync API that the resource belongs to."""
        return self.text("ApiId").rpartition("/")[2]

    def file(self, location: str) -> Path:
        """The local file behind an S3 location of this assembly."""
        asset = self.assembly.by_object_key.get(location.rpartition("/")[2])
        if asset is None or asset.packaging != "file":
            raise UnresolvableError(f"{location} is not an asset of this app")
        return asset.path

    def located(self, properties: Mapping[str, Any]) -> dict[str, Path]:
        """The local files behind the properties that are S3 locations."""
        return {
            name: self.file(value)
            for name, value in properties.items()
            if name.endswith("S3Location") and isinstance(value, str)
        }

    def refuse_readers_of_others(self, stable: frozenset[str]) -> None:
        """Raise UnresolvableError if another resource reads an attribute that may change."""
        template = self.scope.template
        prefix = f"{self.target.logical_id}."
        values = [resource.properties for resource in template.resources.values()]
        for token in references([*values, [output.value for output in template.outputs.values()]]):
            attribute = token.removeprefix(prefix)
            if attribute != token and attribute not in stable:
                raise UnresolvableError(f"another resource reads {token}")
