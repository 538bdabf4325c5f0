"""Custom operations: functions whose signature is the API's, and what handles them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.place import Place
from workbench.backend.definitions.schema import HttpSource
from workbench.backend.schema.classes import Model
from workbench.backend.schema.places import calling_place
from workbench.backend.schema.rules import Allowed


@dataclass(frozen=True, slots=True)
class FunctionHandler:
    """A Lambda function handles it; ``is_async`` does not wait for its answer."""

    function: FunctionDefinition
    is_async: bool = False


@dataclass(frozen=True, slots=True)
class JavaScriptHandler:
    """A file of AppSync's JavaScript handles it, on a data source."""

    file: Path
    source: type[Model] | HttpSource | str | None
    place: Place


HandlerOptions = FunctionHandler | JavaScriptHandler


@dataclass(frozen=True, slots=True)
class OperationDeclaration:
    """A decorated function; its body never runs."""

    kind: Literal["query", "mutation", "subscription"]
    function: Callable[..., Any]
    rules: tuple[Allowed, ...]
    handlers: tuple[HandlerOptions, ...]
    triggers: tuple[OperationDeclaration | str, ...]
    place: Place


def function(definition: FunctionDefinition, *, is_async: bool = False) -> FunctionHandler:
    """Handle it by a function that ``define_function`` made."""
    return FunctionHandler(definition, is_async)


def javascript(
    file: str, *, source: type[Model] | HttpSource | str | None = None
) -> JavaScriptHandler:
    """Handle it by AppSync's JavaScript in ``file``, relative to the file that says so.

    ``source`` is a model (its table), ``http(...)``, the name of a data source that
    ``backend.data.add_data_source`` adds, or None for none.
    """
    place = calling_place()
    return JavaScriptHandler(Path(place.file).parent / file, source, place)


def http(name: str, endpoint: str) -> HttpSource:
    """An HTTP endpoint as a data source."""
    return HttpSource(name, endpoint)


Handlers = HandlerOptions | Sequence[HandlerOptions]
Decorator = Callable[[Callable[..., Any]], OperationDeclaration]


def query(*, handler: Handlers, rules: Sequence[Allowed] = ()) -> Decorator:
    """Declare a query by a function's name, arguments and return type."""
    return _decorator("query", handler, rules)


def mutation(*, handler: Handlers, rules: Sequence[Allowed] = ()) -> Decorator:
    """Declare a mutation by a function's name, arguments and return type."""
    return _decorator("mutation", handler, rules)


def subscription(
    *,
    on: Sequence[OperationDeclaration | str],
    handler: Handlers = (),
    rules: Sequence[Allowed] = (),
) -> Decorator:
    """Declare a subscription to mutations: custom ones, or names such as ``createTodo``."""
    return _decorator("subscription", handler, rules, on)


def _decorator(
    kind: Literal["query", "mutation", "subscription"],
    handler: Handlers,
    rules: Sequence[Allowed],
    triggers: Sequence[OperationDeclaration | str] = (),
) -> Decorator:
    handlers = (handler,) if isinstance(handler, HandlerOptions) else tuple(handler)

    def declare(function: Callable[..., Any]) -> OperationDeclaration:
        code = function.__code__
        place = Place(code.co_filename, code.co_firstlineno)
        return OperationDeclaration(kind, function, tuple(rules), handlers, tuple(triggers), place)

    return declare
