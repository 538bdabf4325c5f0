"""Custom operations: functions whose signature is the API's, and what handles them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from workbench.backend.definitions.functions import FunctionDefinition
from workbench.backend.definitions.schema import HttpSource
from workbench.backend.definitions.source_location import Place
from workbench.backend.schema.classes import Model
from workbench.backend.schema.errors import calling_place
from workbench.backend.schema.rules import Allowed, listed

NOT_SAID: Any = object()
"""No ``returns``, where None could be one."""


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
Kind = Literal["query", "mutation", "subscription"]


@dataclass(frozen=True, slots=True)
class OperationDeclaration:
    """A decorated function; its body never runs. ``returns`` is NOT_SAID where its type says it."""

    kind: Kind
    function: Callable[..., Any]
    returns: Any
    rules: tuple[Allowed, ...]
    handlers: tuple[HandlerOptions, ...]
    triggers: tuple[OperationDeclaration | str, ...]
    place: Place


def function(definition: FunctionDefinition, *, is_async: bool = False) -> FunctionHandler:
    """Handle it by a function that ``define_function`` made.

    With ``is_async`` the caller learns only that it was called: the last of an operation's
    handlers makes it return ``EventInvocationResponse``, whatever it says itself.
    """
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


def query(
    *, handler: Handlers = (), rules: Sequence[Allowed] = (), returns: Any = NOT_SAID
) -> Decorator:
    """Declare a query by a function's name, arguments and return type.

    ``returns`` says the type where the function is annotated with ``-> None``, which type checkers
    want of one without a body: ``@query(returns=str, …)``.
    """
    return _decorator("query", handler, rules, returns)


def mutation(
    *, handler: Handlers = (), rules: Sequence[Allowed] = (), returns: Any = NOT_SAID
) -> Decorator:
    """Declare a mutation by a function's name, arguments and return type, as ``query`` does."""
    return _decorator("mutation", handler, rules, returns)


def subscription(
    *,
    on: OperationDeclaration | str | Sequence[OperationDeclaration | str],
    handler: Handlers = (),
    rules: Sequence[Allowed] = (),
) -> Decorator:
    """Declare a subscription to mutations: custom ones, or names such as ``createTodo``.

    It returns what they return. Without a handler it lets every event through.
    """
    triggers = (on,) if isinstance(on, OperationDeclaration | str) else tuple(on)
    return _decorator("subscription", handler, rules, NOT_SAID, triggers)


def _decorator(
    kind: Kind,
    handler: Handlers,
    rules: Sequence[Allowed],
    returns: Any,
    triggers: tuple[OperationDeclaration | str, ...] = (),
) -> Decorator:
    given = listed(rules, calling_place(2))
    handlers = (handler,) if isinstance(handler, HandlerOptions) else tuple(handler)

    def declare(function: Callable[..., Any]) -> OperationDeclaration:
        code = function.__code__
        place = Place(code.co_filename, code.co_firstlineno)
        return OperationDeclaration(kind, function, returns, given, handlers, triggers, place)

    return declare
