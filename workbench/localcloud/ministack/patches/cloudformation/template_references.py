"""References to nothing: ministack takes the name as the value, CloudFormation refuses them.

A misspelt ``Ref`` becomes a bucket named after the typing error. A reference to a resource that its
condition leaves out is refused, too, unless the other side of ``Fn::If`` holds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks

from workbench.localcloud.ministack.patches.cloudformation.condition_references import (
    check_conditions,
)

_PSEUDO = frozenset(
    f"AWS::{name}"
    for name in (
        "AccountId",
        "NoValue",
        "NotificationARNs",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    )
)
_VARIABLE = re.compile(r"\$\{([^!}][^}]*)\}")


Template = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Reference:
    """A function's mention of a resource, a parameter or a condition."""

    function: str
    name: str
    attribute: str = ""


def install() -> None:
    """Check the references with the rest of the template."""
    supported = engine.validate_template_support

    def validate_template_support(
        template: Template,
        conditions: dict[str, bool],
        params: dict[str, Any] | None = None,
    ) -> None:
        supported(template, conditions, params)
        if not template.get("Transform"):
            check(template, conditions if params is not None else None)

    for module in (engine, stacks, handlers, changesets):
        if getattr(module, "validate_template_support", None) is supported:
            module.validate_template_support = validate_template_support


def check(template: Template, conditions: dict[str, bool] | None) -> None:
    """Raise what CloudFormation says of a reference to nothing.

    Without conditions, as ValidateTemplate checks, every resource counts as there.
    """
    check_conditions(template)
    known = _PSEUDO | frozenset(template.get("Parameters") or {})
    resources, outputs = _members(template, "Resources"), _members(template, "Outputs")
    defined = frozenset(template.get("Conditions") or {})
    in_conditions = references(template.get("Conditions") or {}, _either)
    _refuse(
        {one.name for one in in_conditions if one.function == "Ref"} - known,
        "Template format error: Unresolved dependencies [{}]. "
        "Cannot reference resources in the Conditions block of the template",
    )
    for block, members in (("Resources", resources), ("Outputs", outputs)):
        found = [
            one
            for member in members.values()
            for one in references(_read_by(block, member), _either)
        ]
        _refuse_unknown_conditions(members, found, defined)
        _refuse_unknown_attributes(found, resources)
        missing = {one.name for one in found if one.function != "Fn::If"} - known
        if block == "Resources":
            depends = (member.get("DependsOn") or [] for member in members.values())
            missing |= {n for one in depends for n in ([one] if isinstance(one, str) else one)}
        _refuse(
            missing - set(resources),
            f"Template format error: Unresolved resource dependencies [{{}}] in the {block} block "
            "of the template",
        )
    if conditions is not None:
        _refuse_left_out(resources, outputs, conditions)


def _either(_: str) -> bool | None:
    return None


def _refuse_unknown_conditions(
    members: dict[str, Template], found: list[_Reference], defined: frozenset[str]
) -> None:
    for member in members.values():
        if member.get("Condition", None) not in {None, *defined}:
            raise ValueError(
                f"Template format error: Condition {member['Condition']} is not defined."
            )
    for one in found:
        if one.function == "Fn::If" and one.name not in defined:
            raise ValueError(
                f"Template error: unresolved condition dependency {one.name} in Fn::If"
            )


def _refuse_unknown_attributes(found: list[_Reference], resources: dict[str, Template]) -> None:
    for one in found:
        if one.name in resources:
            continue
        if one.function == "Fn::GetAtt":
            raise ValueError(
                f"Template error: instance of Fn::GetAtt references undefined resource {one.name}"
            )
        if one.attribute:
            raise ValueError(
                "Template error: instance of Fn::Sub references invalid resource attribute "
                f"{one.name}.{one.attribute}"
            )


def _refuse_left_out(
    resources: dict[str, Template], outputs: dict[str, Template], conditions: dict[str, bool]
) -> None:
    """References from what is there to what a condition leaves out."""

    def is_there(member: Template) -> bool:
        return conditions.get(member.get("Condition", ""), True)

    left_out = {name for name, one in resources.items() if not is_there(one)}
    for block, members, beginning in (
        ("Resources", resources, "Template format error: "),
        ("Outputs", outputs, ""),
    ):
        found = {
            one.name
            for member in members.values()
            if is_there(member)
            for one in references(_read_by(block, member), conditions.get)
        }
        _refuse(
            found & left_out,
            f"{beginning}Unresolved resource dependencies [{{}}] in the {block} block of the "
            "template",
        )


def references(value: Any, chosen: Callable[[str], bool | None]) -> Iterator[_Reference]:
    """What ``value`` refers to; of an ``Fn::If`` only the side that its condition chose."""
    if isinstance(value, list):
        for each in value:
            yield from references(each, chosen)
        return
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        if key == "Ref" and isinstance(inner, str):
            yield _Reference("Ref", inner)
        elif key == "Fn::GetAtt" and len(value) == 1:
            parts = inner.split(".", 1) if isinstance(inner, str) else inner
            if isinstance(parts, list) and parts and isinstance(parts[0], str):
                yield _Reference("Fn::GetAtt", parts[0])
            yield from references(parts, chosen)
        elif key == "Fn::Sub" and len(value) == 1:
            text, given = inner if isinstance(inner, list) and len(inner) == 2 else (inner, {})
            for variable in _VARIABLE.findall(text) if isinstance(text, str) else ():
                if variable not in given:
                    name, _, attribute = variable.strip().partition(".")
                    yield _Reference("Fn::Sub", name, attribute)
            yield from references(given, chosen)
        elif key == "Fn::If" and isinstance(inner, list) and len(inner) == 3:
            side = None
            if isinstance(inner[0], str):
                yield _Reference("Fn::If", inner[0])
                side = chosen(inner[0])
            yield from references(inner[1:] if side is None else inner[1 if side else 2], chosen)
        else:
            yield from references(inner, chosen)


def _read_by(block: str, member: Template) -> Any:
    """The part of a resource or output in which references count."""
    return member.get("Properties") if block == "Resources" else member


def _members(template: Template, section: str) -> dict[str, Template]:
    held = template.get(section)
    members = held.items() if isinstance(held, dict) else ()
    return {name: one for name, one in members if isinstance(one, dict)}


def _refuse(names: set[str], text: str) -> None:
    if names:
        raise ValueError(text.format(", ".join(sorted(names))))
