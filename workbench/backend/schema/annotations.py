"""What an annotation means: a scalar, an enum, a custom type, a model; optional, a list."""

from __future__ import annotations

import enum
import types
import typing
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from workbench.backend.schema.classes import CustomType, Model
from workbench.backend.schema.scalars import OF_PYTHON, Scalar


@dataclass(frozen=True, slots=True)
class Meaning:
    """A read annotation: ``target`` is a scalar's name, the values of a Literal, or a class."""

    target: str | tuple[str, ...] | type
    required: bool
    is_list: bool = False
    list_required: bool = False


class UnknownTypeError(Exception):
    """An annotation that no API type stands for; the text says which, and what would do."""


def evaluate(annotation: Any, names: dict[str, Any]) -> Any:
    """An annotation's value where Python kept its text; raises UnknownTypeError."""
    if isinstance(annotation, typing.ForwardRef):
        annotation = annotation.__forward_arg__
    if isinstance(annotation, str):
        try:
            # The user's own annotation, as typing.get_type_hints evaluates it.
            return eval(annotation, names)
        except Exception as error:  # noqa: BLE001 - it may raise anything, as user code does
            raise UnknownTypeError(f"{annotation!r} cannot be read: {error}") from None
    return annotation


def read(annotation: Any, names: dict[str, Any]) -> Meaning:
    """Read an annotation; raises UnknownTypeError."""
    bare, required = _without_none(evaluate(annotation, names), names)
    if get_origin(bare) is list:
        inner, inner_required = _without_none(get_args(bare)[0], names)
        if get_origin(inner) is list:
            raise UnknownTypeError("a list of lists is nothing that AppSync has; use Json")
        return Meaning(_target(inner), inner_required, is_list=True, list_required=required)
    if bare is list:
        raise UnknownTypeError("list of what? Write list[str], or another type in the brackets")
    return Meaning(_target(bare), required)


def _without_none(annotation: Any, names: dict[str, Any]) -> tuple[Any, bool]:
    annotation = evaluate(annotation, names)
    if get_origin(annotation) in (Union, types.UnionType):
        members = [each for each in get_args(annotation) if each is not type(None)]
        if len(members) == len(get_args(annotation)) or len(members) != 1:
            raise UnknownTypeError(f"{annotation} is a union; the API has one type a field")
        return evaluate(members[0], names), False
    return annotation, True


def _target(annotation: Any) -> str | tuple[str, ...] | type:
    if get_origin(annotation) is Annotated:
        for each in get_args(annotation)[1:]:
            if isinstance(each, Scalar):
                return each.name
    if get_origin(annotation) is Literal:
        values = get_args(annotation)
        if all(isinstance(value, str) for value in values):
            return tuple(values)
    if annotation in OF_PYTHON:
        return OF_PYTHON[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Model | CustomType | enum.Enum):
        return annotation
    shown = getattr(annotation, "__name__", None) or str(annotation)
    if annotation is dict or get_origin(annotation) is dict:
        raise UnknownTypeError(f"{shown} has no type in the API; use a CustomType, or Json")
    raise UnknownTypeError(f"{shown} has no type in the API")
