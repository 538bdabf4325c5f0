"""Everything behind a schema: its resolvers, its data sources and its tables."""

from __future__ import annotations

from workbench.backend.definitions.schema import SCALARS, Model, Relation, Schema
from workbench.backend.graphql.filters import filter_kind
from workbench.backend.graphql.names import composite_attribute, index_name, relation_index
from workbench.backend.resolvers.custom import handler_source, operation_plan
from workbench.backend.resolvers.fields import field_plans
from workbench.backend.resolvers.mutations import key_members, mutation_plans
from workbench.backend.resolvers.queries import query_plans
from workbench.backend.resolvers.records import (
    NONE_SOURCE,
    IndexPlan,
    ResolverPlan,
    SourcePlan,
    TablePlan,
)
from workbench.backend.resolvers.relations import relation_plans
from workbench.backend.resolvers.subscriptions import subscription_plans


def plan_resolvers(schema: Schema) -> tuple[ResolverPlan, ...]:
    """The resolvers of a schema, model by model, then the custom operations."""
    found: list[ResolverPlan] = []
    for model in schema.models:
        found += query_plans(model)
        found += relation_plans(schema, model)
        found += mutation_plans(schema, model)
        found += subscription_plans(model)
        found += field_plans(model)
    found += [operation_plan(each) for each in schema.operations]
    return tuple(found)


def plan_sources(schema: Schema) -> tuple[SourcePlan, ...]:
    """The data sources of a schema; NONE is the first."""
    found = {NONE_SOURCE: SourcePlan(NONE_SOURCE, "none")}
    for model in schema.models:
        name = f"{model.name}Table"
        found[name] = SourcePlan(name, "table", model=model.name)
    for operation in schema.operations:
        for handler in operation.handlers:
            source = handler_source(handler)
            if source is not None:
                found[source.name] = source
    return tuple(found.values())


def plan_tables(schema: Schema) -> tuple[TablePlan, ...]:
    """The tables of a schema, one for each model."""
    return tuple(_table(schema, model) for model in schema.models)


def _table(schema: Schema, model: Model) -> TablePlan:
    keys = key_members(model)
    indexes = [
        IndexPlan(
            index_name(model, index),
            index.partition,
            composite_attribute(index.sort_keys),
            index.projection,
            index.included,
        )
        for index in model.indexes
    ]
    indexes += [
        _relation_index(other, relation)
        for other in schema.models
        for relation in other.relations
        if relation.kind != "belongs_to" and relation.model == model.name
    ]
    names = [*keys, *(name for each in indexes for name in (each.partition, each.sort) if name)]
    attributes = tuple((name, _attribute(model, name)) for name in dict.fromkeys(names))
    return TablePlan(
        model.name, keys[0], keys[1] if len(keys) > 1 else "", attributes, tuple(indexes)
    )


def _relation_index(other: Model, relation: Relation) -> IndexPlan:
    first, *rest = relation.references
    sort = composite_attribute(tuple(rest)) if rest else ""
    return IndexPlan(relation_index(other.name, relation), first, sort)


def _attribute(model: Model, name: str) -> str:
    kind = next((field.type for field in model.fields if field.name == name), "String")
    return "N" if kind in SCALARS and filter_kind(kind) in ("Int", "Float") else "S"
