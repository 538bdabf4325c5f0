"""Conditions of conditions: ministack fails with HTTP 500 at one that is missing or circular.

CloudFormation refuses the template, and the stack stays as it is.
"""

from __future__ import annotations

import graphlib
from collections.abc import Iterator
from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks

Template = dict[str, Any]


def install() -> None:
    """Check the conditions before they are evaluated."""
    evaluate = engine._evaluate_conditions

    def evaluate_conditions(template: Template, params: Template) -> Any:
        check_conditions(template)
        return evaluate(template, params)

    for module in (engine, stacks, handlers, changesets):
        if getattr(module, "_evaluate_conditions", None) is evaluate:
            module._evaluate_conditions = evaluate_conditions


def check_conditions(template: Template) -> None:
    """Raise what CloudFormation says of a condition that cannot be evaluated."""
    conditions = template.get("Conditions") or {}
    uses = {name: set(_named(expression)) for name, expression in conditions.items()}
    if missing := sorted(set().union(*uses.values()) - uses.keys()):
        raise ValueError(
            f"Template format error: Unresolved condition dependency {missing[0]} in the "
            "Conditions block of the template"
        )
    try:
        graphlib.TopologicalSorter(uses).prepare()
    except graphlib.CycleError as circle:
        names = ", ".join(sorted(set(circle.args[1])))
        raise ValueError(f"Template error: Found circular condition dependency: {names}") from None


def _named(expression: Any) -> Iterator[str]:
    """The conditions that an expression mentions."""
    if isinstance(expression, list):
        for each in expression:
            yield from _named(each)
    elif isinstance(expression, dict):
        for key, inner in expression.items():
            if key == "Condition" and isinstance(inner, str):
                yield inner
            else:
                yield from _named(inner)
