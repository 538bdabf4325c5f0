"""The cursor's context in a document that is being typed: what the grammar allows there.

A recursive descent over the tokens before the cursor that stops, with what it expects, when they
are used up. Text that is wrong on the way is stepped over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from graphql import (
    GraphQLArgument,
    GraphQLDirective,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    SchemaMetaFieldDef,
    TypeMetaFieldDef,
    TypeNameMetaFieldDef,
    get_named_type,
)

from workbench.playground.tokens import Kind, Token

Inputs = dict[str, GraphQLArgument] | dict[str, GraphQLInputField]


@dataclass(frozen=True, slots=True)
class AtDocument:
    """Between definitions."""


@dataclass(frozen=True, slots=True)
class AtSelection:
    """In a selection set of ``parent`` (None: not in the schema)."""

    parent: GraphQLNamedType | None


@dataclass(frozen=True, slots=True)
class AtSpread:
    """Behind ``...``: a fragment's name or ``on``."""

    parent: GraphQLNamedType | None


@dataclass(frozen=True, slots=True)
class AtTypeCondition:
    """Behind ``on``; ``parent`` is None in a fragment definition."""

    parent: GraphQLNamedType | None


@dataclass(frozen=True, slots=True)
class AtInputs:
    """A name of an argument or of an input object's field, other than the ``given`` ones."""

    inputs: Inputs
    given: frozenset[str]


@dataclass(frozen=True, slots=True)
class AtValue:
    """A value of ``type``; ``variables`` are those that the operation has declared so far."""

    type: GraphQLInputType | None
    variables: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AtVariableType:
    """The type in a variable's declaration."""


@dataclass(frozen=True, slots=True)
class AtDirective:
    """A directive; ``location`` as in the specification, such as ``FIELD``."""

    location: str


@dataclass(frozen=True, slots=True)
class Nowhere:
    """A name that the user chooses: nothing can be proposed."""


CursorContext = (
    AtDocument
    | AtSelection
    | AtSpread
    | AtTypeCondition
    | AtInputs
    | AtValue
    | AtVariableType
    | AtDirective
    | Nowhere
)
_LOCATIONS: Final = {
    "query": "QUERY",
    "mutation": "MUTATION",
    "subscription": "SUBSCRIPTION",
    "fragment": "FRAGMENT_DEFINITION",
}


class _EndError(Exception):
    """Raised where the tokens end, which is where the cursor is."""

    def __init__(self, context: CursorContext) -> None:
        super().__init__()
        self.context = context


def context_after(schema: GraphQLSchema, before: list[Token]) -> CursorContext:
    """What the grammar allows behind the tokens ``before``.

    A name that is being typed is not among them; a bare ``@`` at the end stands for a directive.
    """
    reader = _Reader(schema, before)
    try:
        while True:
            reader.definition()
    except _EndError as end:
        return end.context


class _Reader:
    def __init__(self, schema: GraphQLSchema, before: list[Token]) -> None:
        self._schema = schema
        self._tokens = before
        self._at = 0
        self._variables: list[tuple[str, str]] = []
        self._is_constant = False
        """In a variable's declaration, whose values can use no variables."""

    def _peek(self, context: CursorContext) -> Token:
        if self._at >= len(self._tokens):
            raise _EndError(context)
        return self._tokens[self._at]

    def _next(self, context: CursorContext) -> Token:
        token = self._peek(context)
        self._at += 1
        return token

    def definition(self) -> None:
        token = self._next(AtDocument())
        self._variables = []
        if token.text == "{":
            self._selection(self._schema.query_type)
        elif token.text == "fragment":
            self._fragment()
        elif token.text in _LOCATIONS:
            self._operation(token.text)

    def _operation(self, kind: str) -> None:
        root = {
            "query": self._schema.query_type,
            "mutation": self._schema.mutation_type,
            "subscription": self._schema.subscription_type,
        }[kind]
        if self._peek(Nowhere()).kind is Kind.NAME:
            self._at += 1
        if self._peek(Nowhere()).text == "(":
            self._at += 1
            self._declarations()
        self._directives(_LOCATIONS[kind], Nowhere())
        if self._peek(Nowhere()).text == "{":
            self._at += 1
            self._selection(root)

    def _fragment(self) -> None:
        self._next(Nowhere())
        if self._next(Nowhere()).text != "on":
            return
        name = self._next(AtTypeCondition(None)).text
        self._directives(_LOCATIONS["fragment"], Nowhere())
        if self._peek(Nowhere()).text == "{":
            self._at += 1
            self._selection(self._schema.type_map.get(name))

    def _declarations(self) -> None:
        while True:
            token = self._next(Nowhere())
            if token.text == ")":
                return
            if token.kind is not Kind.VARIABLE:
                continue
            if self._peek(Nowhere()).text == ":":
                self._at += 1
                self._variables.append((token.text[1:], self._type()))
                self._default()

    def _type(self) -> str:
        written = ""
        while True:
            token = self._peek(Nowhere() if written.rstrip("[") else AtVariableType())
            ends = token.kind is Kind.NAME and written.rstrip("[") != ""
            if ends or (token.text not in ("[", "]", "!") and token.kind is not Kind.NAME):
                return written
            written += token.text
            self._at += 1

    def _default(self) -> None:
        self._is_constant = True
        if self._peek(Nowhere()).text == "=":
            self._at += 1
            named = self._variables[-1][1].strip("[]!")
            kind = self._schema.type_map.get(named)
            self._value(kind if isinstance(kind, GraphQLInputObjectType) else None)
        self._directives("VARIABLE_DEFINITION", Nowhere())
        self._is_constant = False

    def _selection(self, parent: GraphQLNamedType | None) -> None:
        while True:
            token = self._next(AtSelection(parent))
            if token.text == "}":
                return
            if token.kind is Kind.SPREAD:
                self._spread(parent)
            elif token.kind is Kind.NAME:
                self._field(parent, token)
            elif token.text == "{":
                # A brace that belongs to no field: its content is unknown.
                self._selection(None)

    def _spread(self, parent: GraphQLNamedType | None) -> None:
        token = self._peek(AtSpread(parent))
        inner = parent
        if token.text == "on":
            self._at += 1
            inner = self._schema.type_map.get(self._next(AtTypeCondition(parent)).text)
        elif token.kind is Kind.NAME:
            self._at += 1
            self._directives("FRAGMENT_SPREAD", AtSelection(parent))
            return
        self._directives("INLINE_FRAGMENT", Nowhere())
        if self._peek(Nowhere()).text == "{":
            self._at += 1
            self._selection(inner)

    def _field(self, parent: GraphQLNamedType | None, token: Token) -> None:
        behind = AtSelection(parent)
        name = token.text
        if self._peek(behind).text == ":":
            self._at += 1
            name = self._next(behind).text
        field = _field_of(self._schema, parent, name)
        if self._peek(behind).text == "(":
            self._at += 1
            self._inputs(field.args if field else {}, ")")
        self._directives("FIELD", behind)
        if self._peek(behind).text == "{":
            self._at += 1
            self._selection(get_named_type(field.type) if field else None)

    def _directives(self, location: str, behind: CursorContext) -> None:
        while self._peek(behind).kind is Kind.DIRECTIVE:
            name = self._next(behind).text[1:]
            if not name:
                self._peek(AtDirective(location))
            directive: GraphQLDirective | None = self._schema.get_directive(name)
            if self._peek(behind).text == "(":
                self._at += 1
                self._inputs(directive.args if directive else {}, ")")

    def _inputs(self, inputs: Inputs, closing: str) -> None:
        given: set[str] = set()
        while True:
            token = self._next(AtInputs(inputs, frozenset(given)))
            if token.text == closing:
                return
            if token.kind is not Kind.NAME:
                continue
            given.add(token.text)
            if self._peek(Nowhere()).text == ":":
                self._at += 1
                known = inputs.get(token.text)
                self._value(known.type if known else None)

    def _at_value(self, kind: GraphQLInputType | None) -> AtValue:
        return AtValue(kind, () if self._is_constant else tuple(self._variables))

    def _value(self, kind: GraphQLInputType | None) -> None:
        token = self._next(self._at_value(kind))
        bare = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if token.text == "{":
            self._inputs(bare.fields if isinstance(bare, GraphQLInputObjectType) else {}, "}")
        elif token.text == "[":
            item = bare.of_type if isinstance(bare, GraphQLList) else None
            while self._peek(self._at_value(item)).text != "]":
                if self._peek(Nowhere()).text in (")", "}"):
                    return
                self._value(item)
            self._at += 1


def _field_of(
    schema: GraphQLSchema, parent: GraphQLNamedType | None, name: str
) -> GraphQLField | None:
    if name == "__typename":
        return TypeNameMetaFieldDef
    if parent is schema.query_type and name == "__schema":
        return SchemaMetaFieldDef
    if parent is schema.query_type and name == "__type":
        return TypeMetaFieldDef
    if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
        found: GraphQLField | None = parent.fields.get(name)
        return found
    return None
