"""Templates of another shape: ministack answers with its parser's words, or deploys nothing.

CloudFormation says where the text is not well-formed, and which section lacks what.
"""

from __future__ import annotations

import json
from typing import Any

import yaml
from ministack.services.cloudformation import changesets, engine, handlers, helpers, stacks

_MODULES = (engine, stacks, handlers, changesets)
_NEITHER = "Either Template URL or Template Body must be specified."
_BOTH = "You cannot specify both usePreviousTemplate and Template Body/Template URL."
Template = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Check a template's source, its text and its sections."""
    parse, supported = engine._parse_template, engine.validate_template_support

    def parse_template(body: str) -> Template:
        try:
            parsed: Template = parse(body)
        except (json.JSONDecodeError, yaml.YAMLError) as problem:
            raise ValueError(_not_well_formed(problem)) from None
        return parsed

    def validate_support(template: Template, *others: Any, **named: Any) -> None:
        check(template)
        supported(template, *others, **named)

    for module in _MODULES:
        for name, held in list(vars(module).items()):
            if held is parse:
                setattr(module, name, parse_template)
            elif held is supported:
                setattr(module, name, validate_support)
    for action in ("CreateStack", "UpdateStack", "CreateChangeSet"):
        handlers._ACTION_HANDLERS[action] = _from_one_source(handlers._ACTION_HANDLERS[action])


def check(template: Template) -> None:
    """Raise what CloudFormation says of a section without what it needs."""
    if not template.get("Transform") and (lacking := _lacking(template)):
        raise ValueError(f"Template format error: {lacking}")


def _lacking(template: Template) -> str:
    resources = template.get("Resources")
    if not isinstance(resources, dict) or not resources:
        return "At least one Resources member must be defined."
    for name, one in resources.items():
        if not isinstance(one, dict):
            return "Any Resources member must be an object."
        if not one.get("Type"):
            return f"[/Resources/{name}] Every Resources object must contain a Type member."
    outputs = (template.get("Outputs") or {}).values()
    if any(isinstance(one, dict) and "Value" not in one for one in outputs):
        return "Every Outputs member must contain a Value object"
    return ""


def _not_well_formed(problem: json.JSONDecodeError | yaml.YAMLError) -> str:
    if isinstance(problem, json.JSONDecodeError):
        return f"JSON not well-formed. (line {problem.lineno}, column {problem.colno})"
    mark = getattr(problem, "problem_mark", None)
    place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
    return f"YAML not well-formed.{place}"


def _from_one_source(original: Any) -> Any:
    def handle(params: dict[str, Any]) -> Answer:
        given = helpers._p(params, "TemplateBody") or helpers._p(params, "TemplateURL")
        previous = helpers._p(params, "UsePreviousTemplate").lower() == "true"
        if bool(given) != previous:
            answer: Answer = original(params)
        else:
            answer = helpers._error("ValidationError", _BOTH if given else _NEITHER)
        return answer

    return handle
