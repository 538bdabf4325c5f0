"""The functions of a deployed backend, from its stacks: no call to AWS beyond what read those.

What the CDK or Amplify needs for itself (the functions behind custom resources) is told apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from workbench.deploy.assembly.json_diff import is_intrinsic
from workbench.deploy.live.intrinsics import Scope, UnresolvableError
from workbench.deploy.live.models import DeployedResource, LiveStack
from workbench.function_logs.functions import friendly_name, log_group_of

_FUNCTION: Final = "AWS::Lambda::Function"
_PROVIDED_BY: Final = ("USER_ON_EVENT_FUNCTION_ARN", "USER_IS_COMPLETE_FUNCTION_ARN")
"""Environment variables of the CDK's provider framework: the functions that it calls."""
_FRAMEWORK: Final = re.compile(r"framework(?:on|is)\w+|WaiterStateMachine")


@dataclass(frozen=True, slots=True)
class BackendFunction:
    """One function as it is deployed; sizes in MB, the timeout in seconds.

    ``name`` is the one that it was defined with, ``function`` the physical one. ``is_internal``
    where it serves a custom resource. ``variables`` are names alone: values may be secrets.
    """

    name: str
    function: str
    arn: str
    runtime: str
    handler: str
    memory: int
    timeout: int
    log_group: str
    writes_json: bool
    is_internal: bool
    construct_path: str
    logical_id: str
    stack: tuple[str, ...]
    role: str = ""
    variables: tuple[str, ...] = ()

    @property
    def log_group_arn(self) -> str:
        """The log group's ARN, as Live Tail wants it."""
        partition, _, region, account = self.arn.split(":")[1:5]
        return f"arn:{partition}:logs:{region}:{account}:log-group:{self.log_group}"


def backend_functions(live: LiveStack) -> tuple[BackendFunction, ...]:
    """All functions of the stack and its nested stacks: the user's by name, then the internal."""
    serving = _custom_resources_functions(live)
    found = [
        _described(path, stack, logical_id, deployed, serving)
        for path, stack, logical_id, deployed in _functions(live)
    ]
    return tuple(sorted(found, key=lambda each: (each.is_internal, each.name, each.function)))


def _functions(
    live: LiveStack,
) -> Iterator[tuple[tuple[str, ...], LiveStack, str, DeployedResource]]:
    for path, stack in live.walk():
        for logical_id, resource in stack.effective_template.resources.items():
            deployed = stack.resources.get(logical_id)
            if resource.type == _FUNCTION and deployed is not None and deployed.physical_id:
                yield path, stack, logical_id, deployed


def _described(
    path: tuple[str, ...],
    stack: LiveStack,
    logical_id: str,
    deployed: DeployedResource,
    serving: frozenset[str],
) -> BackendFunction:
    given = evaluated(stack, stack.effective_template.resources[logical_id].properties)
    name = deployed.physical_id
    logging = given.get("LoggingConfig") or {}
    return BackendFunction(
        name=friendly_name(given.get("Tags")) or readable_name(logical_id),
        function=name,
        arn=f"arn:{stack.partition}:lambda:{stack.region}:{stack.account}:function:{name}",
        runtime=str(given.get("Runtime") or given.get("PackageType") or ""),
        handler=str(given.get("Handler") or ""),
        memory=_number(given.get("MemorySize"), 128),
        timeout=_number(given.get("Timeout"), 3),
        log_group=log_group_of(stack, given, name),
        writes_json=isinstance(logging, dict) and logging.get("LogFormat") == "JSON",
        is_internal=name in serving or bool(_FRAMEWORK.search(logical_id)),
        construct_path=stack.construct_paths.get(logical_id, ""),
        logical_id=logical_id,
        stack=path,
        role=str(given.get("Role") or ""),
        variables=tuple(sorted(_variables(given))),
    )


def _custom_resources_functions(live: LiveStack) -> frozenset[str]:
    """Physical names of the functions that custom resources call, and those behind these."""
    named: set[str] = set()
    variables: dict[str, Mapping[str, Any]] = {}
    for _, stack, logical_id, deployed in _functions(live):
        properties = stack.effective_template.resources[logical_id].properties
        variables[deployed.physical_id] = _variables(evaluated(stack, properties))
    for _, stack in live.walk():
        for resource in stack.effective_template.resources.values():
            if token := resource.properties.get("ServiceToken"):
                named |= functions_named(evaluated(stack, {"ServiceToken": token}))
    behind = set(named)
    for each in named:
        own = variables.get(each, {})
        behind |= functions_named([own.get(name) for name in _PROVIDED_BY])
    return frozenset(behind)


def evaluated(stack: LiveStack, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties with their intrinsics resolved, as far as the live stack can tell."""
    scope = Scope(stack.effective_template, stack)
    return {name: _known(scope, value) for name, value in properties.items()}


def _known(scope: Scope, value: Any) -> Any:
    try:
        return scope.evaluate(value)
    except UnresolvableError:
        if isinstance(value, dict) and not is_intrinsic(value):
            return {key: _known(scope, item) for key, item in value.items()}
        if isinstance(value, list):
            return [_known(scope, item) for item in value]
        return None


def functions_named(value: Any) -> set[str]:
    """Physical names of all functions whose ARNs stand anywhere in the value."""
    if isinstance(value, str):
        return set(re.findall(r":function:([\w-]+)", value))
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return {name for each in value for name in functions_named(each)}
    return set()


def _variables(properties: Mapping[str, Any]) -> Mapping[str, Any]:
    environment = properties.get("Environment")
    found = environment.get("Variables") if isinstance(environment, dict) else None
    return found if isinstance(found, dict) else {}


def _number(value: Any, default: int) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return default


def readable_name(logical_id: str) -> str:
    """The logical id without the hash that the CDK puts behind it."""
    return re.sub(r"[0-9A-F]{8}$", "", logical_id) or logical_id
