"""Resources of a template that depend on each other in a circle: no target deploys them."""

from __future__ import annotations

from workbench.deploy.assembly.references import references
from workbench.deploy.assembly.template import Template


def circular_dependencies(template: Template) -> tuple[str, ...]:
    """The logical ids in a circle, and those that need one of them; sorted, empty without.

    Resources with a condition are left to the target, which knows whether they are made.
    """
    needs: dict[str, set[str]] = {}
    for name, resource in template.resources.items():
        if resource.condition:
            continue
        listed = resource.depends_on or []
        named = {listed} if isinstance(listed, str) else set(listed)
        named |= {token.partition(".")[0] for token in references(resource.properties)}
        needs[name] = (named & template.resources.keys()) - {name}
    while ready := [name for name, needed in needs.items() if not needed & needs.keys()]:
        for name in ready:
            del needs[name]
    return tuple(sorted(needs))
