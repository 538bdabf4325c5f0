"""``Model`` and ``CustomType``: classes that only declare, for ``define_data`` to read."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from workbench.backend.definitions.place import Place
from workbench.backend.definitions.schema import ModelOperation
from workbench.backend.schema.fields import FieldOptions, IndexOptions, RelationOptions
from workbench.backend.schema.places import field_lines
from workbench.backend.schema.rules import Allowed


@dataclass(frozen=True, slots=True)
class Declaration:
    """A class as it was written; annotations are still what Python keeps of them.

    ``names`` are the ones that annotations may use: the module's, and a function's own.
    """

    name: str
    place: Place
    annotations: Mapping[str, Any]
    values: Mapping[str, Any]
    names: Mapping[str, Any]
    lines: Mapping[str, int]
    rules: tuple[Allowed, ...] = ()
    identifier: tuple[str, ...] = ()
    indexes: tuple[IndexOptions, ...] = ()
    disable: tuple[ModelOperation, ...] = ()
    description: str = ""
    extra: tuple[str, ...] = field(default=())


class Declared:
    """Keeps what a subclass declares; instances are never made."""

    __declaration__: ClassVar[Declaration]

    def __init__(self) -> None:
        raise TypeError(f"{type(self).__name__} describes data; it is not made by calling it")


def _declared(cls: type, depth: int, **options: Any) -> Declaration:
    frame = sys._getframe(depth + 1)
    place = Place(frame.f_code.co_filename, frame.f_lineno)
    names: dict[str, Any] = dict(frame.f_globals)
    if frame.f_locals is not frame.f_globals:
        names.update(frame.f_locals)
    annotations = inspect.get_annotations(cls)
    values = {
        name: value
        for name, value in cls.__dict__.items()
        if name in annotations or isinstance(value, FieldOptions | RelationOptions)
    }
    return Declaration(
        cls.__name__,
        place,
        annotations,
        values,
        names,
        field_lines(place.file, place.line, cls.__name__),
        extra=tuple(name for name in values if name not in annotations),
        description=_description(cls),
        **options,
    )


def _description(cls: type) -> str:
    return " ".join((cls.__dict__.get("__doc__") or "").split())


class Model(Declared):
    """A type with a table of its own.

    ``rules`` say who may do what; ``identifier`` names the fields of the primary key (``id`` where
    it is left out); ``indexes`` are made by ``index(...)``; ``disable`` takes operations away.
    """

    def __init_subclass__(
        cls,
        *,
        rules: Sequence[Allowed] = (),
        identifier: Sequence[str] = (),
        indexes: Sequence[IndexOptions] = (),
        disable: Sequence[ModelOperation] = (),
    ) -> None:
        super().__init_subclass__()
        cls.__declaration__ = _declared(
            cls,
            1,
            rules=tuple(rules),
            identifier=(identifier,) if isinstance(identifier, str) else tuple(identifier),
            indexes=tuple(indexes),
            disable=tuple(disable),
        )


class CustomType(Declared):
    """An object without a table: part of models, arguments and answers."""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.__declaration__ = _declared(cls, 1)
