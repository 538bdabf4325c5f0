"""``Model`` and ``CustomType``: classes that only declare, for ``define_data`` to read."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeVar

from workbench.backend.definitions.source_location import Place
from workbench.backend.schema.errors import at_line, calling_place, field_lines
from workbench.backend.schema.fields import FieldOptions, IndexOptions, RelationOptions
from workbench.backend.schema.naming import api_name
from workbench.backend.schema.rules import Allowed, listed

T = TypeVar("T")

Disabled = Literal[
    "queries",
    "mutations",
    "subscriptions",
    "get",
    "list",
    "create",
    "update",
    "delete",
    "on_create",
    "on_update",
    "on_delete",
]


@dataclass(frozen=True, slots=True)
class Member:
    """A field as it was written; the annotation is still what Python keeps of it.

    ``value`` is what stands behind the ``=``, None where nothing does. ``api_name`` is its name in
    the API. ``scope`` are the names that its annotation may use.
    """

    name: str
    api_name: str
    annotation: Any
    value: Any
    place: Place
    scope: Scope


@dataclass(frozen=True, slots=True)
class Scope:
    """The names around a class: the module's as they are now, and an enclosing function's."""

    module: dict[str, Any]
    enclosing: Mapping[str, Any]

    def names(self) -> dict[str, Any]:
        """All of them, the inner ones first."""
        return {**self.module, **self.enclosing}


@dataclass(frozen=True, slots=True)
class Declaration:
    """A class as it was written, with what it inherits; ``untyped`` are options without a type."""

    name: str
    place: Place
    members: tuple[Member, ...]
    untyped: tuple[str, ...] = ()
    rules: tuple[Allowed, ...] = ()
    identifier: tuple[str, ...] = ()
    indexes: tuple[IndexOptions, ...] = ()
    disable: tuple[Disabled, ...] = ()
    description: str = ""

    @property
    def api_names(self) -> dict[str, str]:
        """From the names in Python to the API's."""
        return {member.name: member.api_name for member in self.members}


class Declared:
    """Keeps what a subclass declares; instances are never made."""

    __declaration__: ClassVar[Declaration]

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__} describes data; it is not made by calling it")


class Model(Declared):
    """A type with a table of its own.

    ``rules`` say who may do what; ``identifier`` names the fields of the primary key (``id`` where
    it is left out); ``indexes`` are made by ``index(...)``; ``disable`` takes operations away.
    A model that extends another has its fields too, and what it does not say itself.
    """

    def __init_subclass__(
        cls,
        *,
        rules: Sequence[Allowed] | None = None,
        identifier: str | Sequence[str] | None = None,
        indexes: Sequence[IndexOptions] | None = None,
        disable: Sequence[Disabled] | None = None,
    ) -> None:
        super().__init_subclass__()
        base: Declaration | None = getattr(cls, "__declaration__", None)
        if isinstance(identifier, str):
            identifier = (identifier,)
        cls.__declaration__ = _declared(
            cls,
            rules=(
                listed(rules, calling_place())
                if rules is not None
                else (base.rules if base else ())
            ),
            identifier=_own_or(identifier, base.identifier if base else ()),
            indexes=_own_or(indexes, base.indexes if base else ()),
            disable=_own_or(disable, base.disable if base else ()),
        )


class CustomType(Declared):
    """An object without a table: part of models, arguments and answers."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__declaration__ = _declared(cls)


def _own_or(own: Sequence[T] | None, inherited: tuple[T, ...]) -> tuple[T, ...]:
    return inherited if own is None else tuple(own)


def _declared(cls: type[Declared], **options: Any) -> Declaration:
    # Two frames out is the user's class statement: this function, __init_subclass__, the class.
    frame = sys._getframe(2)
    place = Place(frame.f_code.co_filename, frame.f_lineno)
    is_local = frame.f_locals is not frame.f_globals
    scope = Scope(frame.f_globals, dict(frame.f_locals) if is_local else {})
    annotations = inspect.get_annotations(cls)
    lines = field_lines(place.file, place.line, cls.__name__)
    members: dict[str, Member] = {}
    for base in reversed(cls.__mro__[1:]):
        inherited: Declaration | None = base.__dict__.get("__declaration__")
        if inherited is not None:
            members |= {member.name: member for member in inherited.members}
    for name, annotation in annotations.items():
        value = cls.__dict__.get(name)
        renamed = value.name if isinstance(value, FieldOptions) else ""
        members[name] = Member(
            name,
            renamed or api_name(name),
            annotation,
            value,
            at_line(place, lines.get(name)),
            scope,
        )
    return Declaration(
        cls.__name__,
        place,
        tuple(members.values()),
        untyped=tuple(
            name
            for name, value in cls.__dict__.items()
            if name not in annotations and isinstance(value, FieldOptions | RelationOptions)
        ),
        description=" ".join((cls.__dict__.get("__doc__") or "").split()),
        **options,
    )
