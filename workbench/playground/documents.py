"""A document of several operations: where each is, which one is under the cursor, what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workbench.playground.tokens import Kind, Token, meaningful

_KEYWORDS: Final = ("query", "mutation", "subscription", "fragment")


@dataclass(frozen=True, slots=True)
class Definition:
    """An operation or a fragment, as far as it is written; ``end`` is behind its last token.

    ``kind`` is ``query``, ``mutation``, ``subscription`` or ``fragment``. ``complete`` says that
    its braces are closed. ``variables`` are the names it declares, without ``$``.
    """

    kind: str
    name: str
    start: int
    end: int
    text: str
    complete: bool
    spreads: frozenset[str] = frozenset()
    variables: tuple[str, ...] = ()

    @property
    def is_operation(self) -> bool:
        """Whether it can be run."""
        return self.kind != "fragment"

    @property
    def title(self) -> str:
        """Its name, or its kind where it has none."""
        return self.name or self.kind


def definitions(text: str) -> tuple[Definition, ...]:
    """The definitions of a document, in order; a broken one does not hide those behind it.

    A keyword at the outer level, or at the start of a line where it cannot be a field (a name
    and a brace or parenthesis follow), begins a new definition.
    """
    return tuple(_definition(text, piece) for piece in _pieces(text))


def operation_at(text: str, offset: int) -> Definition | None:
    """The operation at the cursor: the one around it, else the last before it, else the first."""
    found = [each for each in definitions(text) if each.is_operation]
    for each in found:
        if each.start <= offset <= each.end:
            return each
    before = [each for each in found if each.end <= offset]
    return before[-1] if before else (found[0] if found else None)


def runnable(text: str, operation: Definition) -> str:
    """The operation with the fragments that it uses, directly or through other fragments."""
    fragments = {each.name: each for each in definitions(text) if not each.is_operation}
    wanted: list[Definition] = []
    open_names = list(operation.spreads)
    seen: set[str] = set()
    while open_names:
        name = open_names.pop()
        if name in seen or name not in fragments:
            continue
        seen.add(name)
        wanted.append(fragments[name])
        open_names.extend(fragments[name].spreads)
    wanted.sort(key=lambda each: each.start)
    return "\n\n".join([operation.text, *(each.text for each in wanted)])


def _pieces(text: str) -> Iterator[list[Token]]:
    piece: list[Token] = []
    depth = 0
    all_tokens = meaningful(text)
    for index, token in enumerate(all_tokens):
        starts = _starts_definition(text, all_tokens, index, depth, piece)
        if starts and piece:
            yield piece
            piece, depth = [], 0
        piece.append(token)
        if token.text in ("{", "(", "["):
            depth += 1
        elif token.text in ("}", ")", "]"):
            depth = max(0, depth - 1)
            if depth == 0 and token.text == "}":
                yield piece
                piece = []
    if piece:
        yield piece


def _starts_definition(
    text: str, all_tokens: list[Token], index: int, depth: int, piece: list[Token]
) -> bool:
    token = all_tokens[index]
    if token.kind is not Kind.NAME or token.text not in _KEYWORDS:
        return False
    if depth == 0:
        # In "query query {" the second word is a name; so is that of "fragment query on T".
        return not (len(piece) == 1 and piece[0].text in _KEYWORDS)
    at_line_start = not text[text.rfind("\n", 0, token.start) + 1 : token.start].strip()
    behind = [each.text for each in all_tokens[index + 1 : index + 3]]
    named = len(behind) == 2 and behind[0].isidentifier() and behind[1] in ("{", "(", "on", "@")
    return at_line_start and named


def _definition(text: str, piece: list[Token]) -> Definition:
    first = piece[0]
    keyword = first.text if first.text in _KEYWORDS else "query"
    named = len(piece) > 1 and first.text in _KEYWORDS and piece[1].kind is Kind.NAME
    start, end = first.start, piece[-1].end
    depth = sum(1 if token.text == "{" else -1 if token.text == "}" else 0 for token in piece)
    return Definition(
        kind=keyword,
        name=piece[1].text if named else "",
        start=start,
        end=end,
        text=text[start:end],
        complete=depth == 0 and piece[-1].text == "}",
        spreads=frozenset(
            piece[index + 1].text
            for index, token in enumerate(piece[:-1])
            if token.kind is Kind.SPREAD
            and piece[index + 1].kind is Kind.NAME
            and piece[index + 1].text != "on"
        ),
        variables=_declared(piece),
    )


def _declared(piece: list[Token]) -> tuple[str, ...]:
    names: list[str] = []
    for index, token in enumerate(piece):
        if token.text == "{":
            break
        follows = piece[index + 1].text if index + 1 < len(piece) else ""
        if token.kind is Kind.VARIABLE and follows == ":" and len(token.text) > 1:
            names.append(token.text[1:])
    return tuple(names)
