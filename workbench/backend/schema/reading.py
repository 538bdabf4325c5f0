"""From declarations to records: every class, enum and signature in the API's terms."""

from __future__ import annotations

import enum
import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

from workbench.backend.definitions.place import DefinitionError, Place
from workbench.backend.definitions.schema import (
    CustomType as CustomTypeRecord,
)
from workbench.backend.definitions.schema import (
    Enum,
    Field,
    Handler,
    HttpSource,
    Index,
    Operation,
    Relation,
    Returned,
    Rule,
)
from workbench.backend.definitions.schema import (
    Model as ModelRecord,
)
from workbench.backend.schema.annotations import Meaning, UnknownTypeError, read
from workbench.backend.schema.classes import CustomType, Declaration, Model
from workbench.backend.schema.fields import NOT_GIVEN, FieldOptions, RelationOptions
from workbench.backend.schema.naming import api_name, type_name
from workbench.backend.schema.operations import (
    FunctionHandler,
    HandlerOptions,
    OperationDeclaration,
)
from workbench.backend.schema.places import at_line
from workbench.backend.schema.rules import Allowed

_TYPES = "Use str, int, float, bool, Id, DateTime, Json, an enum, a CustomType or a list of one."


@dataclass
class Reader:
    """Reads declarations; collects the types that they use and what is wrong with them."""

    models: Mapping[str, type[Model]]
    default_rules: tuple[Rule, ...]
    problems: list[DefinitionError] = field(default_factory=list)
    enums: dict[str, Enum] = field(default_factory=dict)
    custom_types: dict[str, CustomTypeRecord] = field(default_factory=dict)
    _reading: set[str] = field(default_factory=set)

    def model(self, cls: type[Model]) -> ModelRecord:
        """A model's record."""
        declared = cls.__declaration__
        fields: list[Field] = []
        relations: list[Relation] = []
        for name, annotation in declared.annotations.items():
            value = declared.values.get(name, NOT_GIVEN)
            meaning = self._meaning(declared, name, annotation)
            if meaning is None:
                continue
            is_model = isinstance(meaning.target, type) and issubclass(meaning.target, Model)
            if isinstance(value, RelationOptions):
                relation = self._relation(declared, name, meaning, value)
                relations += [relation] if relation else []
            elif is_model:
                self._problem(
                    f"{declared.name}.{name} is a model, but no relation.",
                    f'Say how they are related: {name}: … = belongs_to("{name}_id"), has_one or '
                    "has_many.",
                    self._at(declared, name),
                )
            else:
                fields.append(self._field(declared, name, meaning, value))
        for name in declared.extra:
            self._problem(
                f"{declared.name}.{name} has no type.",
                f"Annotate it: {name}: str = field(…).",
                declared.place,
            )
        rules = tuple(each.rule for each in declared.rules)
        return ModelRecord(
            declared.name,
            tuple(fields),
            tuple(relations),
            tuple(api_name(name) for name in declared.identifier) or ("id",),
            tuple(
                Index(
                    api_name(each.partition),
                    tuple(api_name(name) for name in each.sort),
                    each.query,
                    each.name,
                    each.projection,
                    tuple(api_name(name) for name in each.included),
                    declared.place,
                )
                for each in declared.indexes
            ),
            declared.disable,
            rules or self.default_rules,
            declared.description,
            declared.place,
        )

    def operation(self, declared: OperationDeclaration) -> Operation:
        """A custom operation's record."""
        function = declared.function
        name = api_name(function.__name__)
        names = _names_of(function)
        signature = inspect.signature(function)
        arguments: list[Field] = []
        for parameter in signature.parameters.values():
            if parameter.annotation is inspect.Parameter.empty:
                self._problem(
                    f"{name}: the argument {parameter.name} has no type.",
                    f"Annotate it: {parameter.name}: str.",
                    declared.place,
                )
                continue
            meaning = self._read(
                parameter.annotation, names, f"{name}: {parameter.name}", declared.place
            )
            if meaning is None:
                continue
            optional = parameter.default is not inspect.Parameter.empty
            found = self._typed(
                parameter.name, meaning, type_name(name, parameter.name), declared.place
            )
            arguments.append(replace(found, required=found.required and not optional))
        rules = tuple(each.rule for each in declared.rules)
        return Operation(
            declared.kind,
            name,
            self._returned(declared, signature.return_annotation, names, name),
            tuple(arguments),
            tuple(handler for each in declared.handlers for handler in self._handler(each)),
            tuple(
                each if isinstance(each, str) else api_name(each.function.__name__)
                for each in declared.triggers
            ),
            rules or self.default_rules,
            " ".join((function.__doc__ or "").split()),
            declared.place,
        )

    # -- parts ------------------------------------------------------------------------------------

    def _returned(
        self,
        declared: OperationDeclaration,
        annotation: Any,
        names: Mapping[str, Any],
        name: str,
    ) -> Returned:
        if annotation in (inspect.Signature.empty, None):
            self._problem(
                f"{name} does not say what it returns.",
                f"Annotate it: def {declared.function.__name__}(…) -> str.",
                declared.place,
            )
            return Returned("String")
        meaning = self._read(annotation, names, f"{name}'s return type", declared.place)
        if meaning is None:
            return Returned("String")
        found = self._typed(name, meaning, type_name(name, "returnType"), declared.place)
        return Returned(found.type, found.required, found.is_list, found.list_required)

    def _handler(self, each: HandlerOptions) -> Iterable[Handler]:
        if isinstance(each, FunctionHandler):
            yield Handler(function=each.function, is_async=each.is_async)
            return
        try:
            code = each.file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            self._problem(
                f"The handler {each.file.name} cannot be read: {error}.",
                "Write the path relative to the file that names it.",
                each.place,
            )
            return
        source = each.source
        yield Handler(
            entry=str(each.file),
            code=code,
            model=source.__name__ if isinstance(source, type) else "",
            http=source if isinstance(source, HttpSource) else None,
            source=source if isinstance(source, str) else "",
        )

    def _field(self, declared: Declaration, name: str, meaning: Meaning, value: Any) -> Field:
        options = value if isinstance(value, FieldOptions) else FieldOptions(default=value)
        found = self._typed(
            options.name or api_name(name),
            meaning,
            type_name(declared.name, api_name(name)),
            self._at(declared, name),
        )
        default = options.default
        if isinstance(default, enum.Enum):
            default = default.name
        return replace(
            found,
            name=options.name or api_name(name),
            default=None if default is NOT_GIVEN else default,
            rules=tuple(each.rule for each in options.rules),
            validators=options.validators,
            description=options.description,
        )

    def _relation(
        self, declared: Declaration, name: str, meaning: Meaning, options: RelationOptions
    ) -> Relation | None:
        place = self._at(declared, name)
        target = meaning.target
        if not (isinstance(target, type) and issubclass(target, Model)):
            self._problem(
                f"{declared.name}.{name} is a relation, but its type is no model.",
                'Annotate it with the related model: chat: "Chat | None" = belongs_to("chat_id").',
                place,
            )
            return None
        if meaning.is_list != (options.kind == "has_many"):
            wanted = f'list["{target.__name__}"]' if not meaning.is_list else target.__name__
            self._problem(
                f"{declared.name}.{name} is {options.kind}, but "
                + ("not a list." if not meaning.is_list else "a list."),
                f"Annotate it with {wanted}, or use another relation.",
                place,
            )
            return None
        return Relation(
            options.kind,
            api_name(name),
            target.__name__,
            tuple(api_name(each) for each in options.references),
            tuple(each.rule for each in options.rules),
            options.description,
            place,
        )

    def _typed(self, name: str, meaning: Meaning, inline: str, place: Place) -> Field:
        """A field of the meaning's type, whose own types are read on the way."""
        target = meaning.target
        if isinstance(target, str):
            kind = target
        elif isinstance(target, tuple):
            kind = inline
            self._add_enum(Enum(inline, target, place=place))
        elif issubclass(target, enum.Enum):
            kind = target.__name__
            values = tuple(member.name for member in target)
            self._add_enum(Enum(kind, values, " ".join(_own_doc(target).split()), place))
        else:
            kind = target.__name__
            if issubclass(target, CustomType):
                self._custom_type(target)
        return Field(
            api_name(name),
            kind,
            meaning.required,
            meaning.is_list,
            meaning.list_required,
            place=place,
        )

    def _add_enum(self, found: Enum) -> None:
        known = self.enums.get(found.name)
        if known is not None and known.values != found.values:
            self._problem(
                f"There are two enums {found.name} with different values.",
                "Rename one of them.",
                found.place,
            )
        self.enums[found.name] = known or found

    def _custom_type(self, cls: type[CustomType]) -> None:
        declared = cls.__declaration__
        if declared.name in self.custom_types or declared.name in self._reading:
            return
        self._reading.add(declared.name)
        fields = []
        for name, annotation in declared.annotations.items():
            meaning = self._meaning(declared, name, annotation)
            if meaning is None:
                continue
            if isinstance(meaning.target, type) and issubclass(meaning.target, Model):
                self._problem(
                    f"{declared.name}.{name} is a model; a custom type holds none.",
                    "Keep the model's id in it, or make it a model.",
                    self._at(declared, name),
                )
                continue
            value = declared.values.get(name, NOT_GIVEN)
            fields.append(self._field(declared, name, meaning, value))
        self.custom_types[declared.name] = CustomTypeRecord(
            declared.name, tuple(fields), declared.description, declared.place
        )

    def _meaning(self, declared: Declaration, name: str, annotation: Any) -> Meaning | None:
        names = {**declared.names, **self.models}
        return self._read(annotation, names, f"{declared.name}.{name}", self._at(declared, name))

    def _read(
        self, annotation: Any, names: Mapping[str, Any], subject: str, place: Place
    ) -> Meaning | None:
        try:
            return read(annotation, names)
        except UnknownTypeError as problem:
            self._problem(f"{subject}: {problem}.", _TYPES, place)
            return None

    def _at(self, declared: Declaration, name: str) -> Place:
        return at_line(declared.place, declared.lines.get(name))

    def _problem(self, what: str, fix: str, place: Place) -> None:
        self.problems.append(DefinitionError(what, fix, place))


def narrowed(rules: Sequence[Allowed]) -> tuple[Rule, ...]:
    """The records of rules."""
    return tuple(each.rule for each in rules)


def _names_of(function: Any) -> dict[str, Any]:
    closure = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
    return {**function.__globals__, **closure}


def _own_doc(cls: type) -> str:
    found = cls.__dict__.get("__doc__") or ""
    # Python 3.11 gives every enum this text.
    return "" if found == "An enumeration." else cast(str, found)


Kind = Literal["query", "mutation", "subscription"]
