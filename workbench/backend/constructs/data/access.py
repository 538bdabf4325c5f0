"""Which fields of the API the identity pool's roles, and granted functions, may call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.backend.definitions.schema import Rule, Schema
from workbench.backend.resolvers.records import ResolverPlan

_CHUNK = 35
_MOST = 300
_TYPES = {"query": "Query", "mutate": "Mutation", "listen": "Subscription"}


def role_paths(
    schema: Schema, resolvers: Iterable[ResolverPlan], *, guest: bool
) -> tuple[str, ...]:
    """What follows an API's ARN in the role's policy; nothing where no rule needs the role.

    The resolvers decide about each operation; IAM lets the role reach those models at all. Beyond
    ``_MOST`` the whole API is named: a role takes ten policies.
    """
    models = {
        model.name
        for model in schema.models
        if _reaches((*model.rules, *(r for f in model.fields for r in f.rules)), guest=guest)
    }
    operations = [each for each in schema.operations if _reaches(each.rules, guest=guest)]
    if not (models or operations):
        return ()
    fields = [f"types/{name}/*" for name in sorted(models)]
    fields += [
        f"types/{plan.type_name}/fields/{plan.field_name}"
        for plan in resolvers
        if plan.owner in models and plan.type_name in _TYPES.values()
    ]
    if operations:
        fields += [f"types/{each.name}/*" for each in schema.custom_types]
        fields += [
            f"types/{each.kind[:1].upper()}{each.kind[1:]}/fields/{each.name}"
            for each in operations
        ]
    return ("types/*",) if len(fields) > _MOST else tuple(fields)


def chunks(paths: Sequence[str]) -> list[tuple[str, ...]]:
    """The paths in parts, each small enough for one managed policy."""
    return [tuple(paths[start : start + _CHUNK]) for start in range(0, len(paths), _CHUNK)]


def function_paths(operations: Iterable[str]) -> list[str]:
    """What follows an API's ARN for ``allow.resource(function).to(…)``."""
    return [f"types/{_TYPES[each]}/*" for each in operations]


def _reaches(rules: Iterable[Rule], *, guest: bool) -> bool:
    wanted = ("public",) if guest else ("public", "private")
    return any(rule.provider == "identityPool" and rule.strategy in wanted for rule in rules)
