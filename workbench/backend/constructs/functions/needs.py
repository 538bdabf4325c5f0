"""What each function needs of the backend, known before any of it is made.

Amplify tells functions of other resources through SSM parameters, so that a function can be a
bucket's trigger and read that bucket: neither stack needs the other's values.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.backend.constructs.identity import Identity, environment_name
from workbench.backend.definitions.auth import AuthDefinition, AuthReference
from workbench.backend.definitions.functions import FunctionDefinition, Secret
from workbench.backend.definitions.schema import DataDefinition
from workbench.backend.definitions.storage import StorageDefinition

PLACEHOLDER = "<value will be resolved during runtime>"
CONFIG_KEY = "AMPLIFY_SSM_ENV_CONFIG"
DATA_NAME_KEY = "AMPLIFY_DATA_DEFAULT_NAME"
"""The variable that tells a function which API is the default one."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What the user gave to ``define_backend``, by kind."""

    auth: AuthDefinition | AuthReference | None = None
    data: DataDefinition | None = None
    storage: tuple[StorageDefinition, ...] = ()
    functions: tuple[FunctionDefinition, ...] = field(default_factory=tuple)


def every_function(definitions: Definitions) -> tuple[FunctionDefinition, ...]:
    """All functions, also those that only a trigger, a handler or a grant names; each once."""
    return tuple(dict.fromkeys(_functions(definitions)))


def references_of(definitions: Definitions) -> Mapping[FunctionDefinition, tuple[str, ...]]:
    """The reference keys that each function is granted, which name its environment variables."""
    found: dict[FunctionDefinition, list[str]] = {}
    auth, data = definitions.auth, definitions.data
    for each in auth.access if auth else ():
        if auth and each.function:
            found.setdefault(each.function, []).append(environment_name(auth.name, "USERPOOL_ID"))
    for access in data.schema.function_access if data else ():
        if data:
            names = [environment_name(data.name, "GRAPHQL_ENDPOINT"), DATA_NAME_KEY]
            found.setdefault(access.function, []).extend(names)
    for bucket in definitions.storage:
        for grants in bucket.access.values():
            for each in grants:
                if each.function:
                    key = environment_name(bucket.name, "BUCKET_NAME")
                    found.setdefault(each.function, []).append(key)
    return {function: tuple(dict.fromkeys(keys)) for function, keys in found.items()}


def environment_of(
    function: FunctionDefinition, references: Iterable[str], identity: Identity
) -> tuple[dict[str, str], tuple[str, ...]]:
    """A function's environment as Amplify writes it, and the SSM paths it may read."""
    variables: dict[str, str] = {}
    config: dict[str, dict[str, str]] = {}
    paths: list[str] = []
    for key, value in function.environment.items():
        if isinstance(value, Secret):
            own, shared = (
                identity.secret_path(value.name),
                identity.shared_secret_path(value.name),
            )
            variables[key] = PLACEHOLDER
            config[key] = {"path": own, "sharedPath": shared}
            paths += [own, shared]
        else:
            variables[key] = value
    for key in references:
        path = identity.reference_path(key)
        variables[key] = PLACEHOLDER
        config[key] = {"path": path}
        paths.append(path)
    variables[CONFIG_KEY] = json.dumps(config, separators=(",", ":"))
    return variables, tuple(dict.fromkeys(paths))


def _functions(definitions: Definitions) -> Iterable[FunctionDefinition]:
    yield from definitions.functions
    auth, data = definitions.auth, definitions.data
    if isinstance(auth, AuthDefinition):
        yield from auth.triggers.values()
        for sender in (auth.email_sender, auth.sms_sender):
            if isinstance(sender, FunctionDefinition):
                yield sender
    yield from (each.function for each in (auth.access if auth else ()) if each.function)
    if data:
        yield from (access.function for access in data.schema.function_access)
        if data.modes.lambda_function:
            yield data.modes.lambda_function
        for operation in data.schema.operations:
            yield from (each.function for each in operation.handlers if each.function)
    for bucket in definitions.storage:
        yield from bucket.triggers.values()
        for grants in bucket.access.values():
            yield from (each.function for each in grants if each.function)
