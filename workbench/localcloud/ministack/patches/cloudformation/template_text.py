"""Text in templates: ministack has Python's for a boolean or null, AWS has the template's.

A value that YAML or JSON types becomes text wherever CloudFormation wants a string: the default and
the allowed values of a parameter, both sides of ``Fn::Equals``, the parts of ``Fn::Join`` and
``Fn::Sub``, keys of mappings, outputs. ``yes`` of YAML 1.1 is ``true`` there, an account's number
as a key of a mapping is a string. A null is refused before anything is changed. Conditions compare
mappings, pseudo parameters and joined text too: ministack compares the function's own spelling.
"""

from __future__ import annotations

import copy
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks

Template = dict[str, Any]
_MODULES = (engine, stacks, handlers, changesets)
_ANY_VALUE = ("Metadata",)
"""Sections in which CloudFormation takes whatever it finds."""


def install() -> None:
    """Give the engine text where CloudFormation has text."""
    parse, parameters = engine._parse_template, engine._resolve_parameters
    conditions, resolve = engine._evaluate_conditions, engine._resolve_refs
    supported, outputs = engine.validate_template_support, stacks._resolve_stack_outputs

    def parse_template(body: str) -> Template:
        template: Template = _with_text_keys(parse(body))
        for name, definition in _members(template, "Parameters"):
            template["Parameters"][name] = _texts_of_parameter(definition)
        return template

    def resolve_parameters(template: Template, given: list[Template], previous: Any = None) -> Any:
        told = [{**one, "Value": text_of(one["Value"])} if "Value" in one else one for one in given]
        return parameters(template, told, previous)

    def evaluate_conditions(template: Template, params: Template) -> Any:
        mappings = template.get("Mappings") or {}

        def operands(value: Any) -> Any:
            if isinstance(value, list):
                return [operands(each) for each in value]
            if not isinstance(value, dict):
                return value
            return {
                key: [
                    text_of(engine._resolve_refs(each, {}, params, {}, mappings, "", ""))
                    for each in inner
                ]
                if key == "Fn::Equals" and isinstance(inner, list)
                else operands(inner)
                for key, inner in value.items()
            }

        known = operands(template.get("Conditions") or {})
        return conditions({**template, "Conditions": known}, params)

    def resolve_refs(value: Any, *scope: Any, **named: Any) -> Any:
        if isinstance(value, dict) and len(value) == 1:
            if isinstance(joined := value.get("Fn::Join"), list) and len(joined) == 2:
                parts = resolve(joined[1], *scope, **named)
                value = {"Fn::Join": [joined[0], _all_text(parts)]}
            elif isinstance(filled := value.get("Fn::Sub"), list) and len(filled) == 2:
                given = {
                    name: text_of(resolve(one, *scope, **named)) for name, one in filled[1].items()
                }
                value = {"Fn::Sub": [filled[0], given]}
        return resolve(value, *scope, **named)

    def resolve_outputs(
        definitions: Template,
        which: dict[str, bool],
        resources: Template,
        params: Template,
        mappings: Template,
        *stack: Any,
    ) -> Any:
        told = {}
        for name, one in definitions.items():
            if which.get(one.get("Condition"), True):
                raw = copy.deepcopy(one.get("Value", ""))
                value = engine._resolve_refs(raw, resources, params, which, mappings, *stack)
                told[name] = {**one, "Value": [] if value is engine._NO_VALUE else text_of(value)}
        return outputs(told, which, resources, params, mappings, *stack)

    def validate_support(template: Template, *others: Any, **named: Any) -> None:
        _refuse_nulls(template, "")
        supported(template, *others, **named)

    _rebind(parse, parse_template)
    _rebind(parameters, resolve_parameters)
    _rebind(conditions, evaluate_conditions)
    _rebind(resolve, resolve_refs)
    _rebind(supported, validate_support)
    _rebind(outputs, resolve_outputs)


def text_of(value: Any) -> Any:
    """CloudFormation's text of a boolean or number; anything else as it is."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else value


def _rebind(old: Any, new: Any) -> None:
    """Put ``new`` wherever ministack's modules have imported ``old``."""
    for module in _MODULES:
        for name in [name for name, held in vars(module).items() if held is old]:
            setattr(module, name, new)


def _all_text(value: Any) -> Any:
    if isinstance(value, list):
        return [_all_text(each) for each in value]
    if isinstance(value, dict):
        return {key: _all_text(each) for key, each in value.items()}
    return text_of(value)


def _with_text_keys(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_text_keys(each) for each in value]
    if isinstance(value, dict):
        return {text_of(key): _with_text_keys(each) for key, each in value.items()}
    return value


def _texts_of_parameter(definition: Any) -> Any:
    if not isinstance(definition, dict):
        return definition
    texts = {key: definition[key] for key in ("Default", "AllowedValues") if key in definition}
    return {**definition, **_all_text(texts)}


def _members(template: Template, section: str) -> list[tuple[str, Any]]:
    held = template.get(section)
    return list(held.items()) if isinstance(held, dict) else []


def _refuse_nulls(value: Any, path: str) -> None:
    if value is None:
        raise ValueError(f"[{path}] 'null' values are not allowed in templates")
    if isinstance(value, dict):
        for key, each in value.items():
            if key not in _ANY_VALUE:
                _refuse_nulls(each, f"{path}/{key}")
    elif isinstance(value, list):
        for index, each in enumerate(value):
            _refuse_nulls(each, f"{path}/{index}")
