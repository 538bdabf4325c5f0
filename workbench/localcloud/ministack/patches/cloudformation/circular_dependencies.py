"""Circular dependencies: ministack finds them while it deploys; AWS refuses the template.

ministack's stack is left ``UPDATE_FAILED``, in words of its own. On AWS the call is answered with a
ValidationError, and the stack stays as it is.
"""

from __future__ import annotations

from typing import Any

from ministack.services.cloudformation import changesets, engine, handlers, stacks


def install() -> None:
    """Check the order of the resources with the rest of the template."""
    order, supported = engine._topological_sort, engine.validate_template_support

    def topological_sort(resources: dict[str, Any], conditions: dict[str, bool]) -> Any:
        try:
            return order(resources, conditions)
        except ValueError as circle:
            _, colon, names = str(circle).partition("among resources: ")
            if not colon:
                raise
            raise ValueError(f"Circular dependency between resources: [{names}]") from None

    def validate_template_support(
        template: dict[str, Any], conditions: dict[str, bool], *others: Any, **named: Any
    ) -> None:
        supported(template, conditions, *others, **named)
        resources = template.get("Resources")
        if isinstance(resources, dict):
            whole = {name: one for name, one in resources.items() if isinstance(one, dict)}
            topological_sort(whole, conditions)

    for module in (engine, stacks, handlers, changesets):
        for name, old, new in (
            ("_topological_sort", order, topological_sort),
            ("validate_template_support", supported, validate_template_support),
        ):
            if getattr(module, name, None) is old:
                setattr(module, name, new)
