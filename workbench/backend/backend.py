"""``define_backend``: the definitions together, as a backend with typed access to its resources."""

from __future__ import annotations

import atexit
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from workbench.backend.constructs.auth.outputs import auth_outputs
from workbench.backend.constructs.auth.reference import refer_auth, reference_outputs
from workbench.backend.constructs.auth.resources import AuthResources, make_auth
from workbench.backend.constructs.custom_outputs import merged
from workbench.backend.constructs.data.resources import DataResources, make_data
from workbench.backend.constructs.functions.needs import (
    Definitions,
    every_function,
    references_of,
)
from workbench.backend.constructs.functions.resources import make_functions
from workbench.backend.constructs.refusals import refused_at
from workbench.backend.constructs.root import Root
from workbench.backend.constructs.storage.resources import (
    StorageResources,
    make_buckets,
    storage_outputs,
)
from workbench.backend.definitions.auth import AuthDefinition, AuthReference
from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import DataDefinition
from workbench.backend.definitions.source_location import DefinitionError, Place
from workbench.backend.definitions.storage import StorageDefinition
from workbench.backend.schema.errors import calling_place
from workbench.backend.session import LOCAL_KEY, SynthSession, current_session, has_session

Resources = TypeVar("Resources")
Definition = (
    AuthDefinition | AuthReference | DataDefinition | StorageDefinition | FunctionDefinition
)


@dataclass(frozen=True, slots=True)
class Part(Generic[Resources]):
    """One of the backend's parts, such as ``backend.auth``."""

    resources: Resources


class Backend:
    """What ``define_backend`` returns: ``auth``, ``data``, and each other part by its name."""

    def __init__(
        self,
        session: SynthSession,
        definitions: Definitions,
        names: Mapping[str, Definition],
        place: Place,
    ) -> None:
        self._definitions = definitions
        self._root = Root(session.context, session.outdir)
        self._custom: dict[str, Any] = {}
        self._is_finished = False
        self.stack: Any = self._root.stack
        self._functions = make_functions(
            self._root,
            every_function(definitions),
            references_of(definitions),
            cache=session.cache or Path(session.outdir).resolve().parent / "functions",
            local=bool(session.context.get(LOCAL_KEY)),
        )
        self._auth = self._make_auth(session)
        self._data: DataResources | None = None
        if definitions.data:
            with refused_at(definitions.data.place):
                self._data = make_data(self._root, definitions.data, self._auth, self._functions)
        self._storage = make_buckets(self._root, definitions.storage, self._auth, self._functions)
        self._parts = {name: self._part(each) for name, each in names.items()}

    @property
    def auth(self) -> Part[AuthResources]:
        """Sign-in; raises DefinitionError where the backend has none."""
        return self._named("auth", self._auth)

    @property
    def data(self) -> Part[DataResources]:
        """The GraphQL API; raises DefinitionError where the backend has none."""
        return self._named("data", self._data)

    @property
    def storage(self) -> Part[StorageResources]:
        """The bucket given as ``storage``, or the first one."""
        part = self._parts.get("storage")
        first = next(iter(self._storage.values()), None)
        return part or self._named("storage", first)

    def __getattr__(self, name: str) -> Part[Any]:
        """A part by the name that ``define_backend`` was given it under."""
        parts: Mapping[str, Part[Any]] = self.__dict__.get("_parts", {})
        if name in parts:
            return parts[name]
        raise AttributeError(f"The backend has no part {name}; it has {', '.join(parts)}.")

    def create_stack(self, name: str) -> Any:
        """A new nested stack for any constructs of ``aws_cdk``."""
        return self._root.custom(name, calling_place())

    def add_output(self, output: Mapping[str, Any]) -> None:
        """Add to ``amplify_outputs.json``; raises DefinitionError where a key is set twice."""
        self._custom = merged(self._custom, output, calling_place())

    def synthesize(self) -> str:
        """Write the assembly and return its folder."""
        if not self._is_finished:
            self._is_finished = True
            self._finish()
        self._root.app.synth()
        return str(self._root.app.outdir)

    def _make_auth(self, session: SynthSession) -> AuthResources | None:
        auth = self._definitions.auth
        if auth is None:
            return None
        with refused_at(auth.place):
            if isinstance(auth, AuthDefinition):
                last_updated = session.context.get("secretLastUpdated")
                return make_auth(self._root, auth, self._functions, last_updated)
            return refer_auth(self._root, auth, self._functions)

    def _finish(self) -> None:
        """Outputs come last, so that they say what the user has overridden."""
        outputs, region = self._root.outputs, self._root.stack.region
        auth = self._definitions.auth
        if isinstance(auth, AuthDefinition) and self._auth:
            outputs.add("AWS::Amplify::Auth", auth_outputs(auth, self._auth, region))
        elif isinstance(auth, AuthReference):
            outputs.add("AWS::Amplify::Auth", reference_outputs(auth, region))
        if self._data:
            self._data.write(Path(self._root.app.outdir))
            outputs.add("AWS::Amplify::GraphQL", self._data.outputs)
        if self._storage:
            made = list(self._storage_pairs())
            outputs.add("AWS::Amplify::Storage", storage_outputs(made, region))
        if self._functions:
            names = [each.lambda_function.function_name for each in self._functions.values()]
            outputs.add("AWS::Amplify::Function", {"definedFunctions": json.dumps(names)})
        if self._custom:
            text = json.dumps({"version": "1.4", **self._custom}, separators=(",", ":"))
            outputs.add("AWS::Amplify::Custom", {"customOutputs": text})

    def _storage_pairs(self) -> list[tuple[StorageDefinition, StorageResources]]:
        return [(each, self._storage[each]) for each in self._definitions.storage]

    def _part(self, definition: Definition) -> Part[Any]:
        if isinstance(definition, FunctionDefinition):
            return Part(self._functions[definition])
        if isinstance(definition, StorageDefinition):
            return Part(self._storage[definition])
        return Part(self._data if isinstance(definition, DataDefinition) else self._auth)

    def _named(self, name: str, resources: Resources | None) -> Part[Resources]:
        if resources is None:
            raise DefinitionError(
                f"The backend has no {name}.",
                f"Give define_backend {name}={name}.",
                calling_place(2),
            )
        return Part(resources)


def define_backend(
    *,
    auth: AuthDefinition | AuthReference | None = None,
    data: DataDefinition | None = None,
    **others: StorageDefinition | FunctionDefinition,
) -> Backend:
    """Make the backend of these definitions; ``others`` are buckets and functions by name.

    Raises DefinitionError.
    """
    place = calling_place()
    session = current_session()
    if session.backend is not None:
        raise DefinitionError(
            "define_backend is called twice.", "Gather all definitions in one call.", place
        )
    named: dict[str, Definition | None] = {"auth": auth, "data": data, **others}
    given = {name: each for name, each in named.items() if each is not None}
    for name, other in others.items():
        if not isinstance(other, StorageDefinition | FunctionDefinition):
            raise DefinitionError(
                f"define_backend does not know what {name} is: {type(other).__name__}.",
                "Give it what define_storage or define_function returned.",
                place,
            )
    definitions = Definitions(
        auth,
        data,
        tuple(
            dict.fromkeys(each for each in others.values() if isinstance(each, StorageDefinition))
        ),
        tuple(each for each in others.values() if isinstance(each, FunctionDefinition)),
    )
    session.backend = Backend(session, definitions, given, place)
    if not has_session():
        atexit.register(_synthesize_at_exit, session)
    return session.backend


def _synthesize_at_exit(session: SynthSession) -> None:
    """As CDK's apps do when a program ends; not after an exception, which left things half made."""
    if getattr(sys, "last_value", None) is None:
        session.synthesize()
