"""From declared classes to records: models and the types that they use, in the API's terms."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, cast

from workbench.backend.definitions import schema as records
from workbench.backend.definitions.source_location import DefinitionError, Place
from workbench.backend.schema.annotations import Meaning, UnknownTypeError, read
from workbench.backend.schema.classes import CustomType, Declaration, Disabled, Member, Model
from workbench.backend.schema.fields import FieldOptions, IndexOptions, RelationOptions
from workbench.backend.schema.naming import resolved, type_name
from workbench.backend.schema.rules import Allowed, AllowedFunction

UNREAD = ""
"""The type of a member that could not be read, and was reported; later checks skip it."""

_TYPES = "Use str, int, float, bool, Id, DateTime, Json, an enum, a CustomType or a list of one."
_EVERY_DISABLED: dict[Disabled, tuple[records.ModelOperation, ...]] = {
    "queries": ("get", "list"),
    "mutations": ("create", "update", "delete"),
    "subscriptions": ("subscriptions",),
    "get": ("get",),
    "list": ("list",),
    "create": ("create",),
    "update": ("update",),
    "delete": ("delete",),
    "on_create": ("onCreate",),
    "on_update": ("onUpdate",),
    "on_delete": ("onDelete",),
}


@dataclass
class Reader:
    """Reads declarations; collects the types that they use and what is wrong with them."""

    models: Mapping[str, type[Model]]
    default_rules: tuple[Allowed, ...]
    problems: list[DefinitionError] = field(default_factory=list)
    enums: dict[str, records.Enum] = field(default_factory=dict)
    custom_types: dict[str, records.CustomType] = field(default_factory=dict)
    _classes: dict[str, type] = field(default_factory=dict)
    _names: dict[int, dict[str, Any]] = field(default_factory=dict)

    def model(self, cls: type[Model]) -> records.Model:
        """A model's record."""
        declared = cls.__declaration__
        names = declared.api_names
        fields: list[records.Field] = []
        relations: list[records.Relation] = []
        for member in declared.members:
            meaning = self._meaning(declared, member)
            if isinstance(member.value, RelationOptions):
                relations.append(self._relation(declared, member, meaning, member.value))
            elif isinstance(meaning.target, type) and issubclass(meaning.target, Model):
                self.problem(
                    f"{declared.name}.{member.name} is a model, but no relation.",
                    f'Say how they are related: belongs_to("{member.name}_id"), has_one(…) or '
                    "has_many(…).",
                    member.place,
                )
                fields.append(records.Field(member.api_name, UNREAD, place=member.place))
            else:
                fields.append(self._field(declared, member, meaning))
        for name in declared.untyped:
            self.problem(
                f"{declared.name}.{name} has no type.",
                f"Annotate it: {name}: str = field(…).",
                declared.place,
            )
        return records.Model(
            declared.name,
            tuple(fields),
            tuple(relations),
            tuple(resolved(name, names) for name in declared.identifier) or ("id",),
            tuple(self._index(each, names) for each in declared.indexes),
            self._disabled(declared),
            self.rules(declared.rules or self.default_rules, names, declared.place),
            declared.description,
            declared.place,
        )

    def typed(self, name: str, meaning: Meaning, inline: str, place: Place) -> records.Field:
        """A field of the meaning's type, whose own types are read on the way.

        ``inline`` names the enum that a Literal makes.
        """
        target = meaning.target
        if isinstance(target, str):
            kind = target
        elif isinstance(target, tuple):
            kind = inline
            self._add_enum(records.Enum(inline, target, place=place))
        elif issubclass(target, enum.Enum):
            kind = target.__name__
            values = tuple(target.__members__)
            self._add_enum(records.Enum(kind, values, _enum_description(target), place))
        else:
            kind = target.__name__
            if issubclass(target, CustomType):
                self._custom_type(target, place)
        return records.Field(
            name, kind, meaning.required, meaning.is_list, meaning.list_required, place=place
        )

    def read(self, annotation: Any, names: dict[str, Any], subject: str, place: Place) -> Meaning:
        """An annotation's meaning; a problem and UNREAD where it has none."""
        try:
            return read(annotation, names)
        except UnknownTypeError as problem:
            self.problem(f"{subject}: {problem}.", _TYPES, place)
            return Meaning(UNREAD, required=True)

    def rules(
        self, given: Iterable[Allowed | AllowedFunction], names: Mapping[str, str], place: Place
    ) -> tuple[records.Rule, ...]:
        """The records of rules, whose fields are named as in the API."""
        found = []
        for each in given:
            if isinstance(each, AllowedFunction):
                self.problem(
                    "allow.resource(…) is a rule of the whole schema only.",
                    "Move it: define_data(rules=[allow.resource(my_function)]).",
                    place,
                )
                continue
            if not isinstance(each, Allowed):
                name = getattr(each, "__name__", repr(each))
                self.problem(f"{name} is not a rule.", "Call it: rules=[allow.owner()].", place)
                continue
            rule = each.rule
            found.append(
                replace(
                    rule,
                    owner_field=rule.owner_field and resolved(rule.owner_field, names),
                    groups_field=rule.groups_field and resolved(rule.groups_field, names),
                )
            )
        return tuple(found)

    def problem(self, what: str, fix: str, place: Place) -> None:
        """Keep a problem for the end."""
        self.problems.append(DefinitionError(what, fix, place))

    # -- parts ------------------------------------------------------------------------------------

    def _meaning(self, declared: Declaration, member: Member) -> Meaning:
        subject = f"{declared.name}.{member.name}"
        # One dictionary for all fields of a class: a module has many names.
        key = id(member.scope)
        if key not in self._names:
            self._names[key] = {**member.scope.names(), **self.models}
        return self.read(member.annotation, self._names[key], subject, member.place)

    def _field(self, declared: Declaration, member: Member, meaning: Meaning) -> records.Field:
        value = member.value
        options = value if isinstance(value, FieldOptions) else FieldOptions(default=value)
        inline = type_name(declared.name, member.api_name)
        default = options.default
        return replace(
            self.typed(member.api_name, meaning, inline, member.place),
            default=default.name if isinstance(default, enum.Enum) else default,
            rules=self.rules(options.rules, declared.api_names, member.place),
            validators=options.validators,
            description=options.description,
        )

    def _relation(
        self, declared: Declaration, member: Member, meaning: Meaning, options: RelationOptions
    ) -> records.Relation:
        name, target = f"{declared.name}.{member.name}", meaning.target
        other: Declaration | None = None
        if isinstance(target, type) and issubclass(target, Model):
            other = target.__declaration__
        elif target != UNREAD:
            self.problem(
                f"{name} is a relation, but its type is not a model.",
                'Annotate it with the related model: chat: "Chat | None" = belongs_to("chat_id").',
                member.place,
            )
        if other and meaning.is_list != (options.kind == "has_many"):
            wanted = "list[{}]" if options.kind == "has_many" else "{} | None"
            self.problem(
                f"{name} is {options.kind}, but {'a' if meaning.is_list else 'not a'} list.",
                f'Annotate it with "{wanted.format(other.name)}", or use another relation.',
                member.place,
            )
        holder = declared if options.kind == "belongs_to" else other
        names = holder.api_names if holder else {}
        return records.Relation(
            options.kind,
            member.api_name,
            other.name if other else UNREAD,
            tuple(resolved(each, names) for each in options.references),
            self.rules(options.rules, declared.api_names, member.place),
            options.description,
            member.place,
        )

    def _index(self, options: IndexOptions, names: Mapping[str, str]) -> records.Index:
        return records.Index(
            resolved(options.partition, names),
            tuple(resolved(name, names) for name in options.sort),
            options.query or "",
            options.name,
            options.projection,
            tuple(resolved(name, names) for name in options.included),
            options.place,
            has_query=options.query is not None,
        )

    def _disabled(self, declared: Declaration) -> tuple[records.ModelOperation, ...]:
        found: list[records.ModelOperation] = []
        for word in declared.disable:
            if word in _EVERY_DISABLED:
                found += _EVERY_DISABLED[word]
            else:
                self.problem(
                    f"{declared.name} has no operation {word!r} to disable.",
                    f"Use some of: {', '.join(_EVERY_DISABLED)}.",
                    declared.place,
                )
        return tuple(dict.fromkeys(found))

    def _add_enum(self, found: records.Enum) -> None:
        known = self.enums.setdefault(found.name, found)
        if known.values != found.values:
            self.problem(
                f"There are two enums called {found.name}, with different values.",
                "Rename one of them.",
                found.place,
            )

    def _custom_type(self, cls: type[CustomType], place: Place) -> None:
        declared = cls.__declaration__
        known = self._classes.setdefault(declared.name, cls)
        if known is not cls:
            first = known.__declaration__.place if issubclass(known, CustomType) else place
            self.problem(
                f"There are two custom types called {declared.name}.",
                f"Rename one; the other is at {first.file}:{first.line}.",
                declared.place,
            )
        if declared.name in self.custom_types or known is not cls:
            return
        # Kept before its fields are read: they may hold the type itself.
        self.custom_types[declared.name] = records.CustomType(declared.name, ())
        fields = []
        for member in declared.members:
            meaning = self._meaning(declared, member)
            if isinstance(meaning.target, type) and issubclass(meaning.target, Model):
                self.problem(
                    f"{declared.name}.{member.name} is a model; a custom type holds none.",
                    "Keep the model's id in it, or make it a model.",
                    member.place,
                )
                meaning = Meaning(UNREAD, required=True)
            fields.append(self._field(declared, member, meaning))
        self.custom_types[declared.name] = records.CustomType(
            declared.name, tuple(fields), declared.description, declared.place
        )


def _enum_description(cls: type[enum.Enum]) -> str:
    found = cast(str, cls.__dict__.get("__doc__") or "")
    # Python 3.11 gives this text to every enum that has none.
    return "" if found == "An enumeration." else " ".join(found.split())
