"""From decorated functions to records of custom operations."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from workbench.backend.definitions.schema import (
    CustomType,
    Field,
    Handler,
    HttpSource,
    Operation,
    Returned,
)
from workbench.backend.schema.naming import api_name, type_name
from workbench.backend.schema.operations import (
    NOT_SAID,
    FunctionHandler,
    HandlerOptions,
    OperationDeclaration,
)
from workbench.backend.schema.reading import UNREAD, Reader
from workbench.backend.schema.rules import Allowed

_INVOCATION = CustomType("EventInvocationResponse", (Field("success", "Boolean", required=True),))
_EVERY_EVENT = """\
export function request() {
  return { payload: null };
}

export function response(ctx) {
  return ctx.result;
}
"""


def read_operation(reader: Reader, declared: OperationDeclaration) -> Operation:
    """A custom operation's record; what is wrong with it is left with the reader."""
    name = operation_name(declared)
    names = _names_of(declared.function, reader)
    handlers = tuple(found for each in declared.handlers for found in _handler(reader, each))
    if declared.kind == "subscription" and not declared.handlers:
        handlers = (Handler(code=_EVERY_EVENT),)
    for each in declared.rules or reader.default_rules:
        if isinstance(each, Allowed) and each.narrowed:
            reader.problem(
                f"{name} is one operation: a rule of it is not narrowed to some.",
                "Leave .to(…) out.",
                each.rule.place,
            )
    return Operation(
        declared.kind,
        name,
        _returned(reader, declared, names, name),
        tuple(_arguments(reader, declared, names, name)),
        handlers,
        tuple(
            each if isinstance(each, str) else operation_name(each) for each in declared.triggers
        ),
        reader.rules(declared.rules or reader.default_rules, {}, declared.place),
        " ".join((declared.function.__doc__ or "").split()),
        declared.place,
    )


def operation_name(declared: OperationDeclaration) -> str:
    """Its name in the API."""
    return api_name(declared.function.__name__)


def _arguments(
    reader: Reader, declared: OperationDeclaration, names: dict[str, Any], name: str
) -> Iterator[Field]:
    for parameter in inspect.signature(declared.function).parameters.values():
        subject = f"{name}: the argument {parameter.name}"
        if parameter.annotation is inspect.Parameter.empty:
            reader.problem(
                f"{subject} has no type.", f"Annotate it: {parameter.name}: str.", declared.place
            )
            continue
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            reader.problem(f"{subject} takes any number.", "Name each argument.", declared.place)
            continue
        meaning = reader.read(parameter.annotation, names, subject, declared.place)
        argument = api_name(parameter.name)
        found = reader.typed(argument, meaning, type_name(name, argument), declared.place)
        if parameter.default not in (inspect.Parameter.empty, None):
            reader.problem(
                f"{subject} has a default, which AppSync's operations cannot have.",
                "Write | None = None, and choose the value in the handler.",
                declared.place,
            )
        yield found


def _returned(
    reader: Reader, declared: OperationDeclaration, names: dict[str, Any], name: str
) -> Returned:
    last = declared.handlers[-1] if declared.handlers else None
    if isinstance(last, FunctionHandler) and last.is_async:
        reader.custom_types.setdefault(_INVOCATION.name, _INVOCATION)
        return Returned(_INVOCATION.name)
    if declared.kind == "subscription":
        return _triggers_return(reader, declared, name)
    annotation = declared.returns
    if annotation is NOT_SAID:
        annotation = inspect.signature(declared.function).return_annotation
    if annotation in (inspect.Signature.empty, None, "None"):
        reader.problem(
            f"{name} does not say what it returns.",
            f"Annotate it: def {declared.function.__name__}(…) -> str | None, or say "
            "returns=str in the decorator.",
            declared.place,
        )
        return Returned(UNREAD)
    meaning = reader.read(annotation, names, f"{name}'s return type", declared.place)
    found = reader.typed(name, meaning, type_name(name, "returnType"), declared.place)
    return Returned(found.type, found.required, found.is_list, found.list_required)


def _triggers_return(reader: Reader, declared: OperationDeclaration, name: str) -> Returned:
    """What the mutations return; a problem where they differ."""
    found = []
    for trigger in declared.triggers:
        if isinstance(trigger, OperationDeclaration):
            if trigger.kind != "mutation":
                reader.problem(
                    f"{name} follows {operation_name(trigger)}, which is a {trigger.kind}.",
                    "A subscription follows mutations.",
                    declared.place,
                )
                continue
            found.append(
                _returned(
                    reader, trigger, _names_of(trigger.function, reader), operation_name(trigger)
                )
            )
        else:
            model = next(
                (each for each in reader.models if trigger[6:] == each[:1].upper() + each[1:]), ""
            )
            found += [Returned(model)] if model else []
    if len({each.type for each in found}) > 1:
        reader.problem(
            f"{name} follows mutations that return different types: "
            f"{', '.join(sorted({each.type for each in found}))}.",
            "Declare a subscription for each type.",
            declared.place,
        )
    return found[0] if found else Returned(UNREAD)


def _handler(reader: Reader, each: HandlerOptions) -> Iterator[Handler]:
    if isinstance(each, FunctionHandler):
        yield Handler(function=each.function, is_async=each.is_async)
        return
    try:
        code = each.file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reader.problem(
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


def _names_of(function: Any, reader: Reader) -> dict[str, Any]:
    closure = inspect.getclosurevars(function).nonlocals if function.__closure__ else {}
    return {**function.__globals__, **closure, **reader.models}
