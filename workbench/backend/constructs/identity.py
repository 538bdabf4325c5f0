"""Which backend is synthesised: its names and paths, by Amplify's rules.

The same rules as ``workbench.project.identity``, which knows more (users, projects) and which
this package must not import: a Python backend synthesises without the engine.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from workbench.backend.definitions.source_location import DefinitionError

Kind = Literal["sandbox", "branch", "standalone"]
_UNSAFE = re.compile(r"[^A-Za-z0-9]")
_DEFAULTS = {
    "amplify-backend-namespace": "my-app",
    "amplify-backend-name": "me",
    "amplify-backend-type": "sandbox",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A backend among others: as the CDK context names it."""

    namespace: str
    name: str
    kind: Kind

    @property
    def digest(self) -> str:
        """The hash in the stack's name; it is the default prefix of the sign-in domain too."""
        return hashlib.sha512((self.namespace + self.name).encode()).hexdigest()[:10]

    @property
    def stack_name(self) -> str:
        """The root stack's name, 128 characters at most."""
        return "-".join(("amplify", *self._parts()))

    def secret_path(self, key: str) -> str:
        """The SSM parameter of the backend's own secret."""
        return f"/amplify/{self._folder()}/{key}"

    def shared_secret_path(self, key: str) -> str:
        """The SSM parameter of the secret that every backend of the namespace shares."""
        return f"/amplify/shared/{self.namespace}/{key}"

    def reference_path(self, key: str) -> str:
        """The SSM parameter through which a function finds another resource."""
        return f"/amplify/resource_reference/{self._folder()}/{key}"

    def _folder(self) -> str:
        namespace, *rest = self._parts()
        return f"{namespace}/{'-'.join(rest)}"

    def _parts(self) -> tuple[str, str, str, str]:
        name = _UNSAFE.sub("", self.name)[:50]
        room = 128 - len("amplify") - len(self.kind) - len(name) - 4 - len(self.digest)
        return _UNSAFE.sub("", self.namespace)[: room - 1], name, self.kind, self.digest


def identity_of(context: Mapping[str, object]) -> Identity:
    """Read the identity from the CDK context; without one it is a sandbox with stand-in names."""
    values = {key: context.get(key, default) for key, default in _DEFAULTS.items()}
    for key, value in values.items():
        if not isinstance(value, str) or not value:
            raise DefinitionError(
                f"The CDK context value {key} is {value!r}.", "Give it a name, as text."
            )
    namespace, name, kind = cast("tuple[str, str, str]", tuple(values.values()))
    if kind not in ("sandbox", "branch", "standalone"):
        raise DefinitionError(
            f"The CDK context value amplify-backend-type is {kind!r}.",
            "It is sandbox, branch or standalone.",
        )
    return Identity(namespace, name, cast("Kind", kind))


def environment_name(*parts: str) -> str:
    """An environment variable's name: ``("amplifyAuth", "USERPOOL_ID")`` is one of them."""
    words = "_".join(parts).replace("-", "_")
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words)
    return re.sub(r"[^A-Za-z0-9_]", "_", spaced).upper()


def nested_logical_id(name: str) -> str:
    """The logical id of a nested stack in the root: Amplify shortens CDK's own name for it."""
    path = f"{name}.NestedStack/{name}.NestedStackResource"
    digest = hashlib.md5(path.encode(), usedforsecurity=False).hexdigest()[:8].upper()
    return _UNSAFE.sub("", name) + digest
