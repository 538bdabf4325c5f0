"""Checks of models beside each other: relations, identifiers, indexes, whether anybody may."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.backend.definitions.schema import Index, Model, Relation, Schema
from workbench.backend.definitions.source_location import DefinitionError
from workbench.backend.schema.checks.rules import member_rule_problems, rule_problems
from workbench.backend.schema.naming import python_name
from workbench.backend.schema.reading import UNREAD

_ADDED = {"createdAt": "AWSDateTime", "updatedAt": "AWSDateTime", "owner": "String"}
_KEY_TYPES = {
    *("ID", "String", "Int", "Float", "AWSDate", "AWSTime", "AWSDateTime", "AWSTimestamp"),
    *("AWSEmail", "AWSPhone", "AWSURL", "AWSIPAddress"),
}


def model_problems(schema: Schema, model: Model) -> Iterator[DefinitionError]:
    """What is wrong with a model in its schema."""
    models = {each.name: each for each in schema.models}
    keys = {*_KEY_TYPES, *(enum.name for enum in schema.enums), UNREAD}
    for relation in model.relations:
        other = models.get(relation.model)
        if relation.model == UNREAD:
            continue
        if other is None:
            yield DefinitionError(
                f"{model.name}.{relation.name} refers to {relation.model}, which is not in the "
                "schema.",
                f"Add it: define_data(models=[…, {relation.model}]).",
                relation.place,
            )
        else:
            yield from _references(model, relation, other)
            yield from _other_side(model, relation, other)
    yield from _identifier(model, keys)
    for index in model.indexes:
        yield from _index(model, index, keys)
    yield from _doubled(model)
    if not model.rules:
        yield DefinitionError(
            f"{model.name} has no authorization rules: nobody could use it.",
            f"Say who may: class {model.name}(Model, rules=[allow.owner()]), or give "
            "define_data rules for all models.",
            model.place,
        )
    yield from rule_problems(model)
    yield from member_rule_problems(model)


def _types(model: Model) -> dict[str, str]:
    """The types of a model's fields, with those that the API adds; a list is none that fits."""
    added = dict(_ADDED)
    if model.identifier == ("id",):
        added["id"] = "ID"
    return added | {
        field.name: f"list of {field.type}" if field.is_list else field.type
        for field in model.fields
    }


def _references(model: Model, relation: Relation, other: Model) -> Iterator[DefinitionError]:
    name = f"{model.name}.{relation.name}"
    one, many = (other, model) if relation.kind == "belongs_to" else (model, other)
    types, keys = _types(many), _types(one)
    if len(relation.references) != len(one.identifier):
        yield DefinitionError(
            f"{name} refers by {', '.join(relation.references) or 'nothing'}, but {one.name} is "
            f"identified by {', '.join(one.identifier)}.",
            "Name one field for each, in that order.",
            relation.place,
        )
        return
    for reference, key in zip(relation.references, one.identifier, strict=True):
        wanted = keys.get(key)
        if reference not in types:
            annotation = {"ID": "Id", "Int": "int", "Float": "float"}.get(wanted or "", "str")
            yield DefinitionError(
                f"{name} refers by {reference}, which {many.name} does not have.",
                f"Add it to {many.name}: {python_name(reference)}: {annotation} | None.",
                relation.place,
            )
        elif wanted is not None and not _same(types[reference], wanted):
            yield DefinitionError(
                f"{name}: {many.name}.{reference} is {types[reference]}, but {one.name}.{key} is "
                f"{wanted}.",
                "Give both the same type.",
                relation.place,
            )


def _same(one: str, other: str) -> bool:
    return one == other or {one, other} == {"ID", "String"} or UNREAD in (one, other)


def _other_side(model: Model, relation: Relation, other: Model) -> Iterator[DefinitionError]:
    name = f"{model.name}.{relation.name}"
    is_child = relation.kind == "belongs_to"
    sides = [
        back.name
        for back in other.relations
        if back.model in (model.name, UNREAD)
        and back.references == relation.references
        and (back.kind == "belongs_to") != is_child
    ]
    references = ", ".join(f'"{python_name(each)}"' for each in relation.references)
    if len(relation.references) > 1:
        references = f"({references})"
    if not sides:
        kinds = "has_many or has_one" if is_child else "belongs_to"
        proposal = (
            f'{python_name(model.name[:1].lower() + model.name[1:])}s: list["{model.name}"] = '
            f"has_many({references})"
            if is_child
            else f'{python_name(model.name[:1].lower() + model.name[1:])}: "{model.name} | None" = '
            f"belongs_to({references})"
        )
        yield DefinitionError(
            f"{name} has no other side: {other.name} has no {kinds} of {model.name} by the same "
            "fields.",
            f"Add it to {other.name}: {proposal}.",
            relation.place,
        )
    elif len(sides) > 1:
        yield DefinitionError(
            f"{name} has several other sides in {other.name}: {', '.join(sides)}.",
            "Give each relation its own reference fields.",
            relation.place,
        )


def _identifier(model: Model, keys: set[str]) -> Iterator[DefinitionError]:
    fields = {field.name: field for field in model.fields}
    if model.identifier == ("id",) and "id" not in fields:
        return
    if len(set(model.identifier)) != len(model.identifier):
        yield DefinitionError(
            f"{model.name}'s identifier names a field twice.", "Name each once.", model.place
        )
    for name in model.identifier:
        field = fields.get(name)
        if field is None:
            yield DefinitionError(
                f"{model.name}'s identifier names {name}, which is not a field of it.",
                f"Add the field: {python_name(name)}: str.",
                model.place,
            )
        elif field.is_list or field.type not in keys:
            yield DefinitionError(
                f"{model.name}.{name} cannot identify an item: it is "
                f"{'a list' if field.is_list else field.type}.",
                "Use a text, a number, a date or an enum.",
                field.place,
            )
        elif not field.required:
            yield DefinitionError(
                f"{model.name}.{name} is part of the identifier, but may be None.",
                "Leave | None out.",
                field.place,
            )


def _index(model: Model, index: Index, keys: set[str]) -> Iterator[DefinitionError]:
    types = _types(model)
    for name in (index.partition, *index.sort_keys):
        kind = types.get(name)
        if kind is None:
            yield DefinitionError(
                f"An index of {model.name} names {name}, which is not a field of it.",
                f"Add the field, or name one of: {', '.join(sorted(types))}.",
                index.place,
            )
        elif kind not in keys:
            yield DefinitionError(
                f"{model.name}.{name} cannot be a key of an index: it is {kind}.",
                "Use a text, a number, a date or an enum.",
                index.place,
            )
    for name in index.included:
        if name not in types:
            yield DefinitionError(
                f"An index of {model.name} includes {name}, which is not a field of it.",
                f"Name some of: {', '.join(sorted(types))}.",
                index.place,
            )
    if (index.projection == "INCLUDE") != bool(index.included):
        yield DefinitionError(
            f"An index of {model.name} has the projection {index.projection}, but "
            f"{'no' if not index.included else 'also'} included fields.",
            'Give both: projection="INCLUDE", included=("price",).',
            index.place,
        )


def _doubled(model: Model) -> Iterator[DefinitionError]:
    by: set[tuple[str, ...]] = set()
    for index in model.indexes:
        key = (index.partition, *index.sort_keys)
        if key in by and not index.name:
            yield DefinitionError(
                f"Two indexes of {model.name} are by {', '.join(key)}.",
                "Leave one out.",
                index.place,
            )
        by.add(key)
