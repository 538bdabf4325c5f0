"""Compares two environments: resources, the API's types and fields, names of secrets."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from graphql import build_schema
from graphql.type import is_input_object_type, is_interface_type, is_object_type

from workbench.deploy.assembly.json_diff import differences
from workbench.deploy.assembly.readable_path import readable_path
from workbench.deploy.diff.display import dotted, show

_SCALARS = """
scalar AWSDate scalar AWSTime scalar AWSDateTime scalar AWSTimestamp scalar AWSEmail scalar AWSJSON
scalar AWSURL scalar AWSPhone scalar AWSIPAddress
"""


@dataclass(frozen=True, slots=True)
class Side:
    """What one environment consists of: resources by path, the API's SDL, secrets, variables.

    A secret's value is a digest, or "" where values were not asked for. ``variables`` is None for a
    sandbox, which has none of Amplify's.
    """

    resources: Mapping[str, Mapping[str, Any]]
    schema: str
    secrets: Mapping[str, str] = field(repr=False)
    variables: Mapping[str, str] | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: ``sign`` is ``+`` (only in the second), ``-`` (only in the first) or ``~``.

    ``first`` and ``second`` are a variable's values, where they were asked for; of a field, its
    types. ``properties`` are where a resource differs, without secrets.
    """

    sign: str
    what: str
    kind: str
    first: str = field(default="", repr=False)
    second: str = field(default="", repr=False)
    properties: tuple[PropertyDifference, ...] = ()


@dataclass(frozen=True, slots=True)
class PropertyDifference:
    """One property that differs: its dotted path, and both values in short; None where missing."""

    path: str
    first: str | None
    second: str | None


def read_side(
    clients: Any,
    stack: str,
    secrets_path: str,
    variables: Mapping[str, str] | None = None,
    *,
    values: bool = False,
) -> Side:
    """Read a deployed backend; with ``values`` its secrets' too, of which only digests are kept.

    Blocks. Raises botocore's ClientError.
    """
    resources: dict[str, Mapping[str, Any]] = {}
    schemas: list[str] = []
    _read_stack(clients, stack, "", resources, schemas)
    resources = {path: _without_names(each, stack) for path, each in resources.items()}
    pages = clients.ssm.get_paginator("get_parameters_by_path").paginate(
        Path=secrets_path, WithDecryption=values
    )
    secrets = {
        each["Name"].rpartition("/")[2]: _digest(each["Value"]) if values else ""
        for page in pages
        for each in page["Parameters"]
    }
    return Side(resources, "\n".join(schemas), secrets, variables)


def compare(first: Side, second: Side, *, values: bool = False) -> tuple[Difference, ...]:
    """What the second adds, lacks or has different; with variables' ``values``."""
    resources = _compared_resources(first.resources, second.resources)
    old, new = _fields(first.schema), _fields(second.schema)
    fields = [
        replace(each, first=old.get(each.what, ""), second=new.get(each.what, ""))
        for each in _compared("field", old, new)
    ]
    secrets = _compared("secret", first.secrets, second.secrets)
    variables: Sequence[Difference] = ()
    if first.variables is not None and second.variables is not None:
        # Only the names are told unasked; that two values differ is one sign.
        variables = _compared("variable", first.variables, second.variables)
        if values:
            variables = [
                replace(
                    each,
                    first=first.variables.get(each.what, ""),
                    second=second.variables.get(each.what, ""),
                )
                for each in variables
            ]
    # What Amplify makes of the models comes behind the models themselves.
    fields = sorted(fields, key=lambda each: (_is_generated(each.what), each.what))
    return (*fields, *resources, *variables, *secrets)


def _compared_resources(
    first: Mapping[str, Any], second: Mapping[str, Any]
) -> Sequence[Difference]:
    """Resources by the names that the code gives them, with the properties that differ."""
    names = _readable({*first, *second})
    return [
        replace(
            each,
            what=names[each.what],
            properties=tuple(
                PropertyDifference(
                    dotted(found.path),
                    show(found.path, found.before),
                    show(found.path, found.after),
                )
                for found in differences(first[each.what], second[each.what])
            )
            if each.sign == "~"
            else (),
        )
        for each in _compared("resource", first, second)
    ]


def _readable(paths: Iterable[str]) -> Mapping[str, str]:
    """Each path without what CDK adds to it: hashes, ``Resource``, the nested stack's own node.

    Two paths that would then read alike keep theirs.
    """
    found = {path: _without_hashes(path) for path in paths}
    often = Counter(found.values())
    return {path: name if often[name] == 1 else path for path, name in found.items()}


def _without_hashes(path: str) -> str:
    place, sign, kind = path.partition(" (")
    return f"{readable_path(place)}{sign}{kind}"


def _digest(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()


def _is_generated(field_name: str) -> bool:
    owner = field_name.partition(".")[0]
    return owner.startswith("Model") or owner.endswith("Input")


def _compared(
    kind: str, first: Mapping[str, Any], second: Mapping[str, Any]
) -> Sequence[Difference]:
    found = [Difference("+", name, kind) for name in second if name not in first]
    found += [Difference("-", name, kind) for name in first if name not in second]
    found += [
        Difference("~", name, kind)
        for name, value in first.items()
        if name in second and second[name] != value
    ]
    return sorted(found, key=lambda each: each.what)


def _read_stack(
    clients: Any,
    name: str,
    path: str,
    resources: dict[str, Mapping[str, Any]],
    schemas: list[str],
) -> None:
    cloudformation = clients.cloudformation
    # A stack that is only under review has no template, and a resource may not be created yet.
    answer = cloudformation.get_template(StackName=name, TemplateStage="Original")
    template = answer.get("TemplateBody", {})
    if isinstance(template, str):
        template = json.loads(template)
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
        for each in page["StackResourceSummaries"]:
            logical, kind = each["LogicalResourceId"], each["ResourceType"]
            described = template.get("Resources", {}).get(logical, {})
            own = described.get("Metadata", {}).get("aws:cdk:path", "").partition("/")[2]
            place = own or f"{path}{logical}"
            resources[f"{place} ({kind})"] = _settings(described)
            physical = each.get("PhysicalResourceId", "")
            if kind == "AWS::CloudFormation::Stack" and physical:
                _read_stack(clients, physical, f"{place}/", resources, schemas)
            if kind == "AWS::AppSync::GraphQLApi" and physical:
                api = physical.rpartition("/")[2]
                answer = clients.appsync.get_introspection_schema(
                    apiId=api, format="SDL", includeDirectives=False
                )
                schemas.append(answer["schema"].read().decode())


def _settings(described: Mapping[str, Any]) -> Mapping[str, Any]:
    """A resource's own properties, without what differs between any two environments."""
    volatile = ("TemplateURL", "Code", "Parameters", "DefinitionS3Location", "Description")
    properties = described.get("Properties", {})
    # Tags (a user pool's are its UserPoolTags) name the environment.
    return {
        name: value
        for name, value in properties.items()
        if name not in volatile and not name.endswith("Tags")
    }


def _without_names(value: Any, stack: str) -> Any:
    """A setting without the environment's own name, which texts and references repeat."""
    if isinstance(value, dict):
        return {key: _without_names(each, stack) for key, each in value.items()}
    if isinstance(value, list):
        return [_without_names(each, stack) for each in value]
    if not isinstance(value, str):
        return value
    text = value.replace(stack, "")
    # CDK names what passes between nested stacks after the root stack, sometimes cut and hashed.
    text = re.sub(r"referenceto\w+", "parameter", text)
    text = re.sub(r"Outputs\.\w+", "Outputs", text)
    # Names that CDK or the project makes of the stack's: its parts, and hashes of its path.
    for part in stack.split("-")[1:3]:
        text = text.replace(part, "")
    return re.sub(r"[0-9A-Fa-f]{8,}", "", text)


def _fields(sdl: str) -> Mapping[str, str]:
    """``Type.field`` with its type, for all types of an API."""
    if not sdl.strip():
        return {}
    known = [line for line in _SCALARS.split("scalar ") if line.strip()]
    scalars = "\n".join(
        f"scalar {name.strip()}" for name in known if f"scalar {name.strip()}" not in sdl
    )
    schema = build_schema(f"{sdl}\n{scalars}", assume_valid=True)
    found = {}
    for name, kind in schema.type_map.items():
        if name.startswith("__") or not (
            is_object_type(kind) or is_input_object_type(kind) or is_interface_type(kind)
        ):
            continue
        for field_name, each in kind.fields.items():  # type: ignore[attr-defined]
            found[f"{name}.{field_name}"] = str(each.type)
    return found
