"""Validates a document and says what is wrong in AppSync's words.

AppSync builds on graphql-java, whose messages clients know: ``Validation error of type
FieldUndefined: Field 'x' in type 'Query' is undefined @ 'x'``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from graphql import (
    ArgumentNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLSchema,
    Node,
    ObjectFieldNode,
    OperationDefinitionNode,
    specified_rules,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged

from workbench.localcloud.appsync.execution.errors import (
    RequestError,
    locations_of,
    request_error,
)
from workbench.localcloud.appsync.java.nodes import java_node

_MAX_ERRORS = 20

# A field repeated a thousand times in one selection would be compared for 3 s otherwise.
overlapping_fields_can_be_merged.MAX_FIELD_COMPARISONS = 25_000

Words = tuple[str, str]
_T = r"'([^']*)'"

# graphql-core's message -> graphql-java's kind and message.
_PHRASES: tuple[tuple[str, str, str], ...] = (
    (
        rf"Cannot query field {_T} on type {_T}",
        "FieldUndefined",
        "Field '{0}' in type '{1}' is undefined",
    ),
    (rf"Unknown argument {_T} on field", "UnknownArgument", "Unknown field argument {0}"),
    (rf"Unknown argument {_T} on directive", "UnknownArgument", "Unknown directive argument {0}"),
    (
        rf"Field '[^']*' argument {_T} of type '[^']*' is required",
        "MissingFieldArgument",
        "Missing field argument {0}",
    ),
    (
        rf"Directive '[^']*' argument {_T} of type '[^']*' is required",
        "MissingDirectiveArgument",
        "Missing directive argument {0}",
    ),
    (
        rf"Field {_T} of type {_T} must have",
        "SubSelectionRequired",
        "Sub selection required for type {1} of field {0}",
    ),
    (
        rf"Field {_T} must not have a selection since type {_T}",
        "SubSelectionNotAllowed",
        "Sub selection not allowed on leaf type {1} of field {0}",
    ),
    (r"Variable '\$([^']*)' is not defined", "UndefinedVariable", "Undefined variable {0}"),
    (r"Variable '\$([^']*)' is never used", "UnusedVariable", "Unused variable {0}"),
    (
        rf"Variable '\$[^']*' of type {_T} used in position expecting type {_T}",
        "VariableTypeMismatch",
        "Variable type '{0}' doesn't match expected type '{1}'",
    ),
    (
        rf"Variable '\$([^']*)' cannot be non-input type {_T}",
        "NonInputTypeOnVariable",
        "Input variable {0} type {1} is not an input type",
    ),
    (rf"Unknown fragment {_T}", "UndefinedFragment", "Undefined fragment {0}"),
    (rf"Fragment {_T} is never used", "UnusedFragment", "Unused fragment {0}"),
    (rf"Cannot spread fragment {_T} within itself", "FragmentCycle", "Fragment cycles not allowed"),
    (rf"Unknown type {_T}", "UnknownType", "Unknown type {0}"),
    (r"Unknown directive '@([^']*)'", "UnknownDirective", "Unknown directive {0}"),
    (
        r"Directive '@([^']*)' may not be used",
        "MisplacedDirective",
        "Directive {0} not allowed here",
    ),
    (
        rf"Fields {_T} conflict because (.*)\. Use different",
        "FieldsConflict",
        "{0}: {1}",
    ),
    (
        rf"There can be only one operation named {_T}",
        "DuplicateOperationName",
        "There can be only one operation named '{0}'",
    ),
    (
        rf"There can be only one fragment named {_T}",
        "DuplicateFragmentName",
        "There can be only one fragment named '{0}'",
    ),
    (
        r"There can be only one (argument|variable) named '\$?([^']*)'",
        "DuplicateArgumentNames",
        "There can be only one {0} named '{1}'",
    ),
    (
        r"This anonymous operation must be the only",
        "LoneAnonymousOperationViolation",
        "Anonymous operation with other operations.",
    ),
    (
        rf"of type {_T} can never be of type {_T}",
        "InvalidFragmentType",
        "Fragment cannot be spread here as objects of type {0} can never be of type {1}",
    ),
    (
        rf"cannot condition on non composite type {_T}",
        "InlineFragmentTypeConditionInvalid",
        "Fragment type condition is invalid, must be on Object/Interface/Union",
    ),
    (
        r"must select only one top level field",
        "SubscriptionMultipleRootFields",
        "Subscription operation must have exactly one root field",
    ),
    (
        r"The .* definition is not executable",
        "NonExecutableDefinition",
        "Non executable definition",
    ),
)
_COMPILED = tuple((re.compile(pattern), kind, text) for pattern, kind, text in _PHRASES)
_WRONG: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], str], str]], ...] = (
    (
        re.compile(r"Field '([^'.]*)\.([^']*)' of required type"),
        lambda match, value: f"with value '{value}' is missing required fields '[{match[2]}]'",
    ),
    (
        re.compile(rf"Field {_T} is not defined by type {_T}"),
        lambda match, value: (
            f"with value '{value}' contains a field not in '{match[2]}': '{match[1]}'"
        ),
    ),
    (
        re.compile(r"Expected value of type '([^']*)!', found null"),
        lambda match, value: f"with value '{value}' must not be null",
    ),
    (
        re.compile(rf"(?:Expected value of type|Value '[^']*' does not exist in) {_T}"),
        lambda match, value: f"with value '{value}' is not a valid '{match[1].rstrip('!')}'",
    ),
    (
        re.compile(r"(\w+) cannot represent"),
        lambda match, value: f"with value '{value}' is not a valid '{match[1]}'",
    ),
    (
        re.compile(r"Enum '([^']*)' cannot represent|Value .* does not exist in '([^']*)' enum"),
        lambda match, value: f"with value '{value}' is not a valid '{match[1] or match[2]}'",
    ),
)


def check(schema: GraphQLSchema, document: DocumentNode) -> None:
    """Raise RequestError where the document does not fit the schema."""
    try:
        found = validate(schema, document, specified_rules, max_errors=_MAX_ERRORS)
    except RecursionError:
        message = "The query is nested too deeply."
        raise RequestError([request_error(message, None, "ExecutionLimitExceeded")]) from None
    if found:
        places = _Places(document)
        raise RequestError([_in_words(error, places) for error in found])


def _in_words(error: GraphQLError, places: _Places) -> dict[str, Any]:
    nodes = list(error.nodes or ())
    if "used in position" in error.message:
        # The variable's definition comes first; its use is what is wrong.
        nodes = nodes[-1:]
    node = nodes[0] if nodes else None
    kind, text = _words(error.message, node, places)
    where = places.field_path(node)
    if kind:
        text = f"Validation error of type {kind}: {text}" + (f" @ '{where}'" if where else "")
    return request_error(text, locations_of(nodes))


def _words(message: str, node: Node | None, places: _Places) -> Words:
    for pattern, kind, text in _COMPILED:
        match = pattern.search(message)
        if match:
            return kind, text.format(*match.groups())
    if isinstance(node, ObjectFieldNode):
        node = places.above(node)
    argument = places.argument_path(node)
    if node is None or not argument:
        return "", message
    for pattern, phrase in _WRONG:
        match = pattern.search(message)
        if match:
            return "WrongType", f"argument '{argument}' {phrase(match, java_node(node))}"
    # A scalar's own complaint, such as "Unable to parse `x` as a valid URL".
    expected = re.search(rf"Expected value of type {_T}", message)
    name = expected[1].rstrip("!") if expected else "value"
    return (
        "WrongType",
        f"argument '{argument}' with value '{java_node(node)}' is not a valid '{name}'",
    )


class _Places:
    """Positions of a document's nodes; computed only for a document with errors."""

    def __init__(self, document: DocumentNode) -> None:
        self._above: dict[int, Node] = {}
        stack: list[Node] = [document]
        while stack:
            node = stack.pop()
            for key in node.keys:
                value = getattr(node, key, None)
                for child in value if isinstance(value, tuple | list) else (value,):
                    if isinstance(child, Node):
                        self._above[id(child)] = node
                        stack.append(child)

    def _upward(self, node: Node | None) -> list[Node]:
        found = []
        while node is not None and not isinstance(node, DocumentNode):
            found.append(node)
            node = self._above.get(id(node))
        return found[::-1]

    def above(self, node: Node) -> Node | None:
        """What a node is part of."""
        return self._above.get(id(node))

    def field_path(self, node: Node | None) -> str:
        """The fields around a node: ``createTodo/note``."""
        names = []
        for above in self._upward(node):
            if isinstance(above, FieldNode | FragmentDefinitionNode):
                names.append(above.name.value)
            elif isinstance(above, OperationDefinitionNode):
                names.clear()
        return "/".join(names)

    def argument_path(self, node: Node | None) -> str:
        """The argument around a value: ``input.name``."""
        return ".".join(
            above.name.value
            for above in self._upward(node)
            if isinstance(above, ArgumentNode | ObjectFieldNode)
        )
