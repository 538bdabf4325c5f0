"""The API's whole schema: for each model the operations, inputs and types that Amplify makes.

The surface is that of Amplify's GraphQL transformer for the same model, so that its client
libraries and code generators work unchanged.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workbench.backend.definitions.schema import (
    SCALARS,
    CustomType,
    Field,
    Index,
    Model,
    Modes,
    Relation,
    Rule,
    RuleOperation,
    Schema,
)
from workbench.backend.graphql.directives import directives, every_rule, for_groups, rules_for
from workbench.backend.graphql.filters import filter_kind, shared_inputs
from workbench.backend.graphql.names import (
    capital,
    composite,
    heard_of,
    index_field,
    index_name,
    list_field,
)

_STAMPS = ("createdAt", "updatedAt")
_MUTATIONS: tuple[RuleOperation, ...] = ("create", "update", "delete")


def write_api_schema(schema: Schema, modes: Modes) -> str:
    """The SDL that AppSync gets.

    Where no rule allows an operation, it is left to the default mode.
    """
    return _Writer(schema, modes).text()


def owner_fields(model: Model) -> tuple[str, ...]:
    """The owner fields that the API adds: named by rules, not written by the user."""
    written = {field.name for field in model.fields}
    names = [rule.owner_field for rule in every_rule(model) if rule.strategy == "owner"]
    return tuple(dict.fromkeys(name for name in names if name not in written))


def all_fields(model: Model) -> tuple[Field, ...]:
    """The fields of a model's type with those that the API adds: id, stamps, owners."""
    written = {each.name for each in model.fields}
    added: list[Field] = []
    if model.identifier == ("id",) and "id" not in written:
        added.append(Field("id", "ID", required=True))
    added += [Field(name, "AWSDateTime", required=True) for name in _STAMPS if name not in written]
    added += [Field(name, "String") for name in owner_fields(model)]
    return (*model.fields, *added)


def written_type(each: Field, *, optional: bool = False, suffix: str = "") -> str:
    """The GraphQL type of a field; ``suffix`` for inputs of custom types."""
    inner = each.type + suffix
    if each.is_list:
        item = inner + ("!" if each.required else "")
        return f"[{item}]" + ("!" if each.list_required and not optional else "")
    return inner + ("!" if each.required and not optional else "")


@dataclass
class _Writer:
    schema: Schema
    modes: Modes
    parts: list[str] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    mutations: list[str] = field(default_factory=list)
    subscriptions: list[str] = field(default_factory=list)
    key_kinds: dict[str, None] = field(default_factory=dict)
    input_types: dict[str, None] = field(default_factory=dict)
    enum_filters: dict[str, None] = field(default_factory=dict)

    def text(self) -> str:
        """All of it."""
        schema = self.schema
        self.enums = {each.name for each in schema.enums}
        self.custom = {each.name: each for each in schema.custom_types}
        self._custom_operations()
        for model in schema.models:
            self._model(model)
        self._custom_types()
        for enum in schema.enums:
            self.parts.append(_block("enum", enum.name, enum.values, enum.description))
        for name in self.enum_filters:
            if name.endswith("[]"):
                kind = name[:-2]
                lines = [
                    *(f"{verb}: [{kind}]" for verb in ("eq", "ne")),
                    *(f"{verb}: {kind}" for verb in ("contains", "notContains")),
                ]
                self.parts.append(_block("input", f"Model{kind}ListInput", lines))
            else:
                lines = [f"eq: {name}", f"ne: {name}"]
                self.parts.append(_block("input", f"Model{name}Input", lines))
        kinds = ("String", "Int", "Float", "Boolean", "ID") if schema.models else ()
        if schema.models:
            self.parts += shared_inputs(kinds, self.key_kinds)
        if not self.queries:
            # GraphQL has no schema without a query.
            self.queries.append("apiVersion: String @aws_iam")
        roots = [_block("type", "Query @aws_iam", self.queries)]
        if self.mutations:
            roots.append(_block("type", "Mutation @aws_iam", self.mutations))
        if self.subscriptions:
            roots.append(_block("type", "Subscription", self.subscriptions))
        return "\n\n".join((*roots, *self.parts)) + "\n"

    # -- a model ----------------------------------------------------------------------------------

    def _model(self, model: Model) -> None:
        names = model.name
        allowed = " ".join(directives(every_rule(model)))
        fields = all_fields(model)
        lines = [
            _described(f"{each.name}: {written_type(each)}", each.description) for each in fields
        ]
        lines[len(model.fields) : len(model.fields)] = [
            self._relation(each) for each in model.relations
        ]
        self.parts.append(_block("type", f"{names} {allowed}", lines, model.description))
        disabled: set[str] = set(model.disabled)
        self._inputs(model, fields, disabled)
        self._query_fields(model, disabled)
        self._mutation_fields(model, disabled)
        self._subscription_fields(model)
        if (
            "list" not in disabled
            or model.indexes
            or any(
                each.kind == "has_many" and each.model == names
                for other in self.schema.models
                for each in other.relations
            )
        ):
            rules = [*every_rule(model)]
            for other in self.schema.models:
                if any(each.kind == "has_many" and each.model == names for each in other.relations):
                    rules += every_rule(other)
            self.parts.append(
                _block(
                    "type",
                    f"Model{names}Connection {' '.join(directives(rules))}",
                    [f"items: [{names}]!", "nextToken: String"],
                )
            )

    def _relation(self, relation: Relation) -> str:
        name, other = relation.name, relation.model
        if relation.kind == "has_many":
            line = (
                f"{name}(filter: Model{other}FilterInput, sortDirection: ModelSortDirection, "
                f"limit: Int, nextToken: String): Model{other}Connection"
            )
        else:
            line = f"{name}: {other}"
        return _described(line, relation.description)

    def _inputs(self, model: Model, fields: tuple[Field, ...], disabled: set[str]) -> None:
        name = model.name
        owners = set(owner_fields(model))
        stamps = {each for each in _STAMPS if each not in {f.name for f in model.fields}}
        kept = [each for each in fields if each.name not in owners | stamps]
        key = set(model.identifier)
        for each in kept:
            if each.type in self.custom:
                self.input_types[each.type] = None
        if "create" not in disabled:
            lines = [
                f"{each.name}: "
                + written_type(
                    each,
                    optional=(each.name == "id" and each.type == "ID")
                    or each.default is not None
                    or each.name in _STAMPS,
                    suffix=self._suffix(each.type),
                )
                for each in kept
            ]
            self.parts.append(_block("input", f"Create{name}Input", lines))
        if "update" not in disabled:
            lines = [
                f"{each.name}: "
                + written_type(each, optional=each.name not in key, suffix=self._suffix(each.type))
                for each in kept
            ]
            self.parts.append(_block("input", f"Update{name}Input", lines))
        if "delete" not in disabled:
            lines = [f"{each.name}: {written_type(each)}" for each in kept if each.name in key]
            self.parts.append(_block("input", f"Delete{name}Input", lines))
        self._filters(name, fields, key)
        if heard_of(model):
            self._subscription_filter(name, fields, every_rule(model))

    def _filters(self, name: str, fields: tuple[Field, ...], key: set[str]) -> None:
        filtered = [each for each in fields if each.type not in self.custom]
        conditions = [
            f"{each.name}: {self._filter_type(each)}" for each in filtered if each.name not in key
        ]
        filters = [f"{each.name}: {self._filter_type(each)}" for each in filtered]
        if not any(each.name == "id" for each in filtered):
            filters.append("id: ModelIDInput")
        for kind, lines in (
            (f"Model{name}FilterInput", filters),
            (f"Model{name}ConditionInput", conditions),
        ):
            logic = [f"and: [{kind}]", f"or: [{kind}]", f"not: {kind}"]
            self.parts.append(_block("input", kind, [*lines, *logic]))

    def _subscription_filter(
        self, name: str, fields: tuple[Field, ...], rules: tuple[Rule, ...]
    ) -> None:
        filtered = [each for each in fields if each.type not in self.custom]
        # As Amplify has it: owners by the plain input, groups of the items' own not at all.
        owners = {rule.owner_field for rule in rules if rule.strategy == "owner"}
        groups = {rule.groups_field for rule in rules if rule.groups_field}
        listened = [
            f"{each.name}: "
            + (
                "ModelStringInput"
                if each.name in owners
                else f"ModelSubscription{self._kind(each)}Input"
            )
            for each in filtered
            if each.name not in groups
        ]
        if not any(each.name == "id" for each in filtered):
            listened.append("id: ModelSubscriptionIDInput")
        kind = f"ModelSubscription{name}FilterInput"
        logic = [f"and: [{kind}]", f"or: [{kind}]"]
        self.parts.append(_block("input", kind, [*listened, *logic]))

    def _query_fields(self, model: Model, disabled: set[str]) -> None:
        name = model.name
        types = {each.name: each for each in all_fields(model)}
        if "get" not in disabled:
            keys = ", ".join(f"{key}: {types[key].type}!" for key in model.identifier)
            self.queries.append(self._field(f"get{name}({keys}): {name}", rules_for(model, "get")))
        if "list" not in disabled:
            arguments = []
            if model.identifier != ("id",):
                first, *sort = model.identifier
                arguments.append(f"{first}: {types[first].type}")
                arguments += self._sort_argument(f"Model{name}Primary", tuple(sort), types)
            arguments += [f"filter: Model{name}FilterInput", "limit: Int", "nextToken: String"]
            if model.identifier != ("id",):
                arguments.append("sortDirection: ModelSortDirection")
            self.queries.append(
                self._field(
                    f"{list_field(name)}({', '.join(arguments)}): Model{name}Connection",
                    rules_for(model, "list"),
                )
            )
        for index in model.indexes:
            if index.has_query:
                self._index_field(model, index, types)

    def _index_field(self, model: Model, index: Index, types: dict[str, Field]) -> None:
        name = model.name
        arguments = [f"{index.partition}: {types[index.partition].type}!"]
        prefix = f"Model{name}{capital(index_name(model, index))}"
        arguments += self._sort_argument(prefix, index.sort_keys, types)
        arguments += [
            "sortDirection: ModelSortDirection",
            f"filter: Model{name}FilterInput",
            "limit: Int",
            "nextToken: String",
        ]
        self.queries.append(
            self._field(
                f"{index_field(model, index)}({', '.join(arguments)}): Model{name}Connection",
                rules_for(model, "list"),
            )
        )

    def _sort_argument(
        self, prefix: str, sort: tuple[str, ...], types: dict[str, Field]
    ) -> list[str]:
        if not sort:
            return []
        if len(sort) == 1:
            kind = self._key_kind(types[sort[0]].type)
            self.key_kinds[kind] = None
            return [f"{sort[0]}: Model{kind}KeyConditionInput"]
        condition, key = f"{prefix}CompositeKeyConditionInput", f"{prefix}CompositeKeyInput"
        lines = [f"{verb}: {key}" for verb in ("eq", "le", "lt", "ge", "gt")]
        self.parts.append(
            _block("input", condition, [*lines, f"between: [{key}]", f"beginsWith: {key}"])
        )
        self.parts.append(_block("input", key, [f"{each}: {types[each].type}" for each in sort]))
        return [f"{composite(sort)}: {condition}"]

    def _mutation_fields(self, model: Model, disabled: set[str]) -> None:
        name = model.name
        for verb in _MUTATIONS:
            if verb not in disabled:
                self.mutations.append(
                    self._field(
                        f"{verb}{name}(input: {capital(verb)}{name}Input!, "
                        f"condition: Model{name}ConditionInput): {name}",
                        rules_for(model, verb),
                    )
                )

    def _subscription_fields(self, model: Model) -> None:
        name = model.name
        rules = rules_for(model, "listen")
        owners = dict.fromkeys(
            rule.owner_field for rule in rules if rule.strategy == "owner" and not rule.is_list
        )
        arguments = [f"filter: ModelSubscription{name}FilterInput"]
        arguments += [f"{owner}: String" for owner in owners]
        for verb in heard_of(model):
            head = f"on{capital(verb)}{name}({', '.join(arguments)}): {name}"
            follows = f'@aws_subscribe(mutations: ["{verb}{name}"])'
            self.subscriptions.append(self._field(f"{head} {follows}", rules))

    # -- the rest ---------------------------------------------------------------------------------

    def _custom_operations(self) -> None:
        places = {
            "query": self.queries,
            "mutation": self.mutations,
            "subscription": self.subscriptions,
        }
        for each in self.schema.operations:
            arguments = []
            for argument in each.arguments:
                if argument.type in self.custom:
                    self.input_types[argument.type] = None
                arguments.append(
                    f"{argument.name}: "
                    + written_type(argument, suffix=self._suffix(argument.type))
                )
            returned = Field(
                "",
                each.returns.type,
                each.returns.required,
                each.returns.is_list,
                each.returns.list_required,
            )
            head = each.name + (f"({', '.join(arguments)})" if arguments else "")
            line = f"{head}: {written_type(returned)}"
            if each.kind == "subscription":
                names = ", ".join(f'"{name}"' for name in each.triggers)
                line += f" @aws_subscribe(mutations: [{names}])"
            written = self._field(line, each.rules)
            if each.kind == "subscription" or any(handler.code for handler in each.handlers):
                written = written.replace("@aws_cognito_user_pools", for_groups(each.rules))
            places[each.kind].append(_described(written, each.description))

    def _custom_types(self) -> None:
        users: dict[str, list[Rule]] = {}

        def use(name: str, rules: Iterable[Rule]) -> None:
            if name in self.custom:
                known = users.setdefault(name, [])
                fresh = [rule for rule in rules if rule not in known]
                if fresh or not known:
                    known += fresh
                    for each in self.custom[name].fields:
                        use(each.type, rules)

        for model in self.schema.models:
            for each in model.fields:
                use(each.type, every_rule(model))
        for operation in self.schema.operations:
            use(operation.returns.type, operation.rules)
        pending = list(self.input_types)
        while pending:
            for each in self.custom[pending.pop()].fields:
                if each.type in self.custom and each.type not in self.input_types:
                    self.input_types[each.type] = None
                    pending.append(each.type)
        for custom in self.schema.custom_types:
            if custom.name in users:
                allowed = " ".join(directives(users[custom.name]))
                self.parts.append(self._custom_block("type", f"{custom.name} {allowed}", custom))
            if custom.name in self.input_types:
                self.parts.append(self._custom_block("input", f"{custom.name}Input", custom))

    def _custom_block(self, kind: str, head: str, custom: CustomType) -> str:
        is_input = kind == "input"
        lines = [
            f"{each.name}: "
            + written_type(each, suffix=self._suffix(each.type) if is_input else "")
            for each in custom.fields
        ]
        return _block(kind, head, lines, "" if is_input else custom.description)

    def _field(self, line: str, rules: Iterable[Rule]) -> str:
        return f"{line} {' '.join(directives(rules, self.modes.default or 'userPool'))}"

    def _suffix(self, kind: str) -> str:
        return "Input" if kind in self.custom else ""

    def _kind(self, each: Field) -> str:
        return filter_kind(each.type) if each.type in SCALARS else "String"

    def _key_kind(self, kind: str) -> str:
        return filter_kind(kind) if kind in SCALARS else "String"

    def _filter_type(self, each: Field) -> str:
        if each.type in self.enums:
            self.enum_filters[each.type + ("[]" if each.is_list else "")] = None
            return f"Model{each.type}{'List' if each.is_list else ''}Input"
        return f"Model{filter_kind(each.type)}Input"


def _block(kind: str, head: str, lines: Iterable[str], description: str = "") -> str:
    body = "".join(f"  {line}\n" for line in lines)
    return _described(f"{kind} {head} {{\n{body}}}", description, indent="")


def _described(line: str, description: str, indent: str = "  ") -> str:
    if not description:
        return line
    escaped = description.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"\n{indent}{line}'
