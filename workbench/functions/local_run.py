"""Runs a function's saved code once, without a deployment.

It has the variables of the new template, as far as what is deployed resolves them, and acts as its
role. What AWS alone could tell is listed.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from workbench.aws.target import LocalTarget
from workbench.deploy.assembly.assembly import Assembly
from workbench.deploy.assembly.template import Template
from workbench.deploy.live.intrinsics import Scope, UnresolvableError
from workbench.deploy.live.models import LiveStack
from workbench.deploy.plan.swap_work import scope_at
from workbench.front_end.written import function_preload
from workbench.function_logs.functions import friendly_name
from workbench.function_logs.log_events import LogEvent
from workbench.function_logs.records import RecordKind, record_of
from workbench.function_process.environment import Surroundings
from workbench.function_process.run_once import RunOnce, run_once
from workbench.functions.backend_functions import readable_name
from workbench.functions.bundles import Bundle, bundle_in
from workbench.functions.invoke import Outcome, checked_event
from workbench.functions.open_functions import FunctionsProblem, OpenedFunctions, ask
from workbench.localcloud.client import ask as ask_local_cloud
from workbench.localcloud.contract import ROLE_SESSION_PATH
from workbench.model.user_problem import UserProblem

_FUNCTION: Final = "AWS::Lambda::Function"
_SESSION: Final = "amplify-tui"


@dataclass(frozen=True, slots=True)
class SavedFunction:
    """A function as the saved code defines it; ``function`` is its physical name, if deployed."""

    name: str
    function: str
    stack: tuple[str, ...]
    logical_id: str
    scope: Scope
    properties: Mapping[str, Any]

    def value(self, name: str) -> Any:
        """A property; None where it is not there, or cannot be resolved yet."""
        try:
            return self.scope.evaluate(self.properties.get(name))
        except UnresolvableError:
            return None


@dataclass(frozen=True, slots=True)
class LocalRun:
    """What the run came to; ``notices`` say what it had not, or had otherwise, than on AWS."""

    outcome: Outcome
    bundle: Bundle
    notices: tuple[str, ...]


def saved_functions(assembly: Assembly, live: LiveStack | None) -> tuple[SavedFunction, ...]:
    """The functions of the saved code by name, without those that custom resources call."""
    found = []
    for stack in assembly.root.walk():
        here = live.stack(stack.path) if live else None
        serving = _serving(stack.template)
        for logical_id, resource in stack.template.resources.items():
            if resource.type != _FUNCTION or logical_id in serving:
                continue
            try:
                scope = (
                    scope_at(assembly, live, stack.path) if live else Scope(stack.template, None)
                )
            except UnresolvableError:
                scope = Scope(stack.template, here)
            deployed = here.resources.get(logical_id) if here else None
            found.append(
                SavedFunction(
                    friendly_name(resource.properties.get("Tags")) or readable_name(logical_id),
                    deployed.physical_id if deployed else "",
                    stack.path,
                    logical_id,
                    scope,
                    resource.properties,
                )
            )
    return tuple(sorted(found, key=lambda each: each.name))


def _serving(template: Template) -> set[str]:
    tokens = [each.properties.get("ServiceToken") for each in template.resources.values()]
    return {
        str(token["Fn::GetAtt"][0])
        for token in tokens
        if isinstance(token, dict) and isinstance(token.get("Fn::GetAtt"), list)
    }


def saved_function(functions: Sequence[SavedFunction], name: str) -> SavedFunction:
    """The function by its own name or its physical one; raises UserProblem."""
    for each in functions:
        if name in (each.name, each.function, each.logical_id):
            return each
    known = ", ".join(each.name for each in functions)
    raise UserProblem(
        f"The saved code has no function {name!r}.",
        f"Choose one of: {known}." if known else "Define a function first.",
    )


def run_locally(
    opened: OpenedFunctions, assembly: Assembly, function: SavedFunction, event: str
) -> LocalRun:
    """Run it once with an event; blocks. Raises UserProblem."""
    event = checked_event(event)
    runtime = str(function.value("Runtime") or "")
    if not runtime.startswith(("nodejs", "python")):
        raise UserProblem(
            f"{function.name} runs on {runtime or 'a container image'}.",
            "Deploy it to run it: only Node.js and Python run here.",
        )
    notices: list[str] = []
    variables = _variables(opened, function, notices)
    config: dict[str, Any] = {
        "FunctionName": function.function or function.name,
        "FunctionArn": _arn(opened, function),
        "Runtime": runtime,
        "Handler": str(function.value("Handler") or ""),
        "MemorySize": int(function.value("MemorySize") or 128),
        "Timeout": int(function.value("Timeout") or 3),
        "LoggingConfig": function.value("LoggingConfig") or {},
    }
    around, variables = _surroundings(opened, function, config, variables, notices)
    config["Environment"] = {"Variables": variables}
    what = RunOnce(
        config=config,
        code=_code(assembly, function),
        around=around,
        packages=opened.root,
        layers=_layers(assembly, function, notices),
        preload=function_preload() if around.endpoint else "",
    )
    began = time.monotonic()
    try:
        done = run_once(what, event)
    except (OSError, RuntimeError) as error:
        raise FunctionsProblem(
            f"{function.name} could not be started: {error}.", "Correct that, and run it again."
        ) from None
    records = [record_of(LogEvent(each.at, "", each.text)) for each in done.events]
    failure = done.failure
    outcome = Outcome(
        how="sync",
        status=200,
        request=done.request,
        result=json.dumps(failure, ensure_ascii=False) if failure else done.result,
        seconds=time.monotonic() - began,
        error_type=str(failure.get("errorType") or ""),
        error=str(failure.get("errorMessage") or ""),
        records=tuple(each for each in records if each.kind is RecordKind.LINE),
        report=next((each.report for each in records if each.report is not None), None),
    )
    return LocalRun(outcome, bundle_in(what.code), tuple(notices))


def _code(assembly: Assembly, function: SavedFunction) -> Path:
    code = function.value("Code") or {}
    key = code.get("S3Key") or function.properties.get("Code", {}).get("S3Key")
    asset = assembly.by_object_key.get(str(key))
    if asset is None:
        raise UserProblem(
            f"The code of {function.name} is not in the project's files.",
            "Only code that is bundled from files can be run here.",
        )
    return asset.path


def _layers(assembly: Assembly, function: SavedFunction, notices: list[str]) -> list[Path]:
    """The layers that the saved code makes itself; the others are named."""
    found = []
    stack = assembly.stack(function.stack)
    for layer in function.properties.get("Layers") or ():
        reference = layer.get("Ref") if isinstance(layer, dict) else None
        resource = stack.template.resources.get(str(reference)) if stack else None
        content = resource.properties.get("Content", {}) if resource else {}
        asset = assembly.by_object_key.get(str(content.get("S3Key")))
        if asset is not None:
            found.append(asset.path)
        else:
            named = layer if isinstance(layer, str) else reference or "one"
            notices.append(f"The layer {named} is not here: /opt lacks its files.")
    return found


def _variables(
    opened: OpenedFunctions, function: SavedFunction, notices: list[str]
) -> dict[str, str]:
    """The template's variables: what cannot be resolved is taken from the deployed function."""
    given = (function.properties.get("Environment") or {}).get("Variables") or {}
    found: dict[str, str] = {}
    unknown = []
    for name, value in given.items():
        try:
            found[name] = str(function.scope.evaluate(value))
        except UnresolvableError:
            unknown.append(name)
    if unknown and function.function:
        # Amplify's managed policy has GetFunction, and not GetFunctionConfiguration.
        answer = ask(lambda: opened.clients.lambda_.get_function(FunctionName=function.function))
        deployed = answer["Configuration"].get("Environment", {}).get("Variables", {})
        found |= {name: deployed[name] for name in unknown if name in deployed}
    missing = [name for name in unknown if name not in found]
    if not function.function:
        notices.append(f"{function.name} is not deployed yet.")
    if missing:
        notices.append(f"Not known before a deployment, and left out: {', '.join(missing)}.")
    return found


def _arn(opened: OpenedFunctions, function: SavedFunction) -> str:
    live = function.scope.live
    account, partition = (live.account, live.partition) if live else ("000000000000", "aws")
    name = function.function or function.name
    return f"arn:{partition}:lambda:{opened.clients.region}:{account}:function:{name}"


def _surroundings(
    opened: OpenedFunctions,
    function: SavedFunction,
    config: Mapping[str, Any],
    variables: dict[str, str],
    notices: list[str],
) -> tuple[Surroundings, dict[str, str]]:
    role = str(function.value("Role") or "")
    target = opened.clients.target
    endpoint = ""
    if isinstance(target, LocalTarget):
        endpoint = target.endpoint
        document = {"function": config["FunctionArn"], "role": role, "variables": variables}
        credentials, variables = _of_local_cloud(target, document)
    else:
        credentials = _session_of(opened, role, notices) if role else {}
    if not role:
        notices.append("Its role is not deployed yet: it acts as you.")
    around = Surroundings(
        region=opened.clients.region,
        credentials=credentials or _own_credentials(opened),
        log_group=f"/aws/lambda/{config['FunctionName']}",
        log_stream="local-run",
        endpoint=endpoint,
    )
    return around, variables


def _of_local_cloud(
    target: LocalTarget, document: Mapping[str, Any]
) -> tuple[dict[str, str], dict[str, str]]:
    try:
        answer = ask_local_cloud(
            f"{target.endpoint}{ROLE_SESSION_PATH}", target.keys, document=document
        )
    except OSError as error:
        raise FunctionsProblem(
            f"The local cloud could not be reached: {error}.", "Start it with a deployment."
        ) from None
    found = answer.document
    if answer.status != 200 or "credentials" not in found:
        raise FunctionsProblem(
            "This local cloud gives no sessions of a function's role.",
            "It is of an earlier release: stop it, and deploy again.",
        )
    return dict(found["credentials"]), dict(found["variables"])


def _session_of(opened: OpenedFunctions, role: str, notices: list[str]) -> dict[str, str]:
    """A session of the role; none where the profile may not assume it."""
    try:
        answer = opened.clients.sts.assume_role(RoleArn=role, RoleSessionName=_SESSION)
    except (ClientError, BotoCoreError):
        notices.append(
            "You may not assume its role: it acts as you, and may do what you may. "
            "A role's trust policy says who may assume it."
        )
        return {}
    given = answer["Credentials"]
    return _as_variables(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def _own_credentials(opened: OpenedFunctions) -> dict[str, str]:
    found = opened.clients.own_credentials.get_frozen_credentials()
    return _as_variables(str(found.access_key), str(found.secret_key), str(found.token or ""))


def _as_variables(key: str, secret: str, token: str) -> dict[str, str]:
    found = {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    return {**found, "AWS_SESSION_TOKEN": token} if token else found
