"""What a schema must hold before anything is made of it, with the fix for what does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.backend.definitions.place import DefinitionError, Place
from workbench.backend.definitions.schema import (
    CustomType,
    Enum,
    Field,
    Model,
    Operation,
    Relation,
    Rule,
    Schema,
)
from workbench.backend.schema.naming import GRAPHQL_NAME

_RESERVED = {"Query", "Mutation", "Subscription", "String", "Int", "Float", "Boolean", "ID"}
_ADDED = {"id": "ID", "createdAt": "AWSDateTime", "updatedAt": "AWSDateTime"}
_KEY_TYPES = {
    *("ID", "String", "Int", "Float", "AWSDate", "AWSTime", "AWSDateTime", "AWSTimestamp"),
    *("AWSEmail", "AWSPhone", "AWSURL", "AWSIPAddress"),
}
_OFFERED: dict[str, set[str]] = {
    "public": {"apiKey", "identityPool"},
    "private": {"userPools", "identityPool", "oidc"},
    "owner": {"userPools", "oidc"},
    "groups": {"userPools", "oidc"},
    "custom": {"function"},
}


def problems_of(schema: Schema) -> Iterator[DefinitionError]:
    """Everything that is wrong with a schema, in the order of its parts."""
    yield from _names(schema)
    for model in schema.models:
        yield from _Checked(schema, model).problems()
    for operation in schema.operations:
        yield from _operation(schema, operation)


def _names(schema: Schema) -> Iterator[DefinitionError]:
    known: dict[str, Place] = {}
    named: list[Model | CustomType | Enum] = [
        *schema.models,
        *schema.custom_types,
        *schema.enums,
    ]
    for each in named:
        if each.name in known:
            first = known[each.name]
            yield DefinitionError(
                f"There are two types called {each.name}.",
                f"Rename one; the other is at {first.file}:{first.line}.",
                each.place,
            )
        known[each.name] = each.place
        if not GRAPHQL_NAME.fullmatch(each.name) or each.name in _RESERVED:
            yield DefinitionError(
                f"{each.name} cannot be a type's name.",
                "Begin with a letter, use letters and digits, and none of GraphQL's own names.",
                each.place,
            )
    fields: dict[str, Place] = {}
    for operation in schema.operations:
        if operation.name in fields:
            yield DefinitionError(
                f"There are two operations called {operation.name}.", "Rename one.", operation.place
            )
        fields[operation.name] = operation.place
    for enum in schema.enums:
        for value in enum.values:
            if not GRAPHQL_NAME.fullmatch(value):
                yield DefinitionError(
                    f"{enum.name} has the value {value!r}, which GraphQL cannot name.",
                    "Use letters, digits and underscores.",
                    enum.place,
                )
        if not enum.values:
            yield DefinitionError(f"{enum.name} has no values.", "Give it one.", enum.place)


class _Checked:
    """One model beside the schema that it is in."""

    def __init__(self, schema: Schema, model: Model) -> None:
        self._schema = schema
        self._model = model
        self._models = {each.name: each for each in schema.models}
        self._types = {
            name: {**({"id": "ID"} if each.identifier == ("id",) else {}), **_types(each)}
            for name, each in self._models.items()
        }

    def problems(self) -> Iterator[DefinitionError]:
        model = self._model
        if not model.fields and not model.relations:
            yield self._problem(f"{model.name} has no fields.", "Annotate one: name: str.")
        seen: set[str] = set()
        members: list[Field | Relation] = [*model.fields, *model.relations]
        for member in members:
            if member.name in seen:
                yield DefinitionError(
                    f"{model.name} has two fields called {member.name}.",
                    "Rename one; names with underscores become camelCase in the API.",
                    member.place,
                )
            seen.add(member.name)
            if not GRAPHQL_NAME.fullmatch(member.name):
                yield DefinitionError(
                    f"{model.name}.{member.name} cannot be a field's name.",
                    "Begin with a letter; use letters, digits and underscores.",
                    member.place,
                )
        for field in model.fields:
            yield from self._field(field)
            yield from self._rules(field.rules, f"{model.name}.{field.name}")
        for relation in model.relations:
            yield from self._relation(relation)
            yield from self._rules(relation.rules, f"{model.name}.{relation.name}")
        yield from self._identifier()
        yield from self._indexes()
        if not model.rules and not any(field.rules for field in model.fields):
            yield self._problem(
                f"{model.name} has no authorization rules: nobody could use it.",
                f"Say who may: class {model.name}(Model, rules=[allow.owner()]), or give "
                "define_data rules for all models.",
            )
        yield from self._rules(model.rules, model.name)
        yield from self._reachable()

    def _field(self, field: Field) -> Iterator[DefinitionError]:
        name = f"{self._model.name}.{field.name}"
        if field.name in ("createdAt", "updatedAt") and (
            field.type not in ("AWSDateTime", "AWSTimestamp", "String") or field.is_list
        ):
            yield DefinitionError(
                f"{name} is stamped by the API, which writes a DateTime.",
                "Annotate it with DateTime | None, or leave it out.",
                field.place,
            )
        if field.default is not None:
            yield from _default(field, name, self._schema)
        if field.validators and (
            field.is_list or field.type not in ("String", "Int", "Float", "ID")
        ):
            yield DefinitionError(
                f"{name} has checks, which only texts and numbers can have.",
                "Leave them out, or change the type.",
                field.place,
            )
        words = {"minLength", "maxLength", "startsWith", "endsWith", "matches"}
        for check in field.validators:
            if (check.name in words) != (field.type in ("String", "ID")):
                kind = "texts" if check.name in words else "numbers"
                yield DefinitionError(
                    f"{name}: {check.name} checks {kind}, and this is {field.type}.",
                    "Leave it out, or change the type.",
                    field.place,
                )

    def _relation(self, relation: Relation) -> Iterator[DefinitionError]:
        model = self._model
        name = f"{model.name}.{relation.name}"
        other = self._models.get(relation.model)
        if other is None:
            yield DefinitionError(
                f"{name} refers to {relation.model}, which is not in the schema.",
                f"Add it: define_data(models=[…, {relation.model}]).",
                relation.place,
            )
            return
        one, many = (other, model) if relation.kind == "belongs_to" else (model, other)
        types, keys = self._types[many.name], self._types[one.name]
        if len(relation.references) != len(one.identifier):
            yield DefinitionError(
                f"{name} refers by {len(relation.references)} fields, but {one.name} is "
                f"identified by {', '.join(one.identifier)}.",
                "Name one field for each, in that order.",
                relation.place,
            )
            return
        for reference, key in zip(relation.references, one.identifier, strict=True):
            if reference not in types:
                wanted = "Id" if keys.get(key) == "ID" else "str"
                yield DefinitionError(
                    f"{name} refers by {reference}, which {many.name} does not have.",
                    f"Add it to {many.name}: {_snake(reference)}: {wanted} | None.",
                    relation.place,
                )
            elif keys.get(key) is not None and types[reference] != keys[key]:
                yield DefinitionError(
                    f"{name}: {many.name}.{reference} is {types[reference]}, but "
                    f"{one.name}.{key} is {keys[key]}.",
                    "Give both the same type.",
                    relation.place,
                )
        if not any(
            back.model == model.name and back.references == relation.references
            for back in other.relations
            if (back.kind == "belongs_to") != (relation.kind == "belongs_to")
        ):
            wanted = "has_many or has_one" if relation.kind == "belongs_to" else "belongs_to"
            yield DefinitionError(
                f"{name} has no other side: {other.name} does not refer back.",
                f"Add a field to {other.name} with {wanted}"
                f'("{", ".join(_snake(each) for each in relation.references)}").',
                relation.place,
            )

    def _identifier(self) -> Iterator[DefinitionError]:
        model = self._model
        fields = {field.name: field for field in model.fields}
        if model.identifier == ("id",) and "id" not in fields:
            return
        for name in model.identifier:
            field = fields.get(name)
            if field is None:
                yield self._problem(
                    f"{model.name}'s identifier names {name}, which is no field of it.",
                    f"Add the field, or change identifier=({name!r}, …).",
                )
            elif field.is_list or not (
                field.type in _KEY_TYPES or field.type in self._enum_names()
            ):
                yield DefinitionError(
                    f"{model.name}.{name} cannot identify an item: it is "
                    f"{'a list' if field.is_list else field.type}.",
                    "Use a text, a number, a date or an enum.",
                    field.place,
                )
            elif not field.required:
                yield DefinitionError(
                    f"{model.name}.{name} is part of the identifier, but may be None.",
                    f"Leave `| None` out: {_snake(name)}: str.",
                    field.place,
                )

    def _indexes(self) -> Iterator[DefinitionError]:
        model = self._model
        types = self._types[model.name]
        queries: set[str] = set()
        for index in model.indexes:
            for name in (index.partition, *index.sort_keys):
                kind = types.get(name)
                if kind is None and name not in _ADDED:
                    yield self._problem(
                        f"An index of {model.name} names {name}, which is no field of it.",
                        "Add the field, or name another one.",
                    )
                elif kind is not None and not (kind in _KEY_TYPES or kind in self._enum_names()):
                    yield self._problem(
                        f"{model.name}.{name} cannot be a key of an index: it is {kind}.",
                        "Use a text, a number, a date or an enum.",
                    )
            if index.query_field and index.query_field in queries:
                yield self._problem(
                    f"Two indexes of {model.name} have the query {index.query_field}.",
                    "Rename one.",
                )
            queries.add(index.query_field)

    def _rules(self, rules: Iterable[Rule], subject: str) -> Iterator[DefinitionError]:
        fields = {field.name: field for field in self._model.fields}
        for rule in rules:
            if rule.provider not in _OFFERED[rule.strategy]:
                yield DefinitionError(
                    f"{subject}: a rule for {rule.strategy} can never match by {rule.provider}.",
                    f"Use {' or '.join(sorted(_OFFERED[rule.strategy]))}.",
                    rule.place,
                )
            named = rule.groups_field or (rule.owner_field if rule.is_list else "")
            named = named or (rule.owner_field if rule.owner_field != "owner" else "")
            field = fields.get(named)
            if named and field is None and (rule.is_list or rule.groups_field):
                yield DefinitionError(
                    f"{subject}: a rule reads {named}, which {self._model.name} does not have.",
                    f"Add it: {_snake(named)}: {'list[str]' if rule.is_list else 'str'} | None.",
                    rule.place,
                )
            elif field is not None and field.is_list != rule.is_list:
                plural = "owners_defined_in" if rule.strategy == "owner" else "groups_defined_in"
                single = "owner_defined_in" if rule.strategy == "owner" else "group_defined_in"
                yield DefinitionError(
                    f"{subject}: {named} is {'a list' if field.is_list else 'no list'}, so the "
                    "rule can never match.",
                    f"Use allow.{plural if field.is_list else single}({_snake(named)!r}).",
                    rule.place,
                )
            if not rule.operations or (
                rule.strategy == "groups" and not (rule.groups or rule.groups_field)
            ):
                yield DefinitionError(
                    f"{subject}: a rule allows nothing.",
                    "Name a group, and operations in .to(…).",
                    rule.place,
                )

    def _reachable(self) -> Iterator[DefinitionError]:
        disabled: set[str] = set(self._model.disabled)
        if "subscriptions" in disabled:
            disabled |= {"listen"}
        for rule in self._model.rules:
            left = {str(each) for each in rule.operations} - disabled - {"sync", "search"}
            if rule.operations and not left:
                yield DefinitionError(
                    f"{self._model.name}: a rule allows only what the model has disabled.",
                    "Take the operations out of disable=[…], or the rule away.",
                    rule.place,
                )

    def _enum_names(self) -> set[str]:
        return {enum.name for enum in self._schema.enums}

    def _problem(self, what: str, fix: str) -> DefinitionError:
        return DefinitionError(what, fix, self._model.place)


def _types(model: Model) -> dict[str, str]:
    return {field.name: ("list" if field.is_list else field.type) for field in model.fields}


def _default(field: Field, name: str, schema: Schema) -> Iterator[DefinitionError]:
    enums = {enum.name: enum.values for enum in schema.enums}
    value = field.default
    good = {
        "Int": isinstance(value, int) and not isinstance(value, bool),
        "Float": isinstance(value, int | float) and not isinstance(value, bool),
        "Boolean": isinstance(value, bool),
        "AWSTimestamp": isinstance(value, int) and not isinstance(value, bool),
    }.get(field.type, isinstance(value, str))
    if field.type in enums:
        good = value in enums[field.type]
    if field.is_list or not good or field.type in {each.name for each in schema.custom_types}:
        yield DefinitionError(
            f"{name} cannot have the default {value!r}: it is "
            f"{'a list' if field.is_list else field.type}.",
            "Give it a value of that type, or none.",
            field.place,
        )


def _operation(schema: Schema, operation: Operation) -> Iterator[DefinitionError]:
    name = operation.name
    if operation.kind == "subscription":
        known = {each.name for each in schema.operations if each.kind == "mutation"}
        for model in schema.models:
            known |= {f"{verb}{model.name}" for verb in ("create", "update", "delete")}
        for trigger in operation.triggers:
            if trigger not in known:
                yield DefinitionError(
                    f"{name} follows {trigger}, which is no mutation of this schema.",
                    f"Name one of: {', '.join(sorted(known))}.",
                    operation.place,
                )
        if not operation.triggers:
            yield DefinitionError(
                f"{name} follows no mutation.", "Name one: on=[send].", operation.place
            )
    elif not operation.handlers:
        yield DefinitionError(
            f"{name} has no handler.",
            'Give it one: handler=function(my_function), or javascript("./file.js").',
            operation.place,
        )
    models = {model.name for model in schema.models}
    for handler in operation.handlers:
        if handler.model and handler.model not in models:
            yield DefinitionError(
                f"{name}'s handler reads {handler.model}, which is not in the schema.",
                f"Add it: define_data(models=[…, {handler.model}]).",
                operation.place,
            )
    if not operation.rules:
        yield DefinitionError(
            f"{name} has no authorization rules: nobody could use it.",
            "Say who may: rules=[allow.authenticated()].",
            operation.place,
        )
    for rule in operation.rules:
        if rule.strategy == "owner" or rule.groups_field:
            yield DefinitionError(
                f"{name}: a custom operation has no item, so no owner or group of one.",
                "Use allow.authenticated(), allow.group(…), allow.guest() or another.",
                rule.place,
            )
    for argument in operation.arguments:
        if argument.type in models:
            yield DefinitionError(
                f"{name}: the argument {argument.name} is a model.",
                "Take its id, or a CustomType.",
                operation.place,
            )


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
